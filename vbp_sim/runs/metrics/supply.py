"""Whether what is ordered comes, and how many stand behind it."""

from __future__ import annotations

from functools import partial

import numpy as np

from vbp_sim.runs.metrics.metric import metric
from vbp_sim.runs.metrics.replication import Replication, count_of, mean_of, ratio
from vbp_sim.runs.savings import codes
from vbp_sim.runs.shortages import shortages

declare = partial(metric, group="supply", unit="count", better="lower", cuts=("drug", "province"))

#: something is short in a month if less than this part of what was ordered comes
SHORT = 0.99
#: months in a row from which a shortage lasts over 30 days
LONG = 2


@declare("unmet_share", unit="share", meaning="need that nobody supplied", decimals=2, wanted=4)
def unmet_share(run: Replication) -> float:
    """Under agreement."""
    return ratio(run.use("unmet"), run.use("need"))


@declare(
    "shortage_product_months", unit="product-months", meaning="months with a shortage of a product", cuts=("drug",)
)
def shortage_product_months(run: Replication) -> float:
    """A main supplier delivers less than was ordered from it, whether others help or not."""
    supply = run.t["supply"]
    short = (supply["ordered"] > 0) & (supply["delivered"] < SHORT * supply["ordered"])
    return float((short & run.supplied).sum())


@declare("shortage_spells", meaning="shortages of a drug in a place that last over 30 days")
def shortage_spells(run: Replication) -> float:
    """Spells of at least two months in a row in which selected goods that were ordered came from nobody."""
    use = run.t["use"]
    cell, cells = run.cells
    month = use["month"].astype("datetime64[M]").astype(np.int64)
    month -= month.min() if len(month) else 0
    rows, months = run.in_contract, int(month.max(initial=0)) + 1
    shape = (cells, months + 1)  # a last month without shortage ends every spell
    missing, bought = np.zeros(shape), np.zeros(shape)
    np.add.at(missing, (cell[rows], month[rows]), (use["unmet"] + use["substituted"])[rows])
    np.add.at(bought, (cell[rows], month[rows]), use["selected"][rows])
    short = missing > (1 - SHORT) * (missing + bought)
    edges = np.flatnonzero(np.diff(short.ravel(), prepend=False))
    return float((edges[1::2] - edges[::2] >= LONG).sum())


@declare("disruptions", meaning="times that production stood still", cuts=("drug",))
def disruptions(run: Replication) -> float:
    """Failures of plants that serve an agreement."""
    return count_of(run, "disruption")


@declare("recalls", meaning="recalls for quality, which take the stock back", cuts=("drug",))
def recalls(run: Replication) -> float:
    """Recalls of plants that serve an agreement."""
    return count_of(run, "recall")


@declare("days_to_backup", unit="days", meaning="from a shortage to the backup's delivery")
def days_to_backup(run: Replication) -> float:
    """Mean over shortages that somebody else helped in."""
    return mean_of(run.events("backup"))


@declare(
    "hhi", unit="index 0-1", meaning="concentration of the agreed volume of a drug in a place (Herfindahl)", decimals=3
)
def hhi(run: Replication) -> float:
    """Mean over agreements of one drug in one place, weighted by their value: 1 where one supplier has it all."""
    places = run.t["allocation"]
    keys = ("round", "drug", "province")
    cell, _, cells = codes(places, places, *keys)
    mine, _, pairs = codes(places, places, *keys, "main")  # a brand may also be the main supplier
    volume = np.bincount(cell, weights=places["agreed"], minlength=cells)
    value = np.bincount(cell, weights=places["agreed"] * places["price"], minlength=cells)
    by_firm = np.bincount(mine, weights=places["agreed"], minlength=pairs).reshape(cells, -1)
    there = volume > 0
    each = (by_firm[there] ** 2).sum(axis=1) / volume[there] ** 2
    return ratio(float((value[there] * each).sum()), float(value[there].sum()))


@declare(
    "emergency_share",
    unit="share",
    meaning="need that was met by emergency purchase",
    decimals=2,
    better=None,
    cuts=("drug", "province", "level"),
)
def emergency_share(run: Replication) -> float:
    """Of the need under agreement."""
    return ratio(run.use("emergency"), run.use("need"))


@declare("stock_held", unit="yuan", meaning="stock of selected products, at cost", better=None, cuts=("drug", "round"))
def stock_held(run: Replication) -> float:
    """Mean over the months of supply; what lies there is paid for and not yet sold."""
    supply = run.t["supply"]
    if not len(supply["month"]):
        return np.nan
    value = supply["stock"] * run.t["bids"]["cost"][run.bid_of(supply, "manufacturer")]
    return float(value.sum() / len(np.unique(supply["month"])))


@declare(
    "relief_share",
    unit="share",
    meaning="need that reserves, neighbouring provinces and imports met",
    decimals=2,
    better=None,
    cuts=("drug", "province", "level"),
)
def relief_share(run: Replication) -> float:
    """Of the need under agreement."""
    return ratio(run.use("relief"), run.use("need"))


@declare(
    "relief_days",
    unit="days",
    meaning="from the first short delivery until less than 1 % of the orders is missing, whoever brings it",
)
def relief_days(run: Replication) -> float:
    """Mean over shortages of a drug in a place, in whole months; 0 where other products were enough at once."""
    return mean_of(np.array([one.relief_days for one in shortages(run.t["relief"], "drug", "province")]))


@declare("late_notices", meaning="stops of production reported later than the law asks", cuts=("drug",))
def late_notices(run: Replication) -> float:
    """Where the law asks for notice; stops that nobody saw coming do not count."""
    return count_of(run, "late-notice")
