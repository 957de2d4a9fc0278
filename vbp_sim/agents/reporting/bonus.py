"""All-or-nothing bonus: what is retained is kept only if the agreed volume is bought, and grows with it.

    choose A to maximise  A (1 - F(A)),   F the distribution of the demand for the selected product (A hazard(A) = 1)
    reported volume       R = A / guaranteed share

Exponential demand of mean M gives A = M, uniform demand up to M gives M / 2 (V12).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from pydantic import model_validator

from vbp_sim.agents.reporting.interface import Floats, History, Reporting
from vbp_sim.scenario.parts import param, wrong
from vbp_sim.streams import Streams, normal_table, uniform_of, words_at

#: spreads of demand for which the best target is computed; between them it is interpolated
_SPREADS = np.linspace(0.02, 2.0, 100)


class Bonus(Reporting):
    """Institutions aim at the volume at which a bonus that is lost as a whole is worth most."""

    model: Literal["bonus"] = "bonus"
    cv_low: float = param(0.2, "least uncertainty of an institution about its demand (sd / mean)", gt=0, le=2)
    cv_high: float = param(0.5, "largest uncertainty of an institution about its demand (sd / mean)", gt=0, le=2)
    expected_share: float = param(
        0.72,
        "share of a drug's use that institutions expect the selected product to take",
        source="71.66 % after the pilot [B2]; taken as foreseen",
        confidence="I",
        gt=0,
        le=1,
    )

    @model_validator(mode="after")
    def in_order(self) -> Bonus:
        if self.cv_low > self.cv_high:
            raise wrong("cv_low", f"cv_low ({self.cv_low:g}) lies above cv_high ({self.cv_high:g})")
        return self

    def wished(self, history: History, luck: Streams) -> Floats:
        """See `Reporting.wished`."""
        keys = luck.keys("reporting.cv", history.drugs, history.round)
        drawn = uniform_of(words_at(keys[:, None], history.at))
        cv = self.cv_low + (self.cv_high - self.cv_low) * drawn
        target = history.use * (1 + self.growth) * self.expected_share * lognormal_target(cv)
        return np.asarray(target / np.maximum(history.share, 1e-9)[:, None])


def best_target(met: Callable[[Floats], Floats], highest: float) -> float:
    """Volume A up to ``highest`` with the largest A x ``met``(A), the chance that demand reaches A."""
    volumes = np.linspace(0, highest, 20_001)
    return float(volumes[np.argmax(volumes * met(volumes))])


def lognormal_target(cv: Floats) -> Floats:
    """Best target for log-normal demand of mean 1 and coefficient of variation ``cv``, any shape."""
    quantiles = np.sort(normal_table())[::16]
    chance = 1 - (np.arange(len(quantiles)) + 0.5) / len(quantiles)
    sigma = np.sqrt(np.log1p(_SPREADS**2))[:, None]
    volume = np.exp(sigma * quantiles - sigma**2 / 2)
    best = volume[np.arange(len(_SPREADS)), (volume * chance).argmax(axis=1)]
    return np.asarray(np.interp(cv, _SPREADS, best))
