"""A failed shortlisted bid may come down to the highest selected price (batches 10 and 11)."""

from __future__ import annotations

from typing import Literal

import numpy as np

from vbp_sim.rules.arrays import BoolArray, IntArray
from vbp_sim.rules.contest import Book
from vbp_sim.rules.revival.interface import Revival


class HighestSelected(Revival):
    """The offer is the highest selected bid; with one selected firm, the highest price that the ratio
    allows.
    """

    rule: Literal["highest-selected"] = "highest-selected"

    def offers(self, book: Book, short: BoolArray, won: BoolArray, line: IntArray) -> IntArray:
        several = won.sum(axis=-1) > 1
        price = np.where(several, book.highest_of(won), line)[..., np.newaxis]
        failed = short & ~won & won.any(axis=-1, keepdims=True)
        return np.where(failed, np.minimum(price, book.bids), 0)
