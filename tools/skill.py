"""How good a predicted round is beside what somebody without the model would have said.

Naive forecasts: bids as in `naive`, by all rounds before; winners by the K(n) table: originators win as often as in
earlier rounds, the generics of a drug share its places.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.scenario.market import Market
from vbp_sim.truth.accuracy import accuracy
from vbp_sim.truth.backtest import Backtest

Floats = npt.NDArray[np.float64]

#: edges of the classes in which a forecast chance is compared with what happened
CLASSES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True)
class Skill:
    """Scores of one predicted round; nan where there is no earlier round.

    ``pit``: part of the real generic bids in each fifth of their predicted distribution; ``bids80``, ``bids90``: part
    in the bands; ``lowest80``, ``lowest90`` the same of the lowest selected price of each drug. ``chances``: by class
    of the forecast chance to win, its mean, the part that won, and how many.
    """

    pit: tuple[float, ...]
    bids80: float
    bids90: float
    lowest80: float
    lowest90: float
    crps: float
    crps_pooled: float
    crps_regression: float
    crps_price: float
    slope: float
    slope_real: float
    slope_error: float
    brier: float
    brier_naive: float
    auc: float
    auc_naive: float
    chances: tuple[tuple[float, float, int], ...]


def skill(test: Backtest, market: Market, rules: RuleSet, earlier: Sequence[Market]) -> Skill | None:
    """Score a back-test of a market; None where it has no real bids."""
    right = accuracy(test, earlier)
    if right is None:
        return None
    naive = defaultdict(lambda: np.nan, {name: found.crps for name, found in right.naive.items()})
    rows = np.flatnonzero(~test.originator & ~np.isnan(test.real_bids))
    ranks = np.array([_rank(test.bids[:, i], float(test.real_bids[i])) for i in rows])
    drugs = range(len(market.drugs))
    lowest = np.array([_lowest(test, d) for d in drugs])
    chance, won = np.mean(~np.isnan(test.prices), axis=0), ~np.isnan(test.real_prices)
    table = _table(rules, test, earlier)
    within = np.digitize(chance, CLASSES[1:-1])
    return Skill(
        pit=tuple((np.histogram(ranks[~np.isnan(ranks)], 5, (0, 1))[0] / np.sum(~np.isnan(ranks))).tolist()),
        bids80=_inside(ranks, 0.1),
        bids90=_inside(ranks, 0.05),
        lowest80=_inside(lowest, 0.1),
        lowest90=_inside(lowest, 0.05),
        crps=right.crps,
        crps_pooled=naive["pooled"],
        crps_regression=naive["firms-ceiling"],
        crps_price=naive["firms-price"],
        slope=right.slope,
        slope_real=right.slope_real,
        slope_error=right.slope_error,
        brier=float(np.mean((chance - won) ** 2)),
        brier_naive=float(np.mean((table - won) ** 2)),
        auc=_auc(chance, won),
        auc_naive=_auc(table, won),
        chances=tuple(
            (float(chance[within == k].mean()), float(won[within == k].mean()), int((within == k).sum()))
            for k in range(len(CLASSES) - 1)
            if (within == k).any()
        ),
    )


def _rank(draws: Floats, real: float) -> float:
    """Where a real value lies in its predicted distribution, 0 to 1; nan if nothing was predicted."""
    known = draws[~np.isnan(draws)]
    return float(np.mean(known < real) + np.mean(known == real) / 2) if len(known) else np.nan


def _lowest(test: Backtest, drug: int) -> float:
    mine = test.drug == drug
    real = test.real_prices[mine]
    if np.isnan(real).all():
        return np.nan
    drawn = np.where(np.isnan(test.prices[:, mine]), np.inf, test.prices[:, mine]).min(axis=1, initial=np.inf)
    return _rank(drawn[np.isfinite(drawn)], float(np.nanmin(real)))


def _inside(ranks: Floats, tail: float) -> float:
    known = ranks[~np.isnan(ranks)]
    return float(np.mean((known >= tail) & (known <= 1 - tail)))


def _table(rules: RuleSet, test: Backtest, earlier: Sequence[Market]) -> Floats:
    """Chance to win of each product; without an earlier round originators count as everybody."""
    places: Any = getattr(rules.shortlist, "places_by_firms", None)
    if not places:
        return np.full(len(test.drug), np.nan)
    room = np.array(places)[np.minimum(test.qualified, len(places)) - 1]
    won = [float(bool(p.selected)) for other in earlier for p in other.products if p.originator]
    if not won:
        return np.asarray(room / test.qualified, dtype=np.float64)
    generics = np.bincount(test.drug, ~test.originator)[test.drug]
    return np.where(test.originator, np.mean(won), np.minimum(1, room / np.maximum(generics, 1)))


def _auc(chance: Floats, won: npt.NDArray[np.bool_]) -> float:
    """How often a winner had the greater chance of a winner and a loser; ties count half."""
    gap = chance[won][:, None] - chance[~won][None, :]
    return float((gap > 0).mean() + (gap == 0).mean() / 2)
