"""Reports as the form asks for them: the use of the last audited year, less what is kept for originators.

    R = max(audited x floor, audited x (1 - room x originators' share) x exp(error z) x answer, catch up x bought)
    answer = (1 + weight x under) / (1 + weight x over), the penalties of small and of large reports in prices

The form is filled in beforehand with the floor, and whoever wants less than that leaves it so: a spike at the floor.
Audited use is one to two years older than the contract year; what it has grown since is not in the report. In later
rounds reports catch up with what was ``bought`` of the selected product in the last contract year.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from vbp_sim.agents.reporting.interface import Answering, Floats, History
from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.parts import param
from vbp_sim.streams import Streams, normal_of, words_at


class AuditedUse(Answering):
    """Institutions report a part of their last audited year, and no less than the form asks for."""

    model: Literal["audited-use"] = "audited-use"
    floor: float = param(
        0.8,
        "report that the form is filled in with, over audited use",
        "share",
        "batch 11 asks 0.8 [S26]; earlier rounds 0.8 to 0.9, province by province, no page found",
        "M",
        gt=0,
        le=1.5,
    )
    floor_spread: float = param(
        0.0,
        "how far a place's rigour moves its floor (sd)",
        "share",
        "assumption: adds nothing to the fit, so 0; with 0.03 places lie between 0.7 and 0.9",
        ge=0,
        le=0.5,
    )
    room: Portion = param(
        1.0,
        "part of the originators' earlier use that institutions keep out of the report",
        "share",
        "assumption; with half of a drug's use the originators' most reports lie at the floor",
    )
    catch_up: float = param(
        1.0,
        "report of a later round over what was bought of the selected product in the last contract year",
        "share",
        "fitted to Shanghai: completion 2.19, then 1.89",
        "I",
        ge=0,
        le=2,
    )
    error: float = param(0.25, "spread of what institutions want to report, sd of the logarithm", ge=0, le=2)

    def wished(self, history: History, luck: Streams) -> Floats:
        """See `Reporting.wished`."""
        keys = luck.keys("reporting.error", history.drugs, history.round)
        error = np.exp(self.error * normal_of(words_at(keys[:, None], history.at)))
        wanted = (1 - self.room * np.broadcast_to(history.brand, len(history.drugs)))[:, None] * error
        wanted *= (1 + self.penalty_weight * history.under) / (1 + self.penalty_weight * history.over)
        floor = max(0.0, self.floor + self.floor_spread * history.rigour)
        asked = history.use * np.maximum(floor, (1 + self.growth) * wanted)
        return np.asarray(np.maximum(asked, self.catch_up * history.bought))
