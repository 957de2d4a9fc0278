"""The backup draft of batch 7: after the main suppliers are fixed, the winners pick again, where they are
not main.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from vbp_sim.rules.allocation.draft import largest_first
from vbp_sim.rules.arrays import FloatArray, IntArray
from vbp_sim.rules.backup.interface import Backup


class Draft(Backup):
    """In order, each winner takes the largest province left in which it is not the main supplier; then again.

    A winner that is main supplier in all that is left passes. With one winner no province has a backup.
    """

    rule: Literal["draft"] = "draft"

    def assign(self, weights: FloatArray, main: IntArray, winners: int) -> IntArray:
        backup = np.full(len(main), -1, dtype=np.int64)
        left = [int(p) for p in largest_first(weights) if main[p] >= 0]
        while left:
            before = len(left)
            for w in range(winners):
                pick = next((p for p in left if main[p] != w), None)
                if pick is not None:
                    backup[pick] = w
                    left.remove(pick)
            if len(left) == before:
                break
        return backup
