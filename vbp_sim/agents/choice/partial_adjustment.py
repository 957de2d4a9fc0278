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


class Adjusting(Preference):
    """Institutions move step by step towards the share that preference, task and incentive make attractive."""

    adjustment: float = param(0.5, "part of the gap closed in a month", "share", gt=0, le=1)
    pressure: float = param(6.0, "push of a required share above the present one", "logit per share", ge=0, le=100)
    closing: float = param(0.8, "push of the last quarter before the assessment", "logit", ge=0, le=10)
    cap_pressure: float = param(
        1.0,
        "push of the share that the cap on other products asks for above the present one",
        "logit per share",
        "assumption; the cap is law in few provinces [E14], so 0 is possible",
        ge=0,
        le=100,
    )
    relaxation: float = param(
        0.8, "pull back once the agreed volume is bought or no task is left", "logit", ge=0, le=10
    )

    def adjusted(self, month: Month) -> Floats:
        """The share after a month, (drugs, institutions)."""
        running = month.in_contract[:, None]
        push = month.agreed - month.bought
        task = (push > 0) & running
        push /= np.maximum(month.need * np.maximum(month.months_left, 1.0)[:, None], 1e-12)
        push -= month.share
        np.maximum(push, 0, out=push)
        push *= self.pressure
        push += self.closing * month.closing[:, None]
        utility = np.where(task, push, -self.relaxation)
        utility += month.natural
        np.subtract(month.least, month.share, out=push)
        np.maximum(push, 0, out=push)
        push *= self.cap_pressure * running
        utility += push
        np.negative(utility, out=utility)
        np.exp(utility, out=utility)
        utility += 1
        np.divide(1, utility, out=utility)
        utility -= month.share
        utility *= self.adjustment
        utility += month.share
        return utility


class PartialAdjustment(Adjusting):
    """The same in every institution, whatever it stocks."""

    model: Literal["partial-adjustment"] = "partial-adjustment"

    def step(self, month: Month) -> Floats:
        """See `Choice.step`."""
        return self.adjusted(month)
