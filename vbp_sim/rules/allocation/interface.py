"""Allocation: the main supplier of each province."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from vbp_sim.rules.arrays import FloatArray, IntArray
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
