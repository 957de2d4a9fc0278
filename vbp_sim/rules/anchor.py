"""Anchor: the price that a bid is held against when its ratio is judged.

    lowest      the lowest valid bid (batches 2 to 10)
    mean-share  a share of the mean bid, but not under the lowest bid (batch 11; consumables batch 6)

Example: `anchor: {rule: mean-share, share: 0.5}`.
"""

from __future__ import annotations

from abc import abstractmethod
from fractions import Fraction
from typing import ClassVar, Literal

import numpy as np

from vbp_sim.rules.arrays import BoolArray, IntArray
from vbp_sim.rules.contest import Book
from vbp_sim.rules.money import at_most, exact
from vbp_sim.scenario.parts import Rule, param


class Anchor(Rule):
    """Decides the price that bids are held against."""

    kind: ClassVar[str] = "anchor"

    @abstractmethod
    def line(self, book: Book, short: BoolArray, ratio: Fraction) -> IntArray:
        """Return the highest whole price that is not above ``ratio`` x the anchor, shape (...)."""


class Lowest(Anchor):
    """Bids are held against the lowest shortlisted bid, which is the lowest of all valid bids."""

    rule: Literal["lowest"] = "lowest"

    def line(self, book: Book, short: BoolArray, ratio: Fraction) -> IntArray:
        return at_most(ratio, book.lowest_of(short))


class MeanShare(Anchor):
    """The larger of ``share`` x the arithmetic mean of the shortlisted bids, and the lowest of them."""

    rule: Literal["mean-share"] = "mean-share"
    share: float = param(
        0.5, "part of the mean of the shortlisted bids", "share", "batch 11 [S35], [S25]", "Q", gt=0, le=1
    )

    def line(self, book: Book, short: BoolArray, ratio: Fraction) -> IntArray:
        factor = ratio * exact(self.share)
        total = np.where(short, book.bids, 0).sum(axis=-1)
        count = np.maximum(1, short.sum(axis=-1))
        of_mean = at_most(factor, total) // count
        return np.asarray(np.maximum(of_mean, at_most(ratio, book.lowest_of(short))))
