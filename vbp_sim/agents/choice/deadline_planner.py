"""Deadline planner: an institution departs from its natural share no more than the task asks, and rather later than
sooner.

    minimise  integral e^(-rho t) (x - s0)^2 dt   so that the agreed volume is bought by the end of the contract year
    x(t) = s0 + mu e^(rho t),   mu = (A - s0 T) rho / (e^(rho T) - 1)  if A > s0 T, else x = s0

t in years, A over a year's need. The plan is made again every month from what is left, so that chance is answered.
rho = 0 gives a constant share, a large rho the hockey stick (V14).
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from vbp_sim.agents.choice.interface import Floats, Month
from vbp_sim.agents.choice.preference import Preference
from vbp_sim.scenario.parts import param


class DeadlinePlanner(Preference):
    """The share that meets the task at the end of the contract year with the least departure from preference."""

    model: Literal["deadline-planner"] = "deadline-planner"
    impatience: float = param(
        2.0, "discount of later departures from the natural share; 0 spreads them evenly", "per year", ge=0, le=50
    )

    def step(self, month: Month) -> Floats:
        """See `Choice.step`."""
        natural = 1 / (1 + np.exp(-month.natural))
        left = np.where(month.in_contract[:, None], np.maximum(month.agreed - month.bought, 0), 0.0)
        years = np.maximum(month.months_left[:, None], 1.0) / 12
        required = left / np.maximum(month.need * 12, 1e-12)
        return np.clip(planned(natural, required, years, self.impatience, 1 / 24), 0.0, 1.0)


def planned(natural: Floats, required: Floats, years: Floats, rho: float, at: float) -> Floats:
    """Share at time ``at`` (years from now) of a plan that buys ``required`` (years of need) within ``years``."""
    gap = np.maximum(required - natural * years, 0)
    if rho == 0:
        return np.asarray(natural + gap / years)
    return np.asarray(natural + gap * rho / np.expm1(rho * years) * np.exp(rho * at))
