"""Newsvendor reporting: an institution weighs a missed agreed volume against a short one.

    agreed volume wanted  A* = F^-1(tau),  tau = 1 / (1 + c_o / c_s),   F = log-normal demand for the selected product
    reported volume       R* = A* / (guaranteed share)

where the law's penalties for volumes agreed and not bought, and for those bought far beyond the report (both in prices,
times ``penalty_weight``), add to c_o and to c_s; c_s is 1 without them.

The chance of missing the agreed volume is tau whatever F is; a larger guaranteed share lowers the report and leaves the
agreed volume as it was.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from vbp_sim.agents.reporting.interface import Answering, Floats, Foreseeing, History
from vbp_sim.scenario.parts import param
from vbp_sim.streams import LEVELS, Streams, normal_of, normal_table, words_at


class Newsvendor(Foreseeing, Answering):
    """Institutions under-report because missing the agreed volume costs more than running short of it."""

    model: Literal["newsvendor"] = "newsvendor"
    cost_ratio: float = param(
        10.0,
        "loss per unit agreed and not bought, over the loss per unit needed beyond the agreed volume (median)",
        source="fitted to the pilot's completion of 191.4 % [B1]",
        confidence="I",
        gt=0,
        le=1000,
    )
    cost_ratio_spread: float = param(0.5, "spread of that ratio between institutions, sd of the logarithm", ge=0, le=3)

    def wished(self, history: History, luck: Streams) -> Floats:
        """See `Reporting.wished`."""
        keys = luck.keys("reporting.cost-ratio", history.drugs, history.round)
        drawn = normal_of(words_at(keys[:, None], history.at))
        ratio = self.cost_ratio * np.exp(self.cost_ratio_spread * drawn)
        ratio = (ratio + self.penalty_weight * history.over) / (1 + self.penalty_weight * history.under)
        expected, cv = self.foreseen(history, luck)
        agreed = expected * lognormal_quantile(1 / (1 + ratio), cv)
        return np.asarray(agreed / np.maximum(history.share, 1e-9)[:, None])


def lognormal_quantile(tau: Floats, cv: Floats) -> Floats:
    """Quantile ``tau`` of a log-normal with mean 1 and the given coefficient of variation; shapes broadcast."""
    sigma = np.sqrt(np.log1p(cv**2))
    z = normal_table()[np.minimum((tau * LEVELS).astype(np.intp), LEVELS - 1)]
    return np.asarray(np.exp(sigma * z - sigma**2 / 2))
