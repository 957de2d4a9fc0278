"""Rule of thumb: buy the selected product first until the agreed volume is bought, then as one prefers."""

from __future__ import annotations

from typing import Literal

import numpy as np

from vbp_sim.agents.choice.interface import Floats, Month
from vbp_sim.agents.choice.preference import Preference
from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.parts import param


class TaskFirst(Preference):
    """The task first, preference afterwards."""

    model: Literal["task-first"] = "task-first"
    first: Portion = param(0.95, "share of the need ordered as the selected product while the task is open", "share")

    def step(self, month: Month) -> Floats:
        """See `Choice.step`."""
        natural = 1 / (1 + np.exp(-month.natural))
        task = (month.agreed > month.bought) & month.in_contract[:, None]
        return np.asarray(np.where(task, np.maximum(self.first, natural), natural))
