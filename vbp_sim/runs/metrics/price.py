"""How far prices fell. Four cuts have four bases, and none of them is the cut."""

from __future__ import annotations

from functools import partial

import numpy as np

from vbp_sim.runs.metrics.metric import metric
from vbp_sim.runs.metrics.replication import Replication, mean_of, ratio

declare = partial(metric, group="price", unit="share", better="higher", cuts=("drug", "round"))


def _cut(run: Replication, base: str) -> float:
    bids = run.t["bids"]
    return mean_of(1 - bids["price"][run.won] / bids[base][run.won])


@declare("cut_ceiling", meaning="cut of selected prices against the ceiling", wanted=8)
def cut_ceiling(run: Replication) -> float:
    """Mean over selected products."""
    return _cut(run, "ceiling")


@declare("ceiling_mean", unit="yuan/unit", meaning="geometric mean of the ceilings", better=None)
def ceiling_mean(run: Replication) -> float:
    """Over tenders that had one."""
    ceiling = run.t["awards"]["ceiling"]
    return float(np.exp(mean_of(np.log(ceiling[ceiling > 0]))))


@declare("bid_level", meaning="valid bids of generics over the ceiling", better=None)
def bid_level(run: Replication) -> float:
    """Mean over valid bids; originators, who stay out where it is hard, do not count."""
    bids = run.t["bids"]
    counted = (bids["rank"] > 0) & ~bids["originator"].astype(np.bool_)
    return mean_of(bids["bid"][counted] / bids["ceiling"][counted])


@declare(
    "cut_weighted", meaning="cut against the ceiling, weighted by agreed volume", cuts=("drug", "province", "round")
)
def cut_weighted(run: Replication) -> float:
    """Mean over suppliers of places."""
    places, bids = run.t["allocation"], run.t["bids"]
    cut = 1 - places["price"] / bids["ceiling"][run.bid_of(places, "main")]
    return ratio(float((places["agreed"] * cut).sum()), float(places["agreed"].sum()))


@declare(
    "cut_value",
    meaning="cut against the ceiling, weighted by agreed volume x ceiling",
    cuts=("drug", "province", "round"),
)
def cut_value(run: Replication) -> float:
    """Saved on all agreed volumes, over their worth at the ceilings."""
    places, bids = run.t["allocation"], run.t["bids"]
    worth = places["agreed"] * bids["ceiling"][run.bid_of(places, "main")]
    return 1 - ratio(float((places["agreed"] * places["price"]).sum()), float(worth.sum()))


@declare("cut_own", meaning="cut against the product's own earlier price", wanted=1)
def cut_own(run: Replication) -> float:
    """Mean over selected products that had a price."""
    return _cut(run, "pre_price")


@declare("cut_official", meaning="cut against the lowest earlier price of the drug")
def cut_official(run: Replication) -> float:
    """Mean over selected products whose drug had a price."""
    bids = run.t["bids"]
    return mean_of(1 - bids["price"][run.won] / run.lowest_before(bids)[run.won])
