"""Partial adjustment with completion pressure.

    required share  req = (agreed - bought) / (usual need x months left)
    utility         v   = natural + pressure x max(0, req - share) + closing (last quarter)     while bought < agreed
                    v   = natural - relaxation      once bought >= agreed, and when the contract is over
                    v  += cap pressure x max(0, least - share)     while an agreement runs
    share'              = share + adjustment x (logistic(v) - share)

With no pressure, no closing and no relaxation the share goes to logistic(natural) on a geometric path (V13).
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from vbp_sim.agents.choice.interface import Floats, Month
from vbp_sim.agents.choice.preference import Preference
from vbp_sim.scenario.parts import param


class PartialAdjustment(Preference):
    """Institutions move step by step towards the share that preference, task and incentive make attractive."""

    model: Literal["partial-adjustment"] = "partial-adjustment"
    adjustment: float = param(0.5, "part of the gap closed in a month", unit="share", gt=0, le=1)
    pressure: float = param(6.0, "push of a required share above the present one", unit="logit per share", ge=0, le=100)
    closing: float = param(0.8, "push of the last quarter before the assessment", unit="logit", ge=0, le=10)
    cap_pressure: float = param(
        1.0,
        "push of the share that the cap on other products asks for above the present one",
        unit="logit per share",
        source="assumption; the cap is law in few provinces [E14], so 0 is possible",
        ge=0,
        le=100,
    )
    relaxation: float = param(
        0.8, "pull back once the agreed volume is bought or no task is left", unit="logit", ge=0, le=10
    )

    def step(self, month: Month) -> Floats:
        """See `Choice.step`."""
        left = month.agreed - month.bought
        task = (left > 0) & month.in_contract[:, None]
        required = left / np.maximum(month.need * np.maximum(month.months_left, 1.0)[:, None], 1e-12)
        push = self.pressure * np.maximum(required - month.share, 0) + self.closing * month.closing[:, None]
        utility = month.natural + np.where(task, push, -self.relaxation)
        capped = self.cap_pressure * np.maximum(month.least - month.share, 0)
        utility = np.where(month.in_contract[:, None], utility + capped, utility)
        target = 1 / (1 + np.exp(-utility))
        return np.asarray(month.share + self.adjustment * (target - month.share))
