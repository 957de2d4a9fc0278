"""Entry: which of the firms of a tender stand as bidders."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from vbp_sim.rules.arrays import BoolArray, IntArray
from vbp_sim.scenario.parts import Part

if TYPE_CHECKING:
    from vbp_sim.rules.tender import Tender


class Entry(Part):
    """Decides who stands as a bidder."""

    kind: ClassVar[str] = "entry"
    tag: ClassVar[str] = "rule"

    @abstractmethod
    def standing(self, tender: Tender, order: IntArray) -> tuple[BoolArray, int, tuple[str, ...]]:
        """Return who stands (n,), how many firms count as qualified, and per firm why it does not stand (""
        if it does).

        ``order`` (n,) decides between equal bids of related firms.
        """
