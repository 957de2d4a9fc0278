"""The runs that are explored: one run, or a comparison with a run for each variant.

study = Runs.of_comparison(Path("results/compare-pilot"))
study.names, study.rows("two-winners", Cut(drugs=("amlodipine",)))
"""

from __future__ import annotations

import csv
import dataclasses
import io
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vbp_sim.errors import InputError, Problem
from vbp_sim.explore.fence import inside
from vbp_sim.report.compared import Compared
from vbp_sim.runs import reading
from vbp_sim.runs.folder import AGAIN, RunFolder
from vbp_sim.runs.metrics import Row, in_order
from vbp_sim.runs.view import Cut, rows_of
from vbp_sim.studies.compare import BASE, FILE, difference_of

#: metrics of each replication, as a comparison leaves them
REPLICATIONS = "replications.csv"


@dataclass(frozen=True)
class Runs:
    """Run folders by name of their variant, the base first.

    ``compared`` is None for one run. ``measured``: metrics of each replication that a comparison keeps; one that
    sought a precision keeps nothing else, and has no runs.
    """

    path: Path
    runs: Mapping[str, RunFolder]
    compared: Compared | None = None
    measured: Mapping[str, list[Row]] = dataclasses.field(default_factory=dict)

    @classmethod
    def of_run(cls, path: Path) -> Runs:
        """One finished run; InputError if it is none, or has links that lead out of it."""
        run = RunFolder.open(path)
        inside(path, path)
        return cls(path, {str(run.manifest["variant"]) or BASE: run})

    @classmethod
    def of_comparison(cls, path: Path) -> Runs:
        """A comparison with the runs that it holds, or that lie beside it; InputError if it names others."""
        inside(path, path)
        compared = Compared.open(path)
        places = {name: _place(path, Path(place)) for name, place in compared.content["runs"].items()}
        runs = {name: RunFolder.open(place) for name, place in places.items() if place is not None}
        return cls(path, runs, compared, _measured(path / REPLICATIONS, [BASE, *compared.variants]))

    @property
    def names(self) -> list[str]:
        """Variants that there are, the base first."""
        return list(self.measured or self.runs)

    def rows(self, name: str, cut: Cut) -> list[Row]:
        """Metrics of each replication of a variant, cut as far as they can be; KeyError for one without a run."""
        whole = cut.without(["month"]) == Cut()
        return self.measured[name] if whole and name in self.measured else rows_of(self.runs[name], cut)

    def against(self, base: str, rows: Mapping[str, Sequence[Row]], said: str) -> Compared:
        """The comparison of the variants that ``rows`` has with one of them, on these metrics of replications.

        ``said``: the cut that the metrics follow, in words.
        """
        if self.compared is None:
            raise ValueError("one run alone is no comparison")
        others, own = [name for name in rows if name != base], {*self.compared.apart}
        pairs = {
            id: {name: difference_of(rows, id, name, base, apart=bool({name, base} & own)) for name in others}
            for id in in_order(id for own in rows.values() for row in own for id in row)
        }
        known = {id: {name: d for name, d in by_name.items() if d.n} for id, by_name in pairs.items()}
        content = {**self.compared.content, "variants": others, "base": base, "cut": said}
        differences = {id: by_name for id, by_name in known.items() if by_name}
        return dataclasses.replace(self.compared, content=content, differences=differences)


def _place(study: Path, named: Path) -> Path | None:
    """Where the run of a comparison is: in its folder, or beside it; None if it is gone."""
    for place in (study / "runs" / named.name, study.absolute().parent / named.name):
        if (place / "manifest.json").is_file():
            inside(place, study.absolute().parent)
            return place
    if named.exists():
        what = f"is named by {study / FILE}, and lies neither in the folder of the comparison nor beside it"
        raise InputError(Problem(str(named), what, f"copy it to {study / 'runs'} if it belongs there"))
    return None


def _measured(file: Path, names: Sequence[str]) -> dict[str, list[Row]]:
    """Metrics of each replication by variant, in the order of ``names``; nothing if there is no such file."""
    if not os.path.lexists(file):
        return {}
    found: dict[str, list[Row]] = {}
    try:
        with reading.regular(file, AGAIN) as raw, io.TextIOWrapper(raw, encoding="utf-8-sig", newline="") as lines:
            for line in csv.DictReader(lines):
                row = {id: float(value or "nan") for id, value in line.items() if id not in ("variant", "replication")}
                found.setdefault(line["variant"], []).append(row)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(Problem(str(file), f"cannot be read: {error}", AGAIN)) from error
    if len(found) != len(names):
        raise InputError(Problem(str(file), f"has {len(found)} variants, {FILE} has {len(names)}", AGAIN))
    return dict(zip(names, found.values(), strict=True))  # the table marks names that look like formulas
