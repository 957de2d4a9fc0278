"""The anchor is the lowest valid bid (batches 2 to 10)."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from vbp_sim.rules.anchor.interface import Anchor
from vbp_sim.rules.arrays import BoolArray, IntArray
from vbp_sim.rules.contest import Book
from vbp_sim.rules.money import at_most


class Lowest(Anchor):
    """Bids are held against the lowest shortlisted bid, which is the lowest of all valid bids."""

    rule: Literal["lowest"] = "lowest"

    def line(self, book: Book, short: BoolArray, ratio: Fraction) -> IntArray:
        return at_most(ratio, book.lowest_of(short))
