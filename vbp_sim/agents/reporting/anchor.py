"""Reports by habit: a part of last year's use, with growth and an error.

R = use x r x (1 + growth) x exp(error z),   r ~ N(ratio, ratio_spread) within [0.4, 1.1]
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from vbp_sim.agents.reporting.interface import Floats, History, Reporting
from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.parts import param
from vbp_sim.streams import Streams, normal_of, words_at


class Anchor(Reporting):
    """Institutions report what they used, less a margin."""

    model: Literal["anchor"] = "anchor"
    ratio: float = param(0.8, "mean report over last year's use", "share", ge=0.4, le=1.1)
    ratio_spread: Portion = param(0.12, "spread of that between institutions (sd)", "share")
    error: float = param(0.15, "error of a report, sd of the logarithm", ge=0, le=2)

    def wished(self, history: History, luck: Streams) -> Floats:
        """See `Reporting.wished`."""
        habit = normal_of(words_at(luck.key("reporting.habit"), history.at))
        r = np.clip(self.ratio + self.ratio_spread * habit, 0.4, 1.1)
        keys = luck.keys("reporting.error", history.drugs, history.round)
        error = np.exp(self.error * normal_of(words_at(keys[:, None], history.at)))
        return np.asarray(history.use * (r * (1 + self.growth) * error))
