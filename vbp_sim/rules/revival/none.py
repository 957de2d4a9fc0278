"""No revival."""

from __future__ import annotations

from typing import Literal

import numpy as np

from vbp_sim.rules.arrays import BoolArray, IntArray
from vbp_sim.rules.contest import Book
from vbp_sim.rules.revival.interface import Revival


class NoRevival(Revival):
    """Who fails the first selection is out."""

    rule: Literal["none"] = "none"

    def offers(self, book: Book, short: BoolArray, won: BoolArray, line: IntArray) -> IntArray:
        return np.zeros_like(book.bids)
