"""Summaries of simulated lives by which draws of parameters are weighed (`posterior`), and the published ones.

bids        of a round whose bids are known: the metrics of the loss of `calibrate`, a regression of the generics'
            bids (indirect inference), how far they spread between and within drugs
outcomes    what `vbp backtest --targets` holds against worlds, of targets with the status ``fitted`` alone
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vbp_sim.runs.workers import Workers
from vbp_sim.scenario.draws import Draws
from vbp_sim.truth.accuracy import slope
from vbp_sim.truth.backtest import Backtest, Prediction, backtest
from vbp_sim.truth.calibrate import TOLERANCE, read_once
from vbp_sim.truth.targets import TENDER, Target
from vbp_sim.truth.worlds import values

Floats = npt.NDArray[np.float64]

#: metrics of a round that draws are weighed by
METRICS_OF_BIDS = (*TOLERANCE, "bid_success", "originator_valid")
#: what a published interval is taken for: 95 % of a normal law
WIDTH = 2 * 1.96


def of_bids(test: Backtest, metrics: Mapping[str, Any], bids: Floats, prices: Floats) -> Floats:
    """Summaries of one round: ``bids`` and ``prices`` (products,) over the ceiling as in `Backtest`."""
    here = ~test.originator & ~np.isnan(bids)
    y, drug = np.log(bids[here]), test.drug[here]
    firms, ceiling, earlier = test.asked[here].T
    x = np.stack([np.ones(len(y)), np.log(firms), np.log(ceiling), np.log(earlier / ceiling)], axis=1)
    beta = np.linalg.lstsq(x, y, rcond=None)[0]
    number = np.maximum(1, np.bincount(drug))
    within = y - (np.bincount(drug, y) / number)[drug]
    won = ~np.isnan(prices)
    steep = slope(prices[won], test.qualified[won].astype(np.float64))[0]
    spreads = [np.log(float((y - x @ beta).std())), np.log(float(within.std()))]
    return np.array([*(metrics.get(name, np.nan) for name in METRICS_OF_BIDS), steep, *beta, *spreads])


@dataclass(frozen=True)
class Bids:
    """The summaries of rounds whose bids are known: a market and its rule set each."""

    markets: tuple[tuple[str, str], ...]
    workers: int = 2

    def published(self) -> tuple[Floats, Floats]:
        """What happened, and its variance: none, bids are known."""
        each = []
        for name in self.markets:
            test = backtest(*read_once(*name), Prediction(), 1)
            each.append(of_bids(test, test.real, test.real_bids, test.real_prices))
        found = np.concatenate(each)
        return found, np.zeros(len(found))

    def simulate(self, draws: Draws, seed: int) -> Floats:
        """Summaries (draws, summaries): draw k has luck k."""
        with Workers(self.workers) as pool:
            return np.array(list(pool.map(_Round(self.markets, draws, seed), range(draws.number))))


@dataclass(frozen=True)
class _Round:
    """The summaries of one draw, computed in any process."""

    markets: tuple[tuple[str, str], ...]
    draws: Draws
    seed: int

    def __call__(self, k: int) -> Floats:
        each = []
        for name in self.markets:
            test = backtest(*read_once(*name), Prediction(), 1, self.seed, draws=(self.draws,), at=k)
            means = {id: value["mean"] for id, value in test.metrics.items() if value["mean"] is not None}
            each.append(of_bids(test, means, test.bids[0], test.prices[0]))
        return np.concatenate(each)


@dataclass(frozen=True)
class Outcomes:
    """The summaries of worlds: outcomes of targets that may be fitted."""

    targets: tuple[Target, ...]
    workers: int = 2

    @classmethod
    def of(cls, targets: Iterable[Target], worlds: Collection[str] = (), workers: int = 2) -> Outcomes:
        """Of those targets that are ``fitted``, tenders apart; of some ``worlds`` alone, if any are named."""
        mine = (t for t in targets if t.status == "fitted" and not t.world.startswith(TENDER))
        return cls(tuple(t for t in mine if not worlds or t.world in worlds), workers)

    def published(self) -> tuple[Floats, Floats]:
        """What was published, and its variance where an interval was."""
        value, width = np.array([(t.value, t.high - t.low) for t in self.targets]).T
        return _ratio(value), np.nan_to_num(width / WIDTH / (1 + value)) ** 2

    def simulate(self, draws: Draws, seed: int) -> Floats:
        """Outcomes (draws, targets) as `_ratio`: draw k has luck k."""
        found = np.empty((draws.number, len(self.targets)))
        for world in dict.fromkeys(t.world for t in self.targets):
            mine = [i for i, t in enumerate(self.targets) if t.world == world]
            asked = [self.targets[i] for i in mine]
            found[:, mine] = values(world, asked, draws.number, seed, workers=self.workers, draws=(draws,))
        return _ratio(found)


def _ratio(values: Floats) -> Floats:
    """The logarithm of 1 + value: of what a change leaves, and near to symmetric where luck multiplies."""
    return np.log1p(np.maximum(values, -0.999))
