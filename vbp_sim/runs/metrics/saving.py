"""Three savings, never one: gross as officials count it, against a world without VBP, and net at class level.

The world without VBP is lived through with the same luck; its prices drift as those of tendered drugs did before they
were tendered. Net at class level counts every DDD that moved inside a class at the price of what served it; where no
drug has a class (`vbp check` says so) it is within the listed drugs.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from vbp_sim.runs.metrics.metric import metric
from vbp_sim.runs.metrics.replication import Replication, ratio

declare = partial(metric, group="money", unit="yuan/year", better="higher", cuts=("province",))

#: yearly fall of prices without VBP: median over 101 drugs and strengths of provincial listing prices, with at least
#: three quotations a year, from the first to the last year before their round (github JoryaZhang/NVBP_research
#: @2f7da2a; mean 6.5 %, standard error 2.8)
DRIFT = 0.05


@declare(
    "saving_official", meaning="saved as officials count it, on agreed volumes", cuts=("drug", "province", "round")
)
def saving_official(run: Replication) -> float:
    """Agreed volume x (lowest earlier price of the drug, or where unknown the product's own - price)."""
    places = run.t["allocation"]
    own, lowest = run.t["bids"]["pre_price"][run.bid_of(places, "main")], run.lowest_before(places)
    before = np.where(np.isnan(lowest), own, lowest)
    saved = places["agreed"] * (before - places["price"])
    return float(np.nansum(saved)) if (~np.isnan(saved)).any() else np.nan


@declare(
    "saving_world", meaning="saved on tendered drugs against a world without VBP, whose prices drift", control=True
)
def saving_world(run: Replication) -> float:
    """Spending of the world without VBP, 5 % a year cheaper, less spending; left out where none was run."""
    return _saved(run, ("spend",))


@declare(
    "saving_net", meaning="the same at class level: less what moves outside the list and the hospitals", control=True
)
def saving_net(run: Replication) -> float:
    """Spending is that on listed drugs, on doses outside the list that replace them, and on what patients buy outside
    the hospitals, less what doses would have cost that listed drugs replace. Left out without such a world."""
    return _saved(run, ("spend", "alternatives", "outside"), replaced=True)


def _saved(run: Replication, columns: tuple[str, ...], *, replaced: bool = False) -> float:
    """Yuan a year in months and places under agreement."""
    if run.control is None:
        return np.nan
    fund, rows = run.t["fund"], run.savings.rows
    month = fund["month"].astype("datetime64[M]").astype(np.int64)
    kept = (1 - DRIFT) ** ((month - month.min()) / 12)
    alone, paid = (sum(table[column] for column in columns) for table in (run.control["fund"], fund))
    saved = alone * kept - paid + (fund["replaced"] if replaced else 0.0)
    return ratio(float(saved[rows].sum()), run.years)
