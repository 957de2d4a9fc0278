"""Quality and credit: what supervision sees, what companies are rated for, and what it costs them."""

from __future__ import annotations

from functools import partial

import numpy as np

from vbp_sim.runs.metrics.metric import metric
from vbp_sim.runs.metrics.replication import Replication, ratio, total
from vbp_sim.runs.savings import codes

declare = partial(metric, group="firms", unit="share", better="lower", cuts=("drug",))


@declare("inspections", group="supply", unit="count", meaning="inspections of plants of winners", better=None)
def inspections(run: Replication) -> float:
    """In months in which they make a selected product."""
    return total(run, "quality", "inspections")


@declare("failed_batches", group="supply", unit="count", meaning="batches of selected products that fail the standard")
def failed_batches(run: Replication) -> float:
    """Found or not."""
    return total(run, "quality", "failed")


@declare("struck_off", group="supply", meaning="selected products that stopped or were recalled", decimals=2)
def struck_off(run: Replication) -> float:
    """Of the products that were ever selected: those sanctioned for a default, a failed sample or a recall."""
    sanctions, bids = run.t["sanctions"], run.t["bids"]
    struck, won, _ = codes(sanctions, bids, "drug", "manufacturer")
    gone = np.isin(sanctions["event"], ("default", "failed-sample", "recall"))
    return ratio(float(len(np.unique(struck[gone]))), float(len(np.unique(won[run.won]))))


@declare("violations", meaning="violations per winner and year", decimals=2)
def violations(run: Replication) -> float:
    """Sanctions about a product, over the years in which companies supply: manufacturers x months / 12."""
    supply = run.t["supply"]
    about = float((run.t["sanctions"]["manufacturer"] != "").sum())
    supplied = np.unique(codes(supply, supply, "month", "manufacturer")[0])
    return ratio(about, len(supplied) / 12)


@declare(
    "barred_months",
    unit="months",
    meaning="time for which firms are barred from all rounds, summed over their sanctions",
)
def barred_months(run: Replication) -> float:
    """As it was decided, also beyond the end of the run."""
    return total(run, "sanctions", "barred")


@declare(
    "suspended_months",
    unit="months",
    meaning="time for which provinces keep firms out of their rounds, summed over provinces and sanctions",
)
def suspended_months(run: Replication) -> float:
    """By the province that judges strictest, times the provinces that rate."""
    sanctions = run.t["sanctions"]
    return float((sanctions["suspended"] * sanctions["provinces"]).sum())


@declare("ratings", meaning="ratings per company and year", decimals=2, cuts=())
def ratings(run: Replication) -> float:
    """Sanctions that reach a rating, over the months in which companies sell anything / 12."""
    firms = run.t["firms"]
    sold = float(((firms["owner"] != "") & (firms["revenue"] > 0)).sum()) / 12
    return ratio(float((run.t["sanctions"]["rating"] != "").sum()), sold)


@declare("serious_ratings", meaning="ratings that are serious or worse", cuts=())
def serious_ratings(run: Replication) -> float:
    """Of all ratings; nan if there is none."""
    rating = run.t["sanctions"]["rating"]
    return ratio(float(np.isin(rating, ("serious", "especially-serious")).sum()), float((rating != "").sum()))


@declare(
    "selected_spend",
    group="money",
    unit="yuan/year",
    meaning="selected products that were delivered, at their prices",
    better=None,
)
def selected_spend(run: Replication) -> float:
    """Under agreement."""
    volume, rows = run.sales
    return ratio(float((volume * run.t["bids"]["price"][rows]).sum()), run.years)
