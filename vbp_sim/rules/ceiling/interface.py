"""Ceiling: the highest valid bid of a drug."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from vbp_sim.scenario.parts import Part


class Ceiling(Part):
    """Decides the highest valid bid; prices are whole micro-yuan, 0 = not known."""

    kind: ClassVar[str] = "ceiling"
    tag: ClassVar[str] = "rule"

    @abstractmethod
    def price(self, published: int, before: int = 0, listing_mean: int = 0, provincial: int = 0) -> int:
        """Return the ceiling.

        ``published`` is the figure of the tender document, ``before`` the lowest price paid before the round
        (in a renewal the old selected price), ``listing_mean`` the mean listing price of products outside
        procurement, ``provincial`` the highest price selected by a province.
        """
