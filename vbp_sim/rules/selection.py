"""Selection: who of the shortlisted wins, at which price, and who takes part in the choice of provinces.

    shortlisted  every shortlisted bid wins at its own price (the expansion of 2019)
    lowest       one winner: the lowest bid, a deep cut where too few firms compete (an alliance's rule)
    inquiry      a bid at or under the inquiry price wins; a dearer one wins if it comes down to it (renewals)
    composite    a score of price and quality (renewals, alliances); a sole bidder is negotiated with
    bargained    the pilot of 2018: deep cuts win outright, the rest are bargained
    threshold    a ratio, a cut, low-price lines (batches 2 to 11), in `threshold.py`

Example: `selection: {rule: inquiry, base: 0.9}`.

Composite: the price score of a bid is ``price_points`` x lowest bid / bid; the quality score is ``quality_points`` x
the quality of the tender (0 to 1). A bidder of the agreement before gets ``incumbent_points`` on top.

Bargained: the drugs are ranked by the cut of their pre-selected bid, the lowest; the first few win. Each of the others
is offered a price at or under its bid: the ceiling less a share of the mean cut of the drugs with real competition. A
firm that refuses is out, and its drug fails. How the floor follows from that mean is not known; ``floor_share`` says
what is assumed.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Sequence
from fractions import Fraction
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from vbp_sim.facts import fact
from vbp_sim.rules.arrays import BoolArray, IntArray
from vbp_sim.rules.contest import Answer, Book, Contest, Verdict, by_rank
from vbp_sim.rules.money import at_most, exact, yuan
from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.market import Market
from vbp_sim.scenario.parts import Rule, param


class Selection(Rule):
    """Decides who of the shortlisted wins."""

    kind: ClassVar[str] = "selection"

    def most(self, places: int) -> int:
        """Return the most winners that a shortlist of so many ``places`` can lead to."""
        return places

    @abstractmethod
    def first(self, book: Book, short: BoolArray) -> BoolArray:
        """Return who wins at its own bid before anything is offered or compared across drugs, shape (..., n)."""

    def offers(self, book: Book, short: BoolArray, won: BoolArray) -> IntArray:
        """Return the price offered to each shortlisted bid that the first selection (``won``) left out, 0 = none,
        shape (..., n).
        """
        return np.zeros(book.bids.shape, dtype=np.int64)

    def choose(self, contests: Sequence[Contest], answer: Answer) -> list[Verdict]:
        """Decide all contests of a round; one verdict each, in their order."""
        return [self.verdict(i, c, answer) for i, c in enumerate(contests)]

    def verdict(self, i: int, c: Contest, answer: Answer) -> Verdict:
        """Decide the contest of tender ``i``: by default each winner of the first selection wins at its own bid."""
        won = self.first(c.book, c.short)
        price = np.where(won, c.book.bids, 0)
        return Verdict(won, price, won, ("",) * len(c.tender.firms), by_rank(c.book, won, price))


class Shortlisted(Selection):
    """All who are shortlisted are selected, one price each."""

    rule: Literal["shortlisted"] = "shortlisted"

    def first(self, book: Book, short: BoolArray) -> BoolArray:
        return short


class Lowest(Selection):
    """The lowest bid wins all; with fewer than ``competitive_bidders`` valid bids it must lie ``cut``
    under the ceiling.
    """

    rule: Literal["lowest"] = "lowest"
    competitive_bidders: int = param(3, "valid bids from which no cut is asked for", "bids", ge=1, le=300)
    cut: float = param(0.0, "cut that the lowest of too few bids must reach", "share", ge=0, lt=1)

    def most(self, places: int) -> int:
        return 1

    def first(self, book: Book, short: BoolArray) -> BoolArray:
        won = short & (book.rank == 1)
        if book.ceiling <= 0:
            return np.asarray(won)
        deep = book.bids <= at_most(1 - exact(self.cut), book.ceiling)
        return np.asarray(won & (deep | (book.bidders >= self.competitive_bidders)[..., np.newaxis]))


class Inquiry(Selection):
    """Everybody who is at or comes down to the inquiry price is selected."""

    rule: Literal["inquiry"] = "inquiry"
    base: float = param(1.0, "inquiry price over the ceiling", "share", gt=0, le=1)

    def first(self, book: Book, short: BoolArray) -> BoolArray:
        return np.asarray(short & (book.bids <= self.line(book)))

    def line(self, book: Book) -> IntArray:
        """The inquiry price; without a ceiling every bid is under it."""
        if book.ceiling <= 0:
            return book.highest_of(book.valid)[..., np.newaxis]
        return at_most(exact(self.base), book.ceiling)

    def verdict(self, i: int, c: Contest, answer: Answer) -> Verdict:
        first, line = self.first(c.book, c.short), int(self.line(c.book).max())
        asked = c.short & ~first
        came = asked & answer(i, np.where(asked, line, 0)) if asked.any() else asked
        price = np.where(first, c.book.bids, np.where(came, line, 0))
        notes = tuple(
            fact("inquiry", accepted=yes, line=yuan(line)) if a else ""
            for yes, a in zip(came.tolist(), asked.tolist(), strict=True)
        )
        return Verdict(price > 0, price, price > 0, notes, by_rank(c.book, price > 0, price))


class Composite(Selection):
    """The best scores win, each at its own price; winners choose in the order of their scores."""

    rule: Literal["composite"] = "composite"
    price_points: float = param(60, "points of the lowest bid", "points", confidence="M", ge=0, le=1000)
    quality_points: float = param(40, "points of the best quality", "points", confidence="M", ge=0, le=1000)
    incumbent_points: float = param(0, "points for who was selected before", "points", ge=0, le=1000)
    winners: int = param(3, "most winners of a drug", "firms", ge=1, le=300)
    sole_cut: float = Field(
        0.0, description="cut under the ceiling that a sole bidder must accept; 0: it wins at its bid", ge=0, lt=1
    )

    @model_validator(mode="after")
    def scores_something(self) -> Composite:
        if self.price_points + self.quality_points <= 0:
            raise ValueError("price_points and quality_points are both 0: nothing is scored")
        return self

    def inert(self, market: Market) -> str:
        return "quality scores: every bid has the same, so the price decides"

    def most(self, places: int) -> int:
        return min(places, self.winners)

    def first(self, book: Book, short: BoolArray) -> BoolArray:
        """The lowest bids, as if all qualities were equal."""
        return np.asarray(short & (book.rank <= self.winners))

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

    def verdict(self, i: int, c: Contest, answer: Answer) -> Verdict:
        if int(c.book.bidders) == 1 and self.sole_cut > 0 and c.book.ceiling > 0:
            return self._negotiated(i, c, answer)
        scores = self.scores(c)
        best = sorted(np.flatnonzero(c.short).tolist(), key=lambda j: (-scores[j], int(c.book.rank[j])))
        order = tuple(best[: self.winners])
        won = np.isin(np.arange(len(scores)), order)
        notes = tuple(
            fact("score", score=round(float(s), 2), place=best.index(j) + 1, n=len(best)) if c.short[j] else ""
            for j, s in enumerate(scores)
        )
        return Verdict(won, np.where(won, c.book.bids, 0), won, notes, order)

    def _negotiated(self, i: int, c: Contest, answer: Answer) -> Verdict:
        line = int(at_most(1 - exact(self.sole_cut), c.book.ceiling))
        offers = np.where(c.book.valid, np.minimum(c.book.bids, line), 0)
        agreed = c.book.valid & ((c.book.bids <= line) | answer(i, offers))
        note = fact("sole", accepted=bool(agreed.any()), line=yuan(line))
        notes = tuple(note if v else "" for v in c.book.valid)
        order = tuple(np.flatnonzero(agreed).tolist())
        return Verdict(agreed, np.where(agreed, offers, 0), agreed, notes, order)


class Bargained(Selection):
    """One winner per drug: the lowest bid, outright where its cut is among the deepest, else after
    bargaining.
    """

    rule: Literal["bargained"] = "bargained"
    outright: int = param(
        7, "drugs, by depth of the cut, whose lowest bid wins outright", "drugs", "[S05]", "S", ge=0, le=10_000
    )
    competitive_bidders: int = param(
        3,
        "valid bids from which a drug counts in the mean cut that the floor is derived from",
        "bids",
        "[S05]",
        "S",
        ge=1,
        le=300,
    )
    floor_share: Portion = param(
        0.4,
        "floor of the bargained cut, as a share of the mean cut of the competitive drugs",
        "share",
        "stand-in: the smallest published cut of the pilot, 21 to 25 %, over a mean of about 0.6",
        "U",
    )

    def most(self, places: int) -> int:
        return min(1, places)

    def first(self, book: Book, short: BoolArray) -> BoolArray:
        return np.asarray(short & (book.rank == 1))

    def choose(self, contests: Sequence[Contest], answer: Answer) -> list[Verdict]:
        cuts = [self._cut(c) for c in contests]
        deepest = sorted(
            (i for i, cut in enumerate(cuts) if cut is not None), key=lambda i: self._depth(contests, cuts, i)
        )
        outright = set(deepest[: self.outright])
        floor = self.floor(contests, cuts)
        return [
            self.verdict(i, c, answer) if i in outright or cut is None else self._bargain(i, c, floor, answer)
            for i, (c, cut) in enumerate(zip(contests, cuts, strict=True))
        ]

    def floor(self, contests: Sequence[Contest], cuts: Sequence[Fraction | None]) -> Fraction:
        """Return the smallest cut that bargaining accepts; without any competitive drug, all count in the mean."""
        known = [(c, cut) for c, cut in zip(contests, cuts, strict=True) if cut is not None]
        competitive = [cut for c, cut in known if int(c.book.bidders) >= self.competitive_bidders]
        counted = competitive or [cut for _, cut in known]
        mean = sum(counted, Fraction(0)) / len(counted) if counted else Fraction(0)
        return exact(self.floor_share) * mean

    def _cut(self, c: Contest) -> Fraction | None:
        winner = self.first(c.book, c.short)
        if not winner.any() or c.tender.ceiling <= 0:
            return None
        return 1 - Fraction(int(c.book.bids[winner][0]), c.tender.ceiling)

    @staticmethod
    def _depth(contests: Sequence[Contest], cuts: Sequence[Fraction | None], i: int) -> tuple[Fraction, str]:
        return -(cuts[i] or Fraction(0)), contests[i].tender.drug

    def _bargain(self, i: int, c: Contest, floor: Fraction, answer: Answer) -> Verdict:
        won = self.first(c.book, c.short)
        line = math.floor((1 - floor) * c.tender.ceiling)
        offers = np.where(won, np.minimum(c.book.bids, line), 0)
        if bool((won & (c.book.bids <= line)).any()):
            accepted, note = won, fact("bargain_line", line=yuan(line))
        else:
            accepted = won & answer(i, offers)
            note = fact("bargained", accepted=bool(accepted.any()), line=yuan(line))
        price = np.where(accepted, offers, 0)
        notes = tuple(note if w else "" for w in won.tolist())
        return Verdict(accepted, price, accepted, notes, by_rank(c.book, accepted, price))
