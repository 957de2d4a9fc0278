"""The province draft: the first-ranked winner picks alone, then all pick in turn until no province is
left.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from vbp_sim.rules.allocation.interface import Allocation
from vbp_sim.rules.arrays import FloatArray, IntArray
from vbp_sim.scenario.parts import param


class Draft(Allocation):
    """Each winner takes the province with the largest reported volume that is left (the default chooser)."""

    rule: Literal["draft"] = "draft"
    first_picks: int = param(
        1,
        "provinces that the first-ranked winner picks before the passes begin",
        unit="provinces",
        source="[S18], [S34]",
        confidence="S",
        ge=0,
        le=300,
    )

    brands_first: bool = param(
        False,
        "volume reported for a selected brand goes to that brand, the rest to the province's main supplier",
        unit="yes/no",
        source="batch 11 [S42], [S26]",
        confidence="S",
    )

    @property
    def asks_for_brands(self) -> bool:
        return self.brands_first

    def draft(self, weights: FloatArray, winners: int) -> IntArray:
        main = np.full(len(weights), -1, dtype=np.int64)
        if winners > 0:
            main[largest_first(weights)] = self.turns(len(weights), winners)
        return main

    def turns(self, provinces: int, winners: int) -> IntArray:
        """Return whose turn each pick is, shape (provinces,): 0, then 0, 1, 2, 0, 1, 2, ..."""
        first = min(self.first_picks, provinces)
        passes = np.arange(provinces - first, dtype=np.int64) % winners
        return np.concatenate([np.zeros(first, dtype=np.int64), passes])


def largest_first(weights: FloatArray) -> IntArray:
    """Indices of the provinces from the largest weight to the smallest; equal weights keep their order."""
    return np.argsort(-np.asarray(weights, dtype=np.float64), kind="stable").astype(np.int64)
