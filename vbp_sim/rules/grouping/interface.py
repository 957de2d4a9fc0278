"""Grouping: which firms of a tender compete with each other."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from vbp_sim.rules.arrays import IntArray
from vbp_sim.scenario.parts import Part

if TYPE_CHECKING:
    from vbp_sim.rules.tender import Tender


class Grouping(Part):
    """Decides the groups of a tender; the rules are applied to each group as to a tender of its own."""

    kind: ClassVar[str] = "grouping"
    tag: ClassVar[str] = "rule"
    #: whether the rule needs to know what institutions reported by brand
    asks_for_brands: ClassVar[bool] = False

    @abstractmethod
    def groups(self, tender: Tender) -> tuple[IntArray, ...]:
        """Return the indices of the firms of each group; winners of earlier groups choose provinces first."""
