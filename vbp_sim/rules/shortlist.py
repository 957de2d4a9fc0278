"""Shortlist: the first cut by rank. The K(n) lowest of n valid bids go on to selection.

    table      so many places for so many qualified firms
    everyone   no shortlist: every valid bid goes on to selection
    per-maker  the lowest bids up to a number of places, with at most so many of one maker (coronary stents 2020)

Example: `shortlist: {rule: table, places_by_firms: [1, 1, 2, 3]}`.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field, field_validator

from vbp_sim.rules.arrays import BoolArray
from vbp_sim.rules.contest import Book
from vbp_sim.scenario.limits import Places
from vbp_sim.scenario.parts import Rule


class Shortlist(Rule):
    """Decides how many bids go on to selection."""

    kind: ClassVar[str] = "shortlist"

    @abstractmethod
    def places(self, book: Book) -> int:
        """Return K, the most bids that may be shortlisted."""

    def keep(self, book: Book) -> BoolArray:
        """Return who is shortlisted, shape (..., n): valid bids of rank 1 to K."""
        return np.asarray((book.rank > 0) & (book.rank <= self.places(book)))


class Table(Shortlist):
    """``places_by_firms[n - 1]`` places for n qualified firms; the last value holds for more firms too."""

    rule: Literal["table"] = "table"
    places_by_firms: tuple[Places, ...] = Field(
        description="K(n): places for 1, 2, 3, ... qualified firms; the last value holds for more", min_length=1
    )

    @field_validator("places_by_firms")
    @classmethod
    def sensible(cls, table: tuple[int, ...]) -> tuple[int, ...]:
        for n, places in enumerate(table, start=1):
            if not 1 <= places <= n:
                raise ValueError(
                    f"K({n}) is {places}; it must be from 1 to {n}, since {n} firms can fill no more places"
                )
            if n > 1 and places < table[n - 2]:
                raise ValueError(f"K(n) falls from {table[n - 2]} at n = {n - 1} to {places} at n = {n}; it never may")
        return table

    def places(self, book: Book) -> int:
        return self.places_by_firms[max(1, min(book.qualified, len(self.places_by_firms))) - 1]


class Everyone(Shortlist):
    """As many places as there are qualified firms."""

    rule: Literal["everyone"] = "everyone"

    def places(self, book: Book) -> int:
        return book.qualified


class PerMaker(Shortlist):
    """Products of one maker (one owner) beyond its limit are passed over, and the next product moves up."""

    rule: Literal["per-maker"] = "per-maker"
    most: int = Field(description="places in all", ge=1, le=300)
    most_per_maker: int = Field(description="places that one maker may fill", ge=1, le=300)

    def places(self, book: Book) -> int:
        return min(self.most, book.qualified)

    def keep(self, book: Book) -> BoolArray:
        same = np.array([[a == b and (a != "" or i == j) for j, b in enumerate(book.makers)]
                         for i, a in enumerate(book.makers)], dtype=np.bool_)  # fmt: skip
        ahead = book.valid[..., np.newaxis, :] & (book.rank[..., np.newaxis, :] <= book.rank[..., :, np.newaxis])
        within = book.valid & ((ahead & same).sum(axis=-1) <= self.most_per_maker)
        kept_ahead = (within[..., np.newaxis, :] & ahead).sum(axis=-1)
        return np.asarray(within & (kept_ahead <= self.most))
