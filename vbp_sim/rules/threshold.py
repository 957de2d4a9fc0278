"""Selection by thresholds: a ratio to the anchor, a guaranteed cut, low-price lines (batches 2 to 11).

A shortlisted bid wins if any of the conditions that the rule set gives holds. Then, where the rule set says
so, drugs are compared and some dearest winners struck out, and those who failed are offered a price.

Example: `selection: {rule: threshold, ratio: 1.8, cut: 0.5, low_lines: {"*": 0.1}}`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from vbp_sim.facts import fact, joined
from vbp_sim.rules.anchor import Anchor
from vbp_sim.rules.arrays import BoolArray, IntArray
from vbp_sim.rules.contest import Answer, Book, Contest, Verdict, by_rank
from vbp_sim.rules.cull import Cull
from vbp_sim.rules.money import at_most, exact, micro, yuan
from vbp_sim.rules.revival import Revival
from vbp_sim.rules.second_chance import SecondChance
from vbp_sim.rules.selection import Selection
from vbp_sim.scenario.limits import Price
from vbp_sim.scenario.parts import Chosen, by_default


class Threshold(Selection):
    """A shortlisted bid wins if it is within the ratio, or deep enough under the ceiling, or low enough in
    yuan.
    """

    rule: Literal["threshold"] = "threshold"
    ratio: float | None = Field(
        1.8, description="a bid up to this many times the anchor wins; null: no such rule", ge=1, le=1e6
    )
    anchor: Annotated[Anchor, Chosen("anchor", "lowest")] = by_default("what the ratio is measured against")
    cut: float | None = Field(
        None, description="a bid at least this far under the ceiling wins; null: no such rule", gt=0, lt=1
    )
    floor_cut: float = Field(
        0.0, description="a bid less than this far under the ceiling never wins, whatever else holds", ge=0, lt=1
    )
    low_lines: dict[str, Price] = Field(
        default_factory=dict,
        description='a bid of at most so many yuan wins, by form of the drug; "*" is any other form',
    )
    cull: Annotated[Cull, Chosen("cull", "none")] = by_default("who is struck out by comparing the drugs of the round")
    revival: Annotated[Revival, Chosen("revival", "none")] = by_default(
        "second chance for shortlisted bids that failed"
    )
    second_chance: Annotated[SecondChance, Chosen("second-chance", "none")] = by_default(
        "second chance for bids outside the shortlist"
    )

    @model_validator(mode="after")
    def selects(self) -> Threshold:
        if self.ratio is None and self.cut is None and not self.low_lines:
            follows = [n for n in ("revival", "second_chance", "cull") if getattr(self, n).part_name() != "none"]
            after = f"; {' and '.join(follows)} cannot stand without a first selection" if follows else ""
            raise ValueError(f"nobody can win: set ratio, cut or low_lines{after}")
        if self.cut is not None and self.floor_cut > self.cut:
            raise ValueError(f"floor_cut {self.floor_cut:g} is deeper than cut {self.cut:g}, which then never wins")
        return self

    def line(self, book: Book, short: BoolArray) -> IntArray:
        """Return the highest price that wins, shape (...)."""
        lines = [self._ratio_line(book, short)]
        if self.cut is not None and book.ceiling > 0:
            lines.append(at_most(1 - exact(self.cut), book.ceiling))
        low = self.low_lines.get(book.form, self.low_lines.get("*"))
        if low is not None:
            lines.append(np.asarray(micro(str(low)), dtype=np.int64))
        highest = np.maximum.reduce(np.broadcast_arrays(*lines))
        if self.floor_cut > 0 and book.ceiling > 0:
            highest = np.minimum(highest, at_most(1 - exact(self.floor_cut), book.ceiling))
        return np.asarray(highest)

    def first(self, book: Book, short: BoolArray) -> BoolArray:
        return np.asarray(short & (book.bids <= self.line(book, short)[..., np.newaxis]))

    def offers(self, book: Book, short: BoolArray, won: BoolArray) -> IntArray:
        return self.revival.offers(book, short, won, self._ratio_line(book, short))

    def choose(self, contests: Sequence[Contest], answer: Answer) -> list[Verdict]:
        won = [self.first(c.book, c.short) for c in contests]
        struck = self.cull.struck(contests, won)
        for i, firm in struck.items():
            won[i] = won[i] & (np.arange(len(won[i])) != firm)
        return [self._verdict(i, c, won[i], struck.get(i), answer) for i, c in enumerate(contests)]

    def _ratio_line(self, book: Book, short: BoolArray) -> IntArray:
        if self.ratio is None:
            return np.zeros(book.bids.shape[:-1], dtype=np.int64)
        return self.anchor.line(book, short, exact(self.ratio))

    def _verdict(self, i: int, c: Contest, first: BoolArray, struck: int | None, answer: Answer) -> Verdict:
        notes = self._notes(c, first, struck)
        price = np.where(first, c.book.bids, 0)
        open_to_revival = c.short if struck is None else c.short & (np.arange(len(first)) != struck)
        offers = self.revival.offers(c.book, open_to_revival, first, self._ratio_line(c.book, c.short))
        price = self._asked(i, offers, price, answer, notes, "revival")
        picks = price > 0
        offers = self.second_chance.offers(c, price)
        price = self._asked(i, offers, price, answer, notes, "second_chance")
        return Verdict(price > 0, price, picks, tuple(notes), by_rank(c.book, picks, price))

    @staticmethod
    def _asked(i: int, offers: IntArray, price: IntArray, answer: Answer, notes: list[str], what: str) -> IntArray:
        if not (offers > 0).any():
            return price
        accepted = answer(i, offers) & (offers > 0)
        for j in np.flatnonzero(offers > 0).tolist():
            offer = fact(what, price=yuan(offers[j]), accepted=bool(accepted[j]))
            notes[j] = joined(notes[j] or fact("not_shortlisted"), offer)
        return np.where(accepted, offers, price)

    def _notes(self, c: Contest, first: BoolArray, struck: int | None) -> list[str]:
        line, allowed = int(self.line(c.book, c.short)), int(self._ratio_line(c.book, c.short))
        notes = []
        for j, (bid, short, won) in enumerate(zip(c.book.bids.tolist(), c.short.tolist(), first.tolist(), strict=True)):
            if j == struck:
                notes.append(fact("struck"))
            elif won and bid > allowed:
                notes.append(fact("over_ratio", ratio=yuan(allowed), line=yuan(line)))
            else:
                notes.append(fact("over_line", line=yuan(line)) if short and not won else "")
        return notes
