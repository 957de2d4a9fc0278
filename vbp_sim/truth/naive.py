"""Forecasts that know no model, beside which a prediction must stand.

    pooled          every valid generic bid over the ceiling of the earlier rounds
    firms-ceiling   ln bid = a + b ln(firms) + c ln(ceiling) + e, fitted on them; e is normal, bids end at the ceiling
    firms-price     the same with the drug's earlier price, where it is known, in place of the ceiling

How sure a comparison is says the bootstrap over drugs, whose bids are not independent of each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from vbp_sim.agents.firms.anchored_costs import earlier_price
from vbp_sim.scenario.market import Drug, Market

Floats = npt.NDArray[np.float64]

#: draws that stand for the normal law of the regression's error
DRAWS = 199
#: resamples of drugs
RESAMPLES = 2000


#: regressions by name: the column of `asked` beside the number of firms
REGRESSIONS = {"firms-ceiling": 1, "firms-price": 2}


def generic_bids(market: Market) -> Floats:
    """Valid generic bids of a market over the ceiling."""
    bids, drugs = _bids(market)
    return bids / drugs[:, 1]


def asked(market: Market, drug: Drug) -> tuple[float, float, float]:
    """What a regression asks of a drug: qualified firms, ceiling, and earlier price or else ceiling (yuan)."""
    firms, ceiling = max(len(market.products_of(drug.id)), drug.qualified or 0), float(drug.ceiling or np.nan)
    return float(firms), ceiling, earlier_price(market, drug) or ceiling


def regression(earlier: Sequence[Market], drugs: Floats, column: int) -> Floats:
    """Forecast bids over the ceiling (products, draws) for what is `asked` of their drugs (products, 3)."""
    bids, known = (np.concatenate(parts) for parts in zip(*map(_bids, earlier), strict=True))
    y, x = np.log(bids), _regressors(known, column)
    beta = np.linalg.lstsq(x, y, rcond=None)[0]
    spread = float(np.sqrt(((y - x @ beta) ** 2).sum() / (len(y) - x.shape[1])))
    z = np.array([NormalDist().inv_cdf((i + 0.5) / DRAWS) for i in range(DRAWS)])
    forecast = np.exp((_regressors(drugs, column) @ beta)[:, None] + spread * z)
    return np.asarray(np.minimum(1.0, forecast / drugs[:, 1:2]))


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


def _regressors(drugs: Floats, column: int) -> Floats:
    return np.stack([np.ones(len(drugs)), np.log(drugs[:, 0]), np.log(drugs[:, column])], axis=1)


def _bids(market: Market) -> tuple[Floats, Floats]:
    """Every valid generic bid (yuan), and what is `asked` of its drug (bids, 3)."""
    of = {drug.id: asked(market, drug) for drug in market.drugs}
    rows = [p for p in market.products if p.bid is not None and not p.originator and p.bid <= of[p.drug][1]]
    return np.array([float(p.bid or 0) for p in rows]), np.array([of[p.drug] for p in rows]).reshape(-1, 3)
