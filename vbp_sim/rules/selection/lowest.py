"""One winner: the lowest bid, which must be a deep cut where too few firms compete (an alliance's rule)."""

from __future__ import annotations

from typing import Literal

import numpy as np

from vbp_sim.rules.arrays import BoolArray
from vbp_sim.rules.contest import Book
from vbp_sim.rules.money import at_most, exact
from vbp_sim.rules.selection.interface import Selection
from vbp_sim.scenario.parts import param


class Lowest(Selection):
    """The lowest bid wins all; with fewer than ``competitive_bidders`` valid bids it must lie ``cut``
    under the ceiling.
    """

    rule: Literal["lowest"] = "lowest"
    competitive_bidders: int = param(3, "valid bids from which no cut is asked for", unit="bids", ge=1, le=300)
    cut: float = param(0.0, "cut that the lowest of too few bids must reach", unit="share", ge=0, lt=1)

    def most(self, places: int) -> int:
        return 1

    def first(self, book: Book, short: BoolArray) -> BoolArray:
        won = short & (book.rank == 1)
        if book.ceiling <= 0:
            return np.asarray(won)
        deep = book.bids <= at_most(1 - exact(self.cut), book.ceiling)
        return np.asarray(won & (deep | (book.bidders >= self.competitive_bidders)[..., np.newaxis]))
