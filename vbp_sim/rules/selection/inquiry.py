"""Selection by inquiry: a bid at or under the inquiry price wins; a dearer one wins if it comes down to it
(renewals).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from vbp_sim.facts import fact
from vbp_sim.rules.arrays import BoolArray, IntArray
from vbp_sim.rules.contest import Answer, Book, Contest, Verdict, by_rank
from vbp_sim.rules.money import at_most, exact, yuan
from vbp_sim.rules.selection.interface import Selection
from vbp_sim.scenario.parts import param


class Inquiry(Selection):
    """Everybody who is at or comes down to the inquiry price is selected."""

    rule: Literal["inquiry"] = "inquiry"
    base: float = param(1.0, "inquiry price over the ceiling", unit="share", gt=0, le=1)

    def first(self, book: Book, short: BoolArray) -> BoolArray:
        return np.asarray(short & (book.bids <= self.line(book)))

    def line(self, book: Book) -> IntArray:
        """The inquiry price; without a ceiling every bid is under it."""
        if book.ceiling <= 0:
            return book.highest_of(book.valid)[..., np.newaxis]
        return at_most(exact(self.base), book.ceiling)

    def choose(self, contests: Sequence[Contest], answer: Answer) -> list[Verdict]:
        return [self._verdict(i, c, answer) for i, c in enumerate(contests)]

    def _verdict(self, i: int, c: Contest, answer: Answer) -> Verdict:
        first, line = self.first(c.book, c.short), int(self.line(c.book).max())
        asked = c.short & ~first
        came = asked & answer(i, np.where(asked, line, 0)) if asked.any() else asked
        price = np.where(first, c.book.bids, np.where(came, line, 0))
        notes = tuple(
            fact("inquiry", accepted=yes, line=yuan(line)) if a else ""
            for yes, a in zip(came.tolist(), asked.tolist(), strict=True)
        )
        return Verdict(price > 0, price, price > 0, notes, by_rank(c.book, price > 0, price))
