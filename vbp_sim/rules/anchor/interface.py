"""Anchor: the price that a bid is held against when its ratio is judged."""

from __future__ import annotations

from abc import abstractmethod
from fractions import Fraction
from typing import ClassVar

from vbp_sim.rules.arrays import BoolArray, IntArray
from vbp_sim.rules.contest import Book
from vbp_sim.scenario.parts import Part


class Anchor(Part):
    """Decides the price that bids are held against."""

    kind: ClassVar[str] = "anchor"
    tag: ClassVar[str] = "rule"

    @abstractmethod
    def line(self, book: Book, short: BoolArray, ratio: Fraction) -> IntArray:
        """Return the highest whole price that is not above ``ratio`` x the anchor, shape (...)."""
