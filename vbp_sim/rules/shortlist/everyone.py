"""No shortlist: every valid bid goes on to selection."""

from __future__ import annotations

from typing import Literal

from vbp_sim.rules.contest import Book
from vbp_sim.rules.shortlist.interface import Shortlist


class Everyone(Shortlist):
    """As many places as there are qualified firms."""

    rule: Literal["everyone"] = "everyone"

    def places(self, book: Book) -> int:
        return book.qualified
