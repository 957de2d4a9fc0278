"""All-or-nothing bonus: what is retained is kept only if the agreed volume is bought, and grows with it.

    choose A to maximise  A (1 - F(A)),   F the distribution of the demand for the selected product (A hazard(A) = 1)
    reported volume       R = A / guaranteed share

Exponential demand of mean M gives A = M, uniform demand up to M gives M / 2 (V12).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from vbp_sim.agents.reporting.interface import Floats, Foreseeing, History
from vbp_sim.streams import Streams, normal_table

#: spreads of demand for which the best target is computed; between them it is interpolated
_SPREADS = np.linspace(0.02, 2.0, 100)


class Bonus(Foreseeing):
    """Institutions aim at the volume at which a bonus that is lost as a whole is worth most."""

    model: Literal["bonus"] = "bonus"

    def wished(self, history: History, luck: Streams) -> Floats:
        """See `Reporting.wished`."""
        expected, cv = self.foreseen(history, luck)
        return np.asarray(expected * lognormal_target(cv) / np.maximum(history.share, 1e-9)[:, None])


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
