"""Forecasts that know no model, beside which a prediction must stand.

    pooled       every valid generic bid over the ceiling of the earlier rounds
    regression   ln(bid / ceiling) = a + b ln(firms) + c ln(ceiling) + e, fitted on them; e is normal, bids end at 1

How sure a comparison is says the bootstrap over drugs, whose bids are not independent of each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from vbp_sim.scenario.market import Market

Floats = npt.NDArray[np.float64]

#: draws that stand for the normal law of the regression's error
DRAWS = 199
#: resamples of drugs
RESAMPLES = 2000


def generic_bids(market: Market) -> Floats:
    """Valid generic bids of a market over the ceiling."""
    return _rows(market)[:, 0]


def regression(earlier: Sequence[Market], firms: Floats, ceiling: Floats) -> Floats:
    """Forecast bids over the ceiling for products of drugs with so many firms and this ceiling (products, draws)."""
    rows = np.concatenate([_rows(market) for market in earlier])
    y, x = np.log(rows[:, 0]), _regressors(rows[:, 1], rows[:, 2])
    beta = np.linalg.lstsq(x, y, rcond=None)[0]
    spread = float(np.sqrt(((y - x @ beta) ** 2).sum() / (len(y) - x.shape[1])))
    z = np.array([NormalDist().inv_cdf((i + 0.5) / DRAWS) for i in range(DRAWS)])
    return np.asarray(np.minimum(1.0, np.exp((_regressors(firms, ceiling) @ beta)[:, None] + spread * z)))


def better(own: Floats, other: Floats, drug: npt.NDArray[np.int64]) -> tuple[float, float, float]:
    """How much lower the mean of ``own`` scores is than of ``other`` ones (bids,), as a share of it, with the 5 % and
    95 % quantile of the bootstrap over drugs.
    """
    kinds, place = np.unique(drug, return_inverse=True)
    sums = np.stack([np.bincount(place, own, len(kinds)), np.bincount(place, other, len(kinds))])
    picked = np.random.default_rng(0).integers(0, len(kinds), (RESAMPLES, len(kinds)))
    mine, theirs = sums[:, picked].sum(axis=2)
    low, high = np.quantile(1 - mine / theirs, (0.05, 0.95))
    return float(1 - sums[0].sum() / sums[1].sum()), float(low), float(high)


def _regressors(firms: Floats, ceiling: Floats) -> Floats:
    return np.stack([np.ones(len(firms)), np.log(firms), np.log(ceiling)], axis=1)


def _rows(market: Market) -> Floats:
    """Bid over ceiling, firms and ceiling of every valid generic bid, shape (bids, 3)."""
    found = []
    for drug in market.drugs:
        named = market.products_of(drug.id)
        firms = max(len(named), drug.qualified or 0)
        for p in named:
            if p.bid is not None and drug.ceiling is not None and not p.originator and p.bid <= drug.ceiling:
                found.append((float(p.bid / drug.ceiling), firms, float(drug.ceiling)))
    return np.array(found).reshape(-1, 3)
