"""Backup: the second supplier of each province, who steps in where the main supplier fails.

    none   no backup suppliers (before batch 7)
    draft  after the main suppliers are fixed, the winners pick again, where they are not main (batch 7)

Example: `backup: {rule: draft}`.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from vbp_sim.rules.allocation import largest_first
from vbp_sim.rules.arrays import FloatArray, IntArray
from vbp_sim.scenario.parts import Rule


class Backup(Rule):
    """Decides the backup supplier of each province."""

    kind: ClassVar[str] = "backup"

    def assign(self, weights: FloatArray, main: IntArray, winners: int) -> IntArray:
        """Return for each province (P,) the backup supplier as a place in the order of choice; -1 = none."""
        return np.full(len(weights), -1, dtype=np.int64)


class Without(Backup):
    """No province has a backup supplier."""

    rule: Literal["none"] = "none"


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
