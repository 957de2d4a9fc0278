"""No backup suppliers (before batch 7)."""

from __future__ import annotations

from typing import Literal

import numpy as np

from vbp_sim.rules.arrays import FloatArray, IntArray
from vbp_sim.rules.backup.interface import Backup


class Without(Backup):
    """No province has a backup supplier."""

    rule: Literal["none"] = "none"

    def assign(self, weights: FloatArray, main: IntArray, winners: int) -> IntArray:
        return np.full(len(weights), -1, dtype=np.int64)
