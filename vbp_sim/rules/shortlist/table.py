"""Shortlist by the table K(n): so many places for so many qualified firms."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from vbp_sim.rules.contest import Book
from vbp_sim.rules.shortlist.interface import Shortlist
from vbp_sim.scenario.limits import Places


class Table(Shortlist):
    """``places_by_firms[n - 1]`` places for n qualified firms; the last value holds for more firms too."""

    rule: Literal["table"] = "table"
    places_by_firms: tuple[Places, ...] = Field(
        description="K(n): places for 1, 2, 3, ... qualified firms; the last value holds for more",
        min_length=1,
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
                raise ValueError(
                    f"K(n) falls from {table[n - 2]} at n = {n - 1} to {places} at n = {n}; it never may"
                )
        return table

    def places(self, book: Book) -> int:
        return self.places_by_firms[max(1, min(book.qualified, len(self.places_by_firms))) - 1]
