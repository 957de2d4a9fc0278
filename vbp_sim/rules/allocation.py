"""Allocation: the main supplier of each province.

    draft  the first-ranked winner picks alone, then all pick in turn until no province is left
    sole   one winner supplies every province

Example: `allocation: {rule: draft, first_picks: 1}`.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, Literal

import numpy as np

from vbp_sim.rules.arrays import BoolArray, FloatArray, IntArray
from vbp_sim.scenario.market import Market
from vbp_sim.scenario.parts import Rule, param


class Allocation(Rule):
    """Decides the main supplier of each province."""

    kind: ClassVar[str] = "allocation"

    @abstractmethod
    def draft(self, weights: FloatArray, winners: int) -> IntArray:
        """Return for each province (P,) the main supplier as a place in the order of choice; -1 without winners.

        ``weights`` (P,): the drug's reported volume in each province.
        """

    def inert(self, market: Market) -> str:
        if not self.asks_for_brands:
            return ""
        return "brand reporting: every firm bids as if as much were named for it as for the next one"

    @property
    def asks_for_brands(self) -> bool:
        """Whether institutions may report by brand, and get the brand that they name if it wins."""
        return False

    def by_brand(self, named: FloatArray, selected: BoolArray) -> FloatArray:
        """Return the volume that goes straight to each brand, of what was reported for it (..., n)."""
        return np.where(selected & self.asks_for_brands, named, 0.0)


class Draft(Allocation):
    """Each winner takes the province with the largest reported volume that is left (the default chooser)."""

    rule: Literal["draft"] = "draft"
    first_picks: int = param(
        1,
        "provinces that the first-ranked winner picks before the passes begin",
        "provinces",
        "[S18], [S34]",
        "S",
        ge=0,
        le=300,
    )

    brands_first: bool = param(
        False,
        "volume reported for a selected brand goes to that brand, the rest to the province's main supplier",
        "yes/no",
        "batch 11 [S42], [S26]",
        "S",
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


class Sole(Allocation):
    """The first-ranked winner is the main supplier everywhere."""

    rule: Literal["sole"] = "sole"

    def draft(self, weights: FloatArray, winners: int) -> IntArray:
        return np.full(len(weights), 0 if winners > 0 else -1, dtype=np.int64)
