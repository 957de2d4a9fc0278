"""Shortlist: the K(n) lowest of the valid bids go on to selection."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from vbp_sim.rules.arrays import BoolArray
from vbp_sim.rules.contest import Book
from vbp_sim.scenario.parts import Part


class Shortlist(Part):
    """Decides how many bids go on to selection."""

    kind: ClassVar[str] = "shortlist"
    tag: ClassVar[str] = "rule"

    @abstractmethod
    def places(self, book: Book) -> int:
        """Return K, the most bids that may be shortlisted."""

    def keep(self, book: Book) -> BoolArray:
        """Return who is shortlisted, shape (..., n): valid bids of rank 1 to K."""
        return np.asarray((book.rank > 0) & (book.rank <= self.places(book)))
