"""A study as charts and reports read it: its points, its metrics by point, and what was found in it.

study = Studied.open(Path("results/retention-by-winners"))
study.values("completion").shape          # (samples, combinations, replications)
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from vbp_sim.errors import InputError, Problem, VbpError
from vbp_sim.report.charts.bands import Floats
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.runs.folder import RunFolder
from vbp_sim.runs.metrics import METRICS, Metric
from vbp_sim.scenario.describe import lines_of
from vbp_sim.scenario.plugins import brought
from vbp_sim.studies import findings, ledger, null, plan
from vbp_sim.studies.base import Base
from vbp_sim.studies.design import Design
from vbp_sim.studies.findings import Findings
from vbp_sim.studies.ledger import Ledger
from vbp_sim.studies.plan import Plan

#: runs that any study may plan; beyond them it is shown when one of so many is done
FEW, SPARSE = 2_000_000, 1000


@dataclass(frozen=True)
class Studied:
    """A study, finished or not; runs that are missing or failed are nan."""

    path: Path
    plan: Plan
    design: Design
    found: Findings
    done: int
    _values: dict[str, Floats] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def open(cls, path: Path) -> Studied:
        """Read a study; InputError if there is none."""
        known = plan.read_plan(path)
        design = Design(known.spec)
        with Ledger.reading(path / ledger.NAME, design) as book:
            counts = book.counts()
        _check_size(path, design, known.spec.replications, counts)
        return cls(path, known, design, findings.read(path), counts["done"])

    @property
    def version(self) -> str:
        """Version of the program that wrote the plan."""
        return self.plan.version

    @property
    def known(self) -> list[str]:
        """Ids of the metrics that its runs have, those of single rounds too."""
        with Ledger.reading(self.path / ledger.NAME, self.design) as book:
            return book.metrics

    @property
    def made_by(self) -> str:
        """The program that made a study of an older layout, such as "vbp_sim 0.1.0"; empty for one of this layout."""
        with Ledger.reading(self.path / ledger.NAME, self.design) as book:
            return f"vbp_sim {self.version}" if book.version < ledger.VERSION else ""

    @property
    def origin(self) -> RunFolder:
        """What charts say of where they come from."""
        spec = self.plan.spec
        about = {"scenario": spec.sweep, "variant": spec.variant, "seed": spec.seed, "replications": spec.replications}
        return RunFolder(self.path, {**about, "version": self.version, "run_hash": self.plan.id}, {})

    @cached_property
    def scenario(self) -> RunFolder | None:
        """The values of the scenario under the study, as a run's manifest has them; None if it is not as it was."""
        if brought(self.plan.scenario, str(self.path)):
            return None  # a scenario names plug-ins
        try:
            base = Base.again(Path(self.plan.scenario), self.plan.spec.seed, self.plan.plugins, self.path)
            under = base.scenario(self.plan.spec.variant, {})
        except (VbpError, OSError):
            return None
        if base.digest != self.plan.base_digest:
            return None
        return RunFolder(self.path, {"values": [line.as_json() for line in lines_of(under.spec, under.origins)]}, {})

    @property
    def shape(self) -> tuple[int, int, int]:
        """Draws of the uncertainties, combinations of levers, replications."""
        return self.design.samples, self.design.combinations, self.plan.spec.replications

    @property
    def wanted(self) -> int:
        """Runs that the study is to have; of a search, those of the combinations that it tried."""
        if not self.found.objectives:
            return self.design.runs
        draws, _, replications = self.shape
        return self.tried * draws * replications

    @cached_property
    def tried(self) -> int:
        """Combinations of levers of which a run is done."""
        with Ledger.reading(self.path / ledger.NAME, self.design) as book:
            points = {point for block in book.rows(["point"], "status = 'done'") for (point,) in block}
        return len({point % self.design.combinations for point in points})

    @property
    def idle(self) -> dict[str, bool]:
        """Levers that changed nothing, or nothing of the tender; see `null.idle_levers`."""
        with Ledger.reading(self.path / ledger.NAME, self.design) as book:
            return null.idle_levers(book, self.design)

    def values(self, metric: str) -> Floats:
        """A metric of every run, shape `shape`; nan where there is none."""
        if metric not in self._values:
            self._load([metric])
        return self._values[metric]

    @cached_property
    def metrics(self) -> list[Metric]:
        """Metrics that differ between points, the most wanted first."""
        return self.differing(2)

    def differing(self, *over: int) -> list[Metric]:
        """Metrics that differ if the axes ``over`` of `shape` are averaged, the most wanted first."""
        self._load(list(METRICS))
        order = dict.fromkeys([*METRICS.wanted, *METRICS])
        return [METRICS[name] for name in order if _varies(self._values[name].mean(axis=over))]

    @cached_property
    def combinations(self) -> list[dict[str, str]]:
        """What each combination of levers sets, in words, by lever."""
        said = {name: lever_words(values) for name, values in self.design.lever_values.items()}
        found = []
        for number in range(self.design.combinations):
            places = np.unravel_index(number, [len(v) for v in said.values()]) if said else ()
            found.append({name: words_[int(i)] for (name, words_), i in zip(said.items(), places, strict=True)})
        return found

    def _load(self, metrics: Sequence[str]) -> None:
        missing = [name for name in metrics if name not in self._values]
        cells = {name: np.full((len(self.design), self.shape[2]), np.nan) for name in missing}
        with Ledger.reading(self.path / ledger.NAME, self.design) as book:
            own = ["point", "replication"]
            for block in book.rows(own, "status = 'done'", metrics=missing) if missing else ():
                point, replication, *columns = zip(*block, strict=True)
                for name, column in zip(missing, columns, strict=True):
                    cells[name][list(point), list(replication)] = [np.nan if v is None else v for v in column]
        self._values.update({name: values.reshape(self.shape) for name, values in cells.items()})


def idle_levers(found: Mapping[str, bool]) -> list[str]:
    """That a lever changed nothing, or nothing of the tender, as `null.idle_levers` has it."""
    return [
        say("study.null_nothing" if nothing else "study.null_tender", lever=name) for name, nothing in found.items()
    ]


def _check_size(path: Path, design: Design, replications: int, counts: Mapping[str, int]) -> None:
    """InputError for a plan of more points than its ledger has, or of so many runs that they would fill the memory."""
    points = design.combinations * design.samples
    most = FEW + SPARSE * (counts["done"] + counts["failed"])
    if points > counts["points"] or points * replications > most:
        what = f"plans {points:,} points x {replications:,} replications, its ledger holds {counts['points']:,} points"
        remedy = (
            "put the plan back that belongs to it, or go on with the study: too few of its runs are done to show it"
        )
        raise InputError(Problem(str(path / plan.NAME), what, remedy))


def lever_words(values: Sequence[Any]) -> list[str]:
    """Each value of a lever in a few words; of maps, what differs between them.

    >>> lever_words([{"rule": "linear", "most": 0.0}, {"rule": "linear", "most": 0.5}])
    ['most 0', 'most 0.5']
    """
    if all(isinstance(v, Mapping) for v in values):
        keys = dict.fromkeys(key for v in values for key in v)
        differ = [key for key in keys if len({_plain(v.get(key)) for v in values}) > 1]
        return [", ".join(f"{key} {_plain(v[key])}" for key in differ if key in v) or "-" for v in values]
    return [_plain(v) or "base" for v in values]


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return words.compact(value) if value else "0"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _varies(means: Floats) -> bool:
    known = means[np.isfinite(means)]
    return len(known) > 1 and float(known.std()) > 1e-12 * max(1.0, abs(float(known.mean())))
