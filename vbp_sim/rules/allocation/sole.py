"""One winner supplies every province."""

from __future__ import annotations

from typing import Literal

import numpy as np

from vbp_sim.rules.allocation.interface import Allocation
from vbp_sim.rules.arrays import FloatArray, IntArray


class Sole(Allocation):
    """The first-ranked winner is the main supplier everywhere."""

    rule: Literal["sole"] = "sole"

    def draft(self, weights: FloatArray, winners: int) -> IntArray:
        return np.full(len(weights), 0 if winners > 0 else -1, dtype=np.int64)
