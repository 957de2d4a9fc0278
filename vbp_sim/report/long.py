"""Long tables of a run for other programs: what hospitals saved and kept, what the fund paid, completion; by province,
level and year, with mean and range over replications.

    rows(RunFolder.open(Path("results/pilot")), "surplus", ["province", "year"])
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vbp_sim.errors import InputError, Problem, check_names
from vbp_sim.report.charts.bands import Axis, Band, Floats, ratio, sums
from vbp_sim.report.compared import Compared
from vbp_sim.report.sources import Source, kind
from vbp_sim.report.words import names
from vbp_sim.runs.folder import RunFolder
from vbp_sim.studies.paired import FEWEST

#: sums rows of a table to cells, shape (replications, cells)
Summed = Callable[[Floats], Floats]
#: the columns of a table by name
Table = Mapping[str, Any]


@dataclass(frozen=True)
class Long:
    """A table: where its rows come from, what they may be cut by, and its measures with their unit.

    ``year``: the column that says the year. ``measures``: from the rows and how they are summed to cells.
    """

    table: str
    by: tuple[str, ...]
    year: str
    columns: tuple[str, ...]
    measures: Mapping[str, tuple[str, Callable[[Table, Summed], Floats]]]


def _sum(column: str) -> Callable[[Table, Summed], Floats]:
    return lambda t, summed: summed(np.asarray(t[column], dtype=np.float64))


def _flow(end: str, party: str) -> Callable[[Table, Summed], Floats]:
    return lambda t, summed: summed(t["yuan"] * (t[end] == party))


_SETTLED = ("province", "level", "year", "round", "drug")
_ACCOUNT = ("payer", "payee", "yuan")
#: the tables by name
LONG: Mapping[str, Long] = {
    "surplus": Long(
        "settlement", _SETTLED, "contract_year", ("surplus", "retained"),
        {"surplus": ("yuan", _sum("surplus")), "retained": ("yuan", _sum("retained"))},
    ),
    "completion": Long(
        "settlement", _SETTLED, "contract_year", ("bought", "agreed"),
        {"completion": ("share", lambda t, summed: ratio(summed(t["bought"]), summed(t["agreed"])))},
    ),
    "institutions": Long(
        "institutions", (*_SETTLED, "institution"), "contract_year", ("agreed", "bought", "retained", "passed"),
        {
            "agreed": ("units", _sum("agreed")),
            "completion": ("share", lambda t, summed: ratio(summed(t["bought"]), summed(t["agreed"]))),
            "passed": ("share", lambda t, summed: ratio(summed(t["passed"]), summed(t["agreed"] > 0))),
            "retained": ("yuan", _sum("retained")),
        },
    ),
    "fund": Long(
        "accounts", ("province", "level", "year", "round"), "month", _ACCOUNT,
        {
            "fund_paid": ("yuan", _flow("payer", "fund")),
            "fund_received": ("yuan", _flow("payee", "fund")),
            "patients_paid": ("yuan", _flow("payer", "patients")),
        },
    ),
}  # fmt: skip


def rows(source: Source, name: str, by: Sequence[str]) -> list[dict[str, Any]]:
    """Rows of one table: the cells' names (of a comparison the variant first), measure, unit, mean, low, high, n.

    ``low`` and ``high`` are the 5 % and 95 % quantiles over the ``n`` replications in which the cell has the measure;
    None below three. InputError for what has no such table, or an unknown cut.
    """
    long = LONG[name]
    check_names(by, long.by, "--by", f"the table {name} has no such column")
    if isinstance(source, RunFolder):
        return _rows(source, long, by)
    if not isinstance(source, Compared):
        what = f"this folder holds a {kind(source)}, and these tables are of runs and comparisons"
        raise InputError(Problem(str(source.path), what, "name a run folder"))
    runs = source.runs
    if not runs:
        raise InputError(Problem(str(source.path), "its run folders are not at hand", "name a run folder"))
    return [{"variant": variant, **row} for variant, run in runs.items() for row in _rows(run, long, by)]


def _rows(run: RunFolder, long: Long, by: Sequence[str]) -> list[dict[str, Any]]:
    run = names.local(run)
    wanted = ["replication", *(long.year if each == "year" else each for each in by), *long.columns]
    t = run.table(long.table, dict.fromkeys(wanted))
    if long.table == "institutions" and not len(t["replication"]):
        what = "the run wrote no results by institution"
        raise InputError(Problem(str(run.path), what, "run it with --set outputs.institutions=true"))
    replications = Axis.of(t["replication"], names=range(int(run.manifest["replications"])))
    cells = Axis.of(*(_cut(t, long, each) for each in by)) if by else Axis(np.zeros(len(t["replication"]), int), [()])
    keys = [key if isinstance(key, tuple) else (key,) for key in cells.names]

    def summed(values: Floats) -> Floats:
        return sums(values, replications, cells)

    measured = {name: (unit, measure(t, summed)) for name, (unit, measure) in long.measures.items()}
    found = []
    for i in sorted(range(len(keys)), key=lambda i: [str(part) for part in keys[i]]):
        for name, (unit, values) in measured.items():
            n = int(np.isfinite(values[:, i]).sum())
            band = Band.about_mean(values[:, i : i + 1])
            low, mean, high = (float(end[0]) for end in (band.low, band.mid, band.high))
            ends = {"low": low, "high": high} if n >= FEWEST else {"low": None, "high": None}
            head = dict(zip(by, keys[i], strict=True))
            found.append({**head, "measure": name, "unit": unit, "mean": mean if n else None, **ends, "n": n})
    return found


def _cut(t: Table, long: Long, by: str) -> Any:
    if by != "year":
        return t[by]
    column = t[long.year]
    return column.astype("datetime64[Y]").astype(int) + 1970 if column.dtype.kind == "M" else column
