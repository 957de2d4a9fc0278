"""A chained price index of the tendered drugs by place, as platforms publish one.

    index of month t = index of t-1 x sum(price of t x units of t-1) / sum(price of t-1 x units of t-1)

Items are the selected product, other generics and other originators of each drug. Before the first agreement an item
costs what its products cost before any round, by their earlier shares.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vbp_sim.engine.prices import mean_price
from vbp_sim.engine.recorder import Recorder
from vbp_sim.engine.shelf import Mix

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def chained(rec: Recorder, units: Floats, mix: Ints) -> Floats:
    """Return the index, (months, places), 1 in the first month.

    ``units`` (items, months, drugs, places) in the order above; ``mix`` (months, drugs, places) as in the recorder, in
    which months before the first agreement have what will be selected.
    """
    price = np.stack([rec.listed, *rec.sides(rec.mix)[:0:-1]])
    early = (rec.mix < 0) & (mix >= 0)
    for d, p in zip(*np.nonzero(early.any(axis=0)), strict=True):
        for index in sorted({*mix[early[:, d, p], d, p].tolist()}):
            months = early[:, d, p] & (mix[:, d, p] == index)
            price[:, months, d, p] = _earlier(rec, int(d), int(p), rec.mixes[index])[:, None]
    paid, before = price[:, 1:] * units[:, :-1], price[:, :-1] * units[:, :-1]
    both = (price[:, 1:] > 0) & (price[:, :-1] > 0)
    up, down = (np.where(both, value, 0.0).sum(axis=(0, 2)) for value in (paid, before))
    steps = np.divide(up, down, out=np.ones_like(up), where=down > 0)
    return np.concatenate([np.ones((1, steps.shape[1])), steps.cumprod(axis=0)])


def _earlier(rec: Recorder, drug: int, place: int, mix: Mix) -> Floats:
    """Mean price before any round of the products of a mix, of other generics and of other originators."""
    products, shares, prices = rec.prices.earlier(drug, place)
    brand = np.array([i >= 0 and bool(rec.products.originator[i]) for i in products])
    inside = np.isin(products, mix.products)
    usual = mean_price(prices, shares, float(prices.mean()))
    groups = inside, ~inside & ~brand, ~inside & brand
    return np.array([mean_price(prices[rows], shares[rows], usual) for rows in groups])
