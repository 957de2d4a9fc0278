"""Allocation: the main supplier of each province."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from vbp_sim.rules.arrays import BoolArray, FloatArray, IntArray
from vbp_sim.scenario.market import Market
from vbp_sim.scenario.parts import Part


class Allocation(Part):
    """Decides the main supplier of each province."""

    kind: ClassVar[str] = "allocation"
    tag: ClassVar[str] = "rule"

    @abstractmethod
    def draft(self, weights: FloatArray, winners: int) -> IntArray:
        """Return for each province (P,) the main supplier as a place in the order of choice; -1 without
        winners.

        ``weights`` (P,): the drug's reported volume in each province.
        """

    @property
    def asks_for_brands(self) -> bool:
        """Whether institutions may report by brand, and get the brand that they name if it wins."""
        return False

    def inert(self, market: Market) -> str:
        if not self.asks_for_brands:
            return ""
        return "brand reporting: every firm bids as if as much were named for it as for the next one"

    def by_brand(self, named: FloatArray, selected: BoolArray) -> FloatArray:
        """Return the volume that goes straight to each brand, of what was reported for it (..., n)."""
        return np.where(selected & self.asks_for_brands, named, 0.0)
