"""Selection: who wins, at which price, and who takes part in the choice of provinces."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from vbp_sim.rules.arrays import BoolArray, IntArray
from vbp_sim.rules.contest import Answer, Book, Contest, Verdict, by_rank
from vbp_sim.scenario.parts import Part


class Selection(Part):
    """Decides who of the shortlisted wins."""

    kind: ClassVar[str] = "selection"
    tag: ClassVar[str] = "rule"

    def most(self, places: int) -> int:
        """Return the most winners that a shortlist of so many ``places`` can lead to."""
        return places

    @abstractmethod
    def first(self, book: Book, short: BoolArray) -> BoolArray:
        """Return who wins at its own bid before anything is offered or compared across drugs, shape (...,
        n).
        """

    def offers(self, book: Book, short: BoolArray, won: BoolArray) -> IntArray:
        """Return the price offered to each shortlisted bid that the first selection (``won``) left out, 0 = none,
        shape (..., n).
        """
        return np.zeros(book.bids.shape, dtype=np.int64)

    def choose(self, contests: Sequence[Contest], answer: Answer) -> list[Verdict]:
        """Decide all contests of a round; one verdict each, in their order."""
        return [self.plain(c) for c in contests]

    def plain(self, c: Contest) -> Verdict:
        """The first selection as a verdict: each winner at its own bid, all winners choose provinces."""
        won = self.first(c.book, c.short)
        price = np.where(won, c.book.bids, 0)
        return Verdict(won, price, won, ("",) * len(c.tender.firms), by_rank(c.book, won, price))
