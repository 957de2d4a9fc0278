"""Revival: shortlisted firms that failed the first selection are offered a price.

    none              no revival
    highest-selected  a failed shortlisted bid may come down to the highest selected price (batches 10 and 11)

Example: `revival: {rule: highest-selected}`.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from vbp_sim.rules.arrays import BoolArray, IntArray
from vbp_sim.rules.contest import Book
from vbp_sim.scenario.parts import Rule


class Revival(Rule):
    """Decides who of the shortlisted is offered a second chance, and at which price."""

    kind: ClassVar[str] = "revival"

    def offers(self, book: Book, short: BoolArray, won: BoolArray, line: IntArray) -> IntArray:
        """Return the offered price per firm, 0 = none, shape (..., n).

        ``won`` (..., n) is the first selection, ``line`` (...) the highest price that its ratio allows.
        """
        return np.zeros_like(book.bids)


class NoRevival(Revival):
    """Who fails the first selection is out."""

    rule: Literal["none"] = "none"


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
