"""Ceiling: the highest valid bid of a drug.

    published  the figure of the tender document; how it was computed is not known
    before     a multiple of a price before: of the agreement that ends, else of the lowest price paid
    listing    the lower of a part of the mean listing price and the highest provincial price (batch 11, draft)
    in-force   a multiple of the lowest price in force in the places of the round, linked prices included

Example: `ceiling: {rule: before, factor: 0.9, of: highest}`.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal

from vbp_sim.rules.money import scaled
from vbp_sim.scenario.market import Market
from vbp_sim.scenario.parts import Rule, param

#: which price of an agreement that ends
Of = Literal["lowest", "highest", "own", "ceiling"]


@dataclass(frozen=True)
class Known:
    """All prices from which a ceiling may be made, whole micro-yuan, 0 = not known.

    ``published`` is the figure of the market, ``own_figure`` says that it was made for this round and not for an
    earlier one of the same drug; ``before`` the lowest price paid before any round. Of the agreement that ends:
    its ``lowest`` and ``highest`` price and the ``ceiling`` under which it was made. ``listing_mean`` is the mean
    listing price of products outside procurement, ``provincial`` the highest price selected by a province.
    ``in_force`` is the lowest price at which a firm that may bid sells in the places of the round on the day.
    """

    published: int = 0
    own_figure: bool = True
    before: int = 0
    lowest: int = 0
    highest: int = 0
    ceiling: int = 0
    listing_mean: int = 0
    provincial: int = 0
    in_force: int = 0

    def of(self, which: Of) -> int:
        """A price of the agreement that ends; 0 where none does. No firm's own price is above the highest."""
        return {"lowest": self.lowest, "highest": self.highest, "own": self.highest, "ceiling": self.ceiling}[which]


class Ceiling(Rule):
    """Decides the highest valid bid."""

    kind: ClassVar[str] = "ceiling"

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
        """Whether a ceiling follows from the prices at which products are sold, outside procurement or now."""
        return self.price(Known(listing_mean=1000, in_force=1000)) > 0

    @property
    def own_price_binds(self) -> bool:
        """Whether a firm that was selected before may not quote more than its own old price."""
        return False

    @abstractmethod
    def price(self, known: Known) -> int:
        """Return the ceiling, whole micro-yuan, 0 = it cannot be known."""


class Published(Ceiling):
    """The figure of the tender document (the market's ``ceiling``).

    A renewal for which the scenario gives no figure of its own does not open at that of the round before.
    """

    rule: Literal["published"] = "published"
    renewal: Literal["highest", "lowest", "published"] = param(
        "highest",
        "ceiling of a renewal whose round has no market of its own: the highest or lowest price of the agreement that "
        "ends, or the same figure again",
        source="[S71], [S72]: the renewal of stents in 2022 took the old highest price",
        confidence="S",
    )

    def price(self, known: Known) -> int:
        if known.own_figure or self.renewal == "published":
            return known.published
        return known.of(self.renewal) or known.published


class Before(Ceiling):
    """``factor`` x the price before. Where no agreement ends, a figure of the tender document goes before it."""

    rule: Literal["before"] = "before"
    factor: float = param(1.0, "ceiling over the price before", "x", gt=0, le=10)
    of: Of = param(
        "lowest",
        "price of the agreement that ends: its lowest or highest selected price, each firm's own (for newcomers the "
        "highest), or the ceiling that it had",
    )

    @property
    def own_price_binds(self) -> bool:
        return self.of == "own"

    def price(self, known: Known) -> int:
        ended = scaled(self.factor, known.of(self.of))
        return ended or known.published or scaled(self.factor, known.before)


class Listing(Ceiling):
    """The lower of the two that are known; a figure of the tender document goes before it."""

    rule: Literal["listing"] = "listing"
    share: float = param(
        0.5, "part of the mean listing price of products outside procurement", "share", "[S31]", "D", gt=0, le=1
    )

    def inert(self, market: Market) -> str:
        if all(drug.ceiling is None for drug in market.drugs):
            return ""
        return "ceiling by listing prices: the market's own ceilings go before it"

    def price(self, known: Known) -> int:
        found = [p for p in (scaled(self.share, known.listing_mean), known.provincial) if p > 0]
        published = known.published if known.own_figure else 0
        return published or min(found, default=0)


class InForce(Ceiling):
    """``factor`` x the lowest price at which a firm that may bid sells in the places of the round on the day of the
    opening. A price that was linked counts as it is then; a figure of the tender document stands where none is known.
    """

    rule: Literal["in-force"] = "in-force"
    factor: float = param(1.0, "ceiling over the lowest price in force", "x", "assumption", gt=0, le=10)

    def price(self, known: Known) -> int:
        return scaled(self.factor, known.in_force) or known.published
