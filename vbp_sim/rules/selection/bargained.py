"""The pilot of 2018: the lowest bid of each drug is pre-selected; deep cuts win outright, the rest are
bargained.

The drugs are ranked by the cut of their pre-selected bid; the first few win. Each of the others is offered a
price at or under its bid: the ceiling less a share of the mean cut of the drugs with real competition. A firm
that refuses is out, and its drug fails. How the floor follows from that mean is not known; ``floor_share``
says what is assumed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

import numpy as np

from vbp_sim.rules.arrays import BoolArray
from vbp_sim.rules.contest import Answer, Book, Contest, Verdict, by_rank
from vbp_sim.rules.money import exact, text
from vbp_sim.rules.selection.interface import Selection
from vbp_sim.scenario.parts import param


class Bargained(Selection):
    """One winner per drug: the lowest bid, outright where its cut is among the deepest, else after
    bargaining.
    """

    rule: Literal["bargained"] = "bargained"
    outright: int = param(
        7,
        "drugs, by depth of the cut, whose lowest bid wins outright",
        unit="drugs",
        source="[S05]",
        confidence="S",
        ge=0,
        le=10_000,
    )
    competitive_bidders: int = param(
        3,
        "valid bids from which a drug counts in the mean cut that the floor is derived from",
        unit="bids",
        source="[S05]",
        confidence="S",
        ge=1,
        le=300,
    )
    floor_share: float = param(
        0.4,
        "floor of the bargained cut, as a share of the mean cut of the competitive drugs",
        unit="share",
        source="stand-in: the smallest published cut of the pilot, 21 to 25 %, over a mean of about 0.6",
        confidence="U",
        ge=0,
        le=1,
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
            self.plain(c) if i in outright or cut is None else self._bargain(i, c, floor, answer)
            for i, (c, cut) in enumerate(zip(contests, cuts, strict=True))
        ]

    def floor(self, contests: Sequence[Contest], cuts: Sequence[Fraction | None]) -> Fraction:
        """Return the smallest cut that bargaining accepts; without any competitive drug, all drugs count
        in the mean.
        """
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
            accepted, note = won, f"at or under the bargaining line {text(line)}"
        else:
            accepted = won & answer(i, offers)
            said = "accepted" if accepted.any() else "refused"
            note = f"{said} the bargained price {text(line)}"
        price = np.where(accepted, offers, 0)
        notes = tuple(note if w else "" for w in won.tolist())
        return Verdict(accepted, price, accepted, notes, by_rank(c.book, accepted, price))
