"""What hospitals buy and patients get."""

from __future__ import annotations

from functools import partial

import numpy as np

from vbp_sim.runs.metrics.basket import months_since
from vbp_sim.runs.metrics.metric import metric
from vbp_sim.runs.metrics.replication import Replication, over, ratio
from vbp_sim.runs.savings import Bools, Floats, Ints

declare = partial(metric, group="use", unit="share", cuts=("drug", "province", "level", "round"))


@declare("completion", meaning="purchased selected volume / agreed volume", wanted=2)
def completion(run: Replication) -> float:
    """A ratio of sums."""
    return over(run, "settlement", "bought", "agreed")


@declare("completion_cells", meaning="institutions that bought at least the agreed volume of a drug", better="higher")
def completion_cells(run: Replication) -> float:
    """Share of institutions x drugs x agreement years."""
    return over(run, "settlement", "completed", "institutions")


@declare("completion_tenth", meaning="completion that nine of ten institutions reach", better="higher")
def completion_tenth(run: Replication) -> float:
    """Tenth percentile among the institutions of a drug, place, level and year; mean over these by institutions."""
    settled = run.t["settlement"]
    known = ~np.isnan(settled["tenth"])
    cells = settled["institutions"][known]
    return ratio(float((settled["tenth"][known] * cells).sum()), float(cells.sum()))


@declare("selected_share", meaning="selected products in the use of awarded drugs", better="higher")
def selected_share(run: Replication) -> float:
    """Under agreement."""
    return ratio(run.use("selected"), run.served)


@declare("originator_share", meaning="originators in the use of awarded drugs")
def originator_share(run: Replication) -> float:
    """Under agreement, selected or not."""
    return ratio(run.use("originator") + run.use("selected_originator"), run.served)


@declare(
    "selected_share_all",
    meaning="selected products in all use that tendered drugs serve or served",
    better="higher",
    cuts=("drug", "province", "level"),
)
def selected_share_all(run: Replication) -> float:
    """From the first agreement of a place on: failed drugs and drugs outside the list are in. In units, not DDD."""
    use = run.t["use"]
    rows = run.under(use, "month", "province")
    whole = (use["need"] - use["gained"] - use["unmet"])[rows]  # who was gained is counted where they came from
    return ratio(float((use["selected"] * run.in_contract)[rows].sum()), float(whole.sum()))


@declare(
    "class_shift",
    meaning="part of the need for listed drugs that turned to other molecules of their class",
    cuts=("province",),
)
def class_shift(run: Replication) -> float:
    """DDD that molecules outside the list serve over what they would, of the DDD of listed drugs; negative where these
    gain. Months and places under agreement, drugs that have a class; left out where nobody can turn."""
    classes, rows = run.t["classes"], run.under(run.t["classes"], "month", "province")
    moved, listed = classes["other"] - classes["other_before"], classes["need"] - classes["other_before"]
    return ratio(float(moved[rows].sum()), float(listed[rows].sum()))


@declare(
    "others_change", meaning="change of the use of molecules of the same classes outside the list", cuts=("province",)
)
def others_change(run: Replication) -> float:
    """In DDD, over what these would serve if nobody turned; rows as for class_shift."""
    classes, rows = run.t["classes"], run.under(run.t["classes"], "month", "province")
    return ratio(float(classes["other"][rows].sum()), float(classes["other_before"][rows].sum())) - 1


@declare("use_change", meaning="change of the use of tendered drugs against before", cuts=("drug", "province", "level"))
def use_change(run: Replication) -> float:
    """Mean monthly use under agreement against the months before the first one, of drugs and places that have both."""
    use = run.t["use"]
    cell, cells = run.cells
    month = use["month"].astype("datetime64[M]").astype(np.int64)
    before = months_since(use["month"], run.in_contract, cell, cells) < 0
    supplied = use["need"] - use["unmet"] - use["alternatives"] - use["away"]
    after, earlier = (_monthly(supplied, month, cell, cells, rows) for rows in (run.in_contract, before))
    both = ~np.isnan(after) & ~np.isnan(earlier)
    return ratio(float(after[both].sum()), float(earlier[both].sum())) - 1


def _monthly(volume: Floats, month: Ints, cell: Ints, cells: int, rows: Bools) -> Floats:
    """Volume per month of each cell, over the months that the cell has among the given rows; nan where it has none."""
    months = np.bincount(np.unique(month[rows] * cells + cell[rows]) % cells, minlength=cells)
    total = np.bincount(cell[rows], weights=volume[rows], minlength=cells)
    return np.asarray(np.divide(total, months, out=np.full(cells, np.nan), where=months > 0))
