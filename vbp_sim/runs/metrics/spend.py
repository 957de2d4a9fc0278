"""Spending and volume as published studies count them: before against the first agreement year, awarded drugs alone.

With q a volume by cell (drug, place, level) and group of products (selected, other generics, other originators), p its
price, Q the volume of a cell, c the cost of a unit of it at the shares of before and the prices of then, and 0 before,
1 in the first agreement year:

    raw change           sum p1 q1  / sum p0 q0    = volume x price x structure
    volume               sum c0 Q1  / sum p0 q0
    price                sum c1 Q1  / sum c0 Q1    (Laspeyres: shares of before)
    structure            sum p1 q1  / sum c1 Q1
    at constant volume   sum p1 q1  / sum c0 Q1    = price x structure

How a fall is split between price and structure depends on whose weights are taken; their product does not.

Difference in differences takes a world without VBP, lived through with the same luck, as the control.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from vbp_sim.runs.metrics.basket import monthly, months_since
from vbp_sim.runs.metrics.metric import metric
from vbp_sim.runs.metrics.replication import Replication, ratio
from vbp_sim.runs.savings import codes

declare = partial(metric, group="before_after", unit="share", cuts=("drug", "province", "level"))


@declare("spend_raw", meaning="raw change of spending on awarded drugs", better="lower")
def spend_raw(run: Replication) -> float:
    """sum p1 q1 / sum p0 q0 - 1."""
    return ratio(run.basket.spend(1), run.basket.spend(0)) - 1


@declare("spend_constant", meaning="change of spending on awarded drugs at constant volume", better="lower")
def spend_constant(run: Replication) -> float:
    """sum p1 q1 / sum c0 Q1 - 1: price x structure."""
    return ratio(run.basket.spend(1), run.basket.at_earlier_shares(0)) - 1


@declare(
    "spend_did", meaning="change of spending on awarded drugs against a world without VBP", better="lower", control=True
)
def spend_did(run: Replication) -> float:
    """Raw change over that of the world without VBP, where prices and structure stay; left out where none was run."""
    return ratio(run.basket.spend(1), run.basket.spend(0) * run.basket.trend) - 1


@declare("spend_all", meaning="raw change of spending on all tendered drugs", better="lower", cuts=("province",))
def spend_all(run: Replication) -> float:
    """Awarded or not: money of the first year after the first supply in a place over that of the months before."""
    fund = run.t["fund"]
    under = run.under(fund, "month", "province")
    place, _, places = codes(fund, fund, "province")
    spent = monthly(fund["spend"], months_since(fund["month"], under, place, places), place, places)
    before, after = spent[:, ~np.isnan(spent).any(axis=0)].sum(axis=1)
    return ratio(float(after), float(before)) - 1


@declare("volume_change", meaning="change of the volume of awarded drugs, valued at earlier cost")
def volume_change(run: Replication) -> float:
    """sum c0 Q1 / sum p0 q0 - 1."""
    return ratio(run.basket.at_earlier_shares(0), run.basket.spend(0)) - 1


@declare("volume_did", meaning="change of the volume of awarded drugs against a world without VBP", control=True)
def volume_did(run: Replication) -> float:
    """Change of volume over that of the world without VBP; left out where none was run."""
    return ratio(run.basket.at_earlier_shares(0), run.basket.spend(0) * run.basket.trend) - 1


@declare(
    "structure_change", meaning="change of spending on awarded drugs by another mix of their products", better="lower"
)
def structure_change(run: Replication) -> float:
    """sum p1 q1 / sum c1 Q1 - 1."""
    return ratio(run.basket.spend(1), run.basket.at_earlier_shares(1)) - 1


@declare("price_change", meaning="change of spending on awarded drugs by other prices at the same mix", better="lower")
def price_change(run: Replication) -> float:
    """sum c1 Q1 / sum c0 Q1 - 1, at the shares of before (Laspeyres)."""
    return ratio(run.basket.at_earlier_shares(1), run.basket.at_earlier_shares(0)) - 1
