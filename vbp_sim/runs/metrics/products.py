"""What becomes of selected products and of the others: their volumes, shares and prices before and in the first
agreement year."""

from __future__ import annotations

from functools import partial

from vbp_sim.runs.metrics.basket import GENERIC, ORIGINATOR, SELECTED
from vbp_sim.runs.metrics.metric import metric
from vbp_sim.runs.metrics.replication import Replication, ratio

declare = partial(metric, group="products", unit="share", cuts=("drug", "province", "level"))


def _volume(run: Replication, *groups: int) -> float:
    return ratio(run.basket.units(1, *groups), run.basket.units(0, *groups)) - 1


def _price(run: Replication, *groups: int) -> float:
    """Change of the price at the volumes of after (Paasche)."""
    price, volume = run.basket.price[:, list(groups)], run.basket.volume[1, list(groups)]
    return ratio(float((price[1] * volume).sum()), float((price[0] * volume).sum())) - 1


@declare("selected_before", meaning="share that selected products had in the use of their drugs before")
def selected_before(run: Replication) -> float:
    """In units, over the months before the first agreement."""
    return ratio(run.basket.units(0, SELECTED), run.basket.units(0))


@declare("selected_volume", meaning="change of the volume of selected products")
def selected_volume(run: Replication) -> float:
    """In units, first agreement year against before."""
    return _volume(run, SELECTED)


@declare("others_volume", meaning="change of the volume of products that were not selected")
def others_volume(run: Replication) -> float:
    """In units, first agreement year against before."""
    return _volume(run, GENERIC, ORIGINATOR)


@declare("other_generics_volume", meaning="change of the volume of generics that were not selected")
def other_generics_volume(run: Replication) -> float:
    """In units, first agreement year against before."""
    return _volume(run, GENERIC)


@declare("other_originators_volume", meaning="change of the volume of originators that were not selected")
def other_originators_volume(run: Replication) -> float:
    """In units, first agreement year against before."""
    return _volume(run, ORIGINATOR)


@declare("selected_price", meaning="change of the price of selected products", better="lower")
def selected_price(run: Replication) -> float:
    """Sum p1 q1 / sum p0 q1 - 1, volumes of the first agreement year."""
    return _price(run, SELECTED)


@declare("others_price", meaning="change of the price of products that were not selected", better="lower")
def others_price(run: Replication) -> float:
    """Sum p1 q1 / sum p0 q1 - 1, volumes of the first agreement year: the losers' price index."""
    return _price(run, GENERIC, ORIGINATOR)


@declare("other_generics_price", meaning="change of the price of generics that were not selected", better="lower")
def other_generics_price(run: Replication) -> float:
    """Sum p1 q1 / sum p0 q1 - 1, volumes of the first agreement year."""
    return _price(run, GENERIC)


@declare("other_originators_price", meaning="change of the price of originators that were not selected", better="lower")
def other_originators_price(run: Replication) -> float:
    """Sum p1 q1 / sum p0 q1 - 1, volumes of the first agreement year."""
    return _price(run, ORIGINATOR)
