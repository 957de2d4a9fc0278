"""Ceiling: the highest valid bid of a drug."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal

from vbp_sim.scenario.parts import Part

#: which price of an agreement that ends
Of = Literal["lowest", "highest", "own", "ceiling"]


@dataclass(frozen=True)
class Known:
    """All prices from which a ceiling may be made, whole micro-yuan, 0 = not known.

    ``published`` is the figure of the market, ``own_figure`` says that it was made for this round and not for an
    earlier one of the same drug; ``before`` the lowest price paid before any round. Of the agreement that ends:
    its ``lowest`` and ``highest`` price and the ``ceiling`` under which it was made. ``listing_mean`` is the mean
    listing price of products outside procurement, ``provincial`` the highest price selected by a province.
    """

    published: int = 0
    own_figure: bool = True
    before: int = 0
    lowest: int = 0
    highest: int = 0
    ceiling: int = 0
    listing_mean: int = 0
    provincial: int = 0

    def of(self, which: Of) -> int:
        """A price of the agreement that ends; 0 where none does. No firm's own price is above the highest."""
        return {"lowest": self.lowest, "highest": self.highest, "own": self.highest, "ceiling": self.ceiling}[which]


class Ceiling(Part):
    """Decides the highest valid bid."""

    kind: ClassVar[str] = "ceiling"
    tag: ClassVar[str] = "rule"

    @property
    def renews(self) -> bool:
        """Whether a ceiling follows from an agreement that ends."""
        return self.price(Known(lowest=1000, highest=1000, ceiling=1000, own_figure=False)) > 0

    @property
    def looks_back(self) -> bool:
        """Whether a ceiling follows from the lowest price paid before any round."""
        return self.price(Known(before=1000)) > 0

    @property
    def looks_around(self) -> bool:
        """Whether a ceiling follows from the listing prices of products outside procurement."""
        return self.price(Known(listing_mean=1000)) > 0

    @property
    def own_price_binds(self) -> bool:
        """Whether a firm that was selected before may not quote more than its own old price."""
        return False

    @abstractmethod
    def price(self, known: Known) -> int:
        """Return the ceiling, whole micro-yuan, 0 = it cannot be known."""
