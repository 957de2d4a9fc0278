"""What patients and those who pay for them gain by the drugs that were awarded, in the first agreement year.

A patient of a cell (drug, place, level) has the utility delta_g - alpha p_g of a product of group g (selected, other
generics, other originators) and a taste of its own, as in a logit. With s the shares of the groups, p their prices, Q
the monthly volume, 0 before and 1 after, the surplus of a unit is the log-sum (1 / alpha) ln sum exp(delta - alpha p).
Before, patients chose: ln s0 = delta - alpha p0 up to a constant, so that shares tell what a brand is worth to them.
After, a tender and its tasks set the shares, and with shares s1 that are not all chosen the log-sum becomes

    gain of a unit = - sum s1 (p1 - p0) - (1 / alpha) sum s1 ln(s1 / s0)

its largest value over s1 is the log-sum itself, (1 / alpha) ln sum s0 exp(-alpha (p1 - p0)). The second term is what
it costs patients not to have what they would choose. If a brand is worth no more than another product of the drug, what
was paid for it was lost, and the gain of a unit is what it costs less: sum s0 p0 - sum s1 p1. Either is multiplied by
the mean of both volumes (rule of a half: units that are added gain half as much). Cao, Yi and Yu (2024) tell welfare
apart in the same way: it rises if branded and generic versions should be valued alike.

alpha is `ELASTICITY` over what a unit cost before. Prices are whole ones, patients' and fund's part together.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from vbp_sim.runs.metrics.metric import metric
from vbp_sim.runs.metrics.replication import Replication
from vbp_sim.runs.savings import Floats

declare = partial(metric, group="before_after", unit="yuan/year", better="higher", cuts=("drug", "province", "level"))

#: how utility falls with the logarithm of the price: the middle of three own-price sensitivities of 2008 to 2010,
#: cardiovascular 1.10, antimicrobial 0.695, cancer 0.192 (doi 10.3389/fphar.2021.688069)
ELASTICITY = 0.695
#: least share before that a group is reckoned with: nobody could choose what was not sold
LEAST = 0.01


@declare("consumer_surplus", meaning="change of consumer surplus of awarded drugs, brands worth what was paid for them")
def consumer_surplus(run: Replication) -> float:
    """Log-sum over groups of products with what shares before say of brands; a price coefficient of 0.695 over the
    unit cost before; first agreement year."""
    volume, price = run.basket.volume, run.basket.price
    share = _shares(volume)
    moved = (share[1] * np.log(np.where(share[1] > 0, share[1], 1.0) / np.maximum(share[0], LEAST))).sum(axis=0)
    worth = (price[0] * share[0]).sum(axis=0) / ELASTICITY
    return _yearly((share[1] * (price[0] - price[1])).sum(axis=0) - worth * np.maximum(0.0, moved), volume)


@declare(
    "consumer_surplus_alike", meaning="change of consumer surplus of awarded drugs, products of a drug worth the same"
)
def consumer_surplus_alike(run: Replication) -> float:
    """What a unit costs less, at the mean of the volumes before and in the first agreement year."""
    volume, price = run.basket.volume, run.basket.price
    paid = (price * _shares(volume)).sum(axis=1)
    return _yearly(paid[0] - paid[1], volume)


def _shares(volume: Floats) -> Floats:
    """Shares of the groups, (2, groups, cells); 0 where nothing is used."""
    units = volume.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(volume, units, out=np.zeros_like(volume), where=units > 0))


def _yearly(gain: Floats, volume: Floats) -> float:
    """A gain by unit (cells,) in yuan a year; cells in which nothing was used before, or after, say nothing."""
    units = volume.sum(axis=1)
    known = (units > 0).all(axis=0)
    return float((gain * units.mean(axis=0))[known].sum()) * 12 if known.any() else np.nan
