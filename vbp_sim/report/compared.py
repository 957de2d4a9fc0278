"""A finished comparison, read from the folder that `vbp compare` leaves.

found = Compared.open(Path("results/compare-pilot"))
found.changes["two-winners"]["rounds.pilot.rules.selection.rule"]
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vbp_sim.report.words import words
from vbp_sim.report.words.language import restate, say
from vbp_sim.runs.folder import RunFolder
from vbp_sim.runs.metrics import METRICS, Metric
from vbp_sim.runs.target import MANIFEST
from vbp_sim.studies.compare import BASE
from vbp_sim.studies.compared import read
from vbp_sim.studies.expectations import Told, Verdict
from vbp_sim.studies.null import Null
from vbp_sim.studies.paired import Difference


@dataclass(frozen=True)
class Compared:
    """Variants against the base. ``differences``: by metric and variant, as in comparison.json.

    ``changes``: by variant and path, the value of the base and the variant's; empty for a variant without a run.
    ``nulls``: variants that changed no bid and no award; none in a comparison of before they were said. ``policies``
    and ``expectations``: of the variants that are policies.
    """

    path: Path
    content: dict[str, Any]
    differences: dict[str, dict[str, Difference]]
    changes: dict[str, dict[str, tuple[str, str]]]
    nulls: dict[str, Null]
    policies: dict[str, Told]
    expectations: list[Verdict]

    @classmethod
    def open(cls, path: Path) -> Compared:
        """Read a comparison and the inputs of its runs; InputError if it is none, or damaged."""
        content, found = read(path)
        differences = {metric: by_name.variants for metric, by_name in found.metrics.items() if metric in METRICS}
        expectations = [verdict for verdict in found.expectations if verdict.metric in METRICS]
        changes = _changes(path, content)
        return cls(path, content, differences, changes, found.null_results, found.policies, expectations)

    @property
    def variants(self) -> list[str]:
        """Names of the variants, without the base."""
        return list(self.content["variants"])

    @property
    def apart(self) -> list[str]:
        """Names of the variants that have luck of their own."""
        return list(self.content.get("apart", ()))

    def title_of(self, variant: str) -> str:
        """What a variant is, in the language in use; its name where nobody said it."""
        return restate("shipped", str(self.content.get("titles", {}).get(variant, variant)))

    @property
    def base(self) -> str:
        """Name of the variant that the others are compared with."""
        return str(self.content.get("base", BASE))

    @property
    def origin(self) -> RunFolder:
        """What charts say of where they come from."""
        named = {key: self.content[key] for key in ("scenario", "seed", "replications", "version")}
        said = "compare.against_base" if self.base == BASE else "compare.against"
        about = {
            "variant": say(said, variants=words.listed(self.variants), base=self.base),
            "cut": self.content.get("cut", ""),
            "run_hash": self.content["id"],
        }
        return RunFolder(self.path, {**named, **about}, {})

    @property
    def base_run(self) -> RunFolder | None:
        """The run of the base; None if its folder is not at hand."""
        place = self.content["runs"].get(self.base)
        folder = _found(self.path, Path(place)) if place else None
        return RunFolder.open(folder) if folder else None

    @property
    def runs(self) -> dict[str, RunFolder]:
        """The runs of base and variants that are at hand, by name."""
        folders = {name: _found(self.path, Path(place)) for name, place in self.content["runs"].items()}
        return {name: RunFolder.open(folder) for name, folder in folders.items() if folder}

    @property
    def meanings(self) -> dict[str, str]:
        """What each value of the runs means, by its path, in English."""
        return {line["path"]: line["meaning"] for run in self.runs.values() for line in run.manifest.get("values", ())}

    def metrics(self) -> list[Metric]:
        """Metrics that are compared, in their order, without those of single rounds."""
        return [METRICS[name] for name in METRICS if name in self.differences]


def _changes(path: Path, content: dict[str, Any]) -> dict[str, dict[str, tuple[str, str]]]:
    """Values in which the runs of the variants differ from the base's."""
    runs = {name: _values(path, Path(place)) for name, place in content["runs"].items()}
    base = runs.get(BASE, {})
    found = {}
    for name in content["variants"]:
        own = runs.get(name, {})
        paths = [*own, *(key for key in base if key not in own)] if base and own else []
        pairs = {key: (base.get(key, "–"), own.get(key, "–")) for key in paths}
        changed = {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}
        whole = {key for key in changed if any(other.startswith(f"{key}.") for other in changed)}
        found[name] = {key: pair for key, pair in changed.items() if key not in whole}
    return found


def _values(path: Path, place: Path) -> dict[str, str]:
    """Values of a run by their path."""
    folder = _found(path, place)
    values = RunFolder.open(folder).manifest.get("values", ()) if folder else ()
    return {v["path"]: v["value"] if isinstance(v["value"], str) else json.dumps(v["value"]) for v in values}


def _found(path: Path, place: Path) -> Path | None:
    """The folder of a run; the comparison may have been moved together with its runs."""
    folders = (path / "runs" / place.name, place)
    return next((folder for folder in folders if os.path.lexists(folder / MANIFEST)), None)
