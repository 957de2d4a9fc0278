"""Revival: shortlisted firms that failed the first selection are offered a price."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from vbp_sim.rules.arrays import BoolArray, IntArray
from vbp_sim.rules.contest import Book
from vbp_sim.scenario.parts import Part


class Revival(Part):
    """Decides who of the shortlisted is offered a second chance, and at which price."""

    kind: ClassVar[str] = "revival"
    tag: ClassVar[str] = "rule"

    @abstractmethod
    def offers(self, book: Book, short: BoolArray, won: BoolArray, line: IntArray) -> IntArray:
        """Return the offered price per firm, 0 = none, shape (..., n).

        ``won`` (..., n) is the first selection, ``line`` (...) the highest price that its ratio allows.
        """
