"""How right a prediction is: distribution of bids, and how prices fall with the number of bidders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vbp_sim.scenario.market import Market
from vbp_sim.truth.backtest import Backtest
from vbp_sim.truth.naive import REGRESSIONS, better, generic_bids, regression

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Naive:
    """CRPS of a forecast without a model, and how much better the prediction is, as a share of it, with the 5 % and
    95 % quantile over drugs.
    """

    crps: float
    better: float
    low: float
    high: float


@dataclass(frozen=True)
class Accuracy:
    """Scores of a prediction.

    ``crps`` mean score of the generics' valid bids over the ceiling (0 is perfect); ``naive`` the scores of forecasts
    from earlier rounds that know no model, by name (`naive`), none without any; ``slope`` of ln(price / ceiling) of
    selected products on ln(qualified firms), mean over replications, ``slope_real`` with its standard error
    ``slope_error``; ``step`` predicted and real parts of the valid generic bids cut by 40-50, exactly 50, and 55-60
    percent; ``value_cut`` the selected prices' cut against the ceiling weighted by agreed volume x ceiling: predicted
    mean, 5 % and 95 % quantile, and real.
    """

    crps: float
    naive: dict[str, Naive]
    slope: float
    slope_real: float
    slope_error: float
    step: dict[str, tuple[float, float]]
    value_cut: dict[str, float]

    def as_dict(self) -> dict[str, Any]:
        """For JSON; ``crps_pooled`` and ``crps_better`` are the first naive forecast's, null without one."""
        pool = self.naive.get("pooled")
        shown = {"crps_pooled": pool and pool.crps, "crps_better": pool and pool.better}
        return {**asdict(self), **shown}

    def lines(self) -> list[str]:
        """For people."""
        naive = [
            f"    {name} {n.crps:.4f}: {n.better:.0%} better ({n.low:.0%} to {n.high:.0%})"
            for name, n in self.naive.items()
        ]
        off = abs(self.slope - self.slope_real) / self.slope_error
        cut = self.value_cut
        parts = ", ".join(f"{name} {a:.1%} (real {b:.1%})" for name, (a, b) in self.step.items())
        return [
            f"cut weighted by value (agreed volume x ceiling) {cut['mean']:.1%} "
            f"({cut['low']:.1%} to {cut['high']:.1%}), real {cut['real']:.1%}",
            f"CRPS of generic bids {self.crps:.4f}{', by forecasts without a model' if naive else ''}",
            *naive,
            f"slope of ln(price / ceiling) on ln(firms) {self.slope:.2f}, real {self.slope_real:.2f} "
            f"(standard error {self.slope_error:.2f}): {off:.1f} standard errors off",
            f"generic bids cut by {parts}",
        ]


def accuracy(test: Backtest, earlier: Sequence[Market] = ()) -> Accuracy | None:
    """Score a prediction; None where the market does not give bids and winners."""
    generic, rows = ~test.originator, _scored(test)
    real = test.real_bids[generic]
    if np.isnan(test.real_prices).all() or np.isnan(real).all():
        return None
    won = ~np.isnan(test.real_prices)
    beta, error = slope(test.real_prices[won], test.qualified[won].astype(np.float64))
    drawn = []
    for prices in test.prices:
        here = ~np.isnan(prices)
        drawn.append(slope(prices[here], test.qualified[here].astype(np.float64))[0])
    own, drug = scores(test), test.drug[rows]
    known = [m for m in earlier if len(generic_bids(m))]
    forecasts: dict[str, Floats] = {}
    if known:
        pool = np.concatenate([generic_bids(m) for m in known])
        forecasts = {"pooled": np.broadcast_to(pool, (len(own), len(pool)))}
        forecasts |= {name: regression(known, test.asked[rows], column) for name, column in REGRESSIONS.items()}
    naive = {}
    for name, drawn_bids in forecasts.items():
        others = [crps(draws, float(b)) for draws, b in zip(drawn_bids, test.real_bids[rows], strict=True)]
        naive[name] = Naive(float(np.mean(others)), *better(own, np.array(others), drug))
    return Accuracy(
        crps=float(own.mean()),
        naive=naive,
        slope=float(np.mean(drawn)),
        slope_real=beta,
        slope_error=error,
        step={name: (_part(test.bids[:, generic], a, b), _part(real, a, b)) for name, (a, b) in _STEPS.items()},
        value_cut={
            "mean": float(test.value_cut.mean()),
            "low": float(np.quantile(test.value_cut, 0.05)),
            "high": float(np.quantile(test.value_cut, 0.95)),
            "real": test.real_value_cut,
        },
    )


_STEPS = {"40-50 %": (0.5005, 0.6), "exactly 50 %": (0.4995, 0.5005), "50-55 %": (0.45, 0.4995), "55-60 %": (0.4, 0.45)}


def _part(bids: Floats, low: float, high: float) -> float:
    known = bids[~np.isnan(bids)]
    return float(((known >= low) & (known < high)).mean())


def score(test: Backtest) -> float:
    """Mean of `scores`."""
    return float(scores(test).mean())


def scores(test: Backtest) -> Floats:
    """CRPS of each of the generics' valid bids over the ceiling, against its own product's prediction.

    A product that the model never lets bid validly is scored against all predicted bids.
    """
    everything = test.bids[:, ~test.originator].ravel()
    drawn = [test.bids[:, i] for i in _scored(test)]
    of = [everything if np.isnan(draws).all() else draws for draws in drawn]
    return np.array([crps(d, float(b)) for d, b in zip(of, test.real_bids[_scored(test)], strict=True)])


def _scored(test: Backtest) -> npt.NDArray[np.intp]:
    return np.flatnonzero(~test.originator & ~np.isnan(test.real_bids))


def pooled(forecast: Floats, test: Backtest) -> float:
    """Mean CRPS of the generics' valid bids if one pool of bids over the ceiling is the forecast for each."""
    return float(np.mean([crps(forecast, float(b)) for b in test.real_bids[_scored(test)]]))


def crps(draws: Floats, real: float) -> float:
    """Continuous ranked probability score of an ensemble (draws,) for a real value, fair in the number of draws.

    Mean distance to the real value less half the mean distance between two different draws; 0 is perfect.
    """
    x = np.sort(draws[~np.isnan(draws)])
    n = len(x)
    if n == 0:
        return np.nan
    near = float(np.abs(x - real).mean())
    if n == 1:
        return near
    between = 2 * float(((2 * np.arange(1, n + 1) - n - 1) * x).sum()) / (n * (n - 1))
    return near - between / 2


def interval_score(low: float, high: float, real: float, miss: float = 0.1) -> float:
    """Score of a central interval that a share ``miss`` should miss (Gneiting and Raftery 2007): its width, and
    2 / miss times how far the real value lies outside; in the unit of the value, lower is better.
    """
    return high - low + 2 / miss * (max(0.0, low - real) + max(0.0, real - high))


def slope(over_ceiling: Floats, bidders: Floats) -> tuple[float, float]:
    """Slope of ln(price / ceiling) on ln(bidders) and its standard error, by least squares."""
    x, y = np.log(bidders), np.log(over_ceiling)
    dx = x - x.mean()
    beta = float(dx @ y / (dx @ dx))
    left = y - y.mean() - beta * dx
    return beta, float(np.sqrt(left @ left / (len(x) - 2) / (dx @ dx)))
