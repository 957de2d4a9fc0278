"""Every shortlisted bid wins at its own price (the expansion of 2019)."""

from __future__ import annotations

from typing import Literal

from vbp_sim.rules.arrays import BoolArray
from vbp_sim.rules.contest import Book
from vbp_sim.rules.selection.interface import Selection


class Shortlisted(Selection):
    """All who are shortlisted are selected, one price each."""

    rule: Literal["shortlisted"] = "shortlisted"

    def first(self, book: Book, short: BoolArray) -> BoolArray:
        return short
