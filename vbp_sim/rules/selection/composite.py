"""Selection by a score of price and quality (renewals, alliances); a sole bidder is negotiated with.

The price score of a bid is ``price_points`` x lowest bid / bid; the quality score is ``quality_points`` x the
quality of the tender (0 to 1). A bidder of the agreement before gets ``incumbent_points`` on top.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

import numpy as np
from pydantic import Field, model_validator

from vbp_sim.rules.arrays import BoolArray
from vbp_sim.rules.contest import Answer, Book, Contest, Verdict
from vbp_sim.rules.money import at_most, exact, text
from vbp_sim.rules.selection.interface import Selection
from vbp_sim.scenario.parts import param


class Composite(Selection):
    """The best scores win, each at its own price; winners choose in the order of their scores."""

    rule: Literal["composite"] = "composite"
    price_points: float = param(60, "points of the lowest bid", unit="points", confidence="M", ge=0, le=1000)
    quality_points: float = param(40, "points of the best quality", unit="points", confidence="M", ge=0, le=1000)
    incumbent_points: float = param(0, "points for who was selected before", unit="points", ge=0, le=1000)
    winners: int = param(3, "most winners of a drug", unit="firms", ge=1, le=300)
    sole_cut: float = Field(
        0.0,
        description="cut under the ceiling that a sole bidder must accept; 0: it wins at its bid",
        ge=0,
        lt=1,
    )

    @model_validator(mode="after")
    def scores_something(self) -> Composite:
        if self.price_points + self.quality_points <= 0:
            raise ValueError("price_points and quality_points are both 0: nothing is scored")
        return self

    def most(self, places: int) -> int:
        return min(places, self.winners)

    def first(self, book: Book, short: BoolArray) -> BoolArray:
        """The lowest bids, as if all qualities were equal."""
        return np.asarray(short & (book.rank <= self.winners))

    def choose(self, contests: Sequence[Contest], answer: Answer) -> list[Verdict]:
        return [self._verdict(i, c, answer) for i, c in enumerate(contests)]

    def scores(self, c: Contest) -> list[Fraction]:
        """Score of each bid, exact; 0 for who is not shortlisted."""
        lowest = int(c.book.lowest)
        quality = c.tender.quality
        found = []
        for j, bid in enumerate(c.book.bids.tolist()):
            score = exact(self.price_points) * Fraction(lowest, bid) if c.short[j] else Fraction(0)
            if c.short[j] and quality is not None:
                score += exact(self.quality_points) * exact(float(quality[j]))
            if c.short[j] and c.tender.incumbent[j]:
                score += exact(self.incumbent_points)
            found.append(score)
        return found

    def _verdict(self, i: int, c: Contest, answer: Answer) -> Verdict:
        if int(c.book.bidders) == 1 and self.sole_cut > 0 and c.book.ceiling > 0:
            return self._negotiated(i, c, answer)
        scores = self.scores(c)
        best = sorted(np.flatnonzero(c.short).tolist(), key=lambda j: (-scores[j], int(c.book.rank[j])))
        order = tuple(best[: self.winners])
        won = np.isin(np.arange(len(scores)), order)
        notes = tuple(
            f"score {float(s):.2f}, place {best.index(j) + 1} of {len(best)}" if c.short[j] else ""
            for j, s in enumerate(scores)
        )
        return Verdict(won, np.where(won, c.book.bids, 0), won, notes, order)

    def _negotiated(self, i: int, c: Contest, answer: Answer) -> Verdict:
        line = int(at_most(1 - exact(self.sole_cut), c.book.ceiling))
        offers = np.where(c.book.valid, np.minimum(c.book.bids, line), 0)
        agreed = c.book.valid & ((c.book.bids <= line) | answer(i, offers))
        said = "accepted" if agreed.any() else "refused"
        notes = tuple(
            f"sole bidder, {said} the negotiated price {text(line)}" if v else "" for v in c.book.valid
        )
        order = tuple(np.flatnonzero(agreed).tolist())
        return Verdict(agreed, np.where(agreed, offers, 0), agreed, notes, order)
