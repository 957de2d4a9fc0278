"""The ceiling is the lower of a part of the mean listing price and the highest provincial price (batch 11,
draft).
"""

from __future__ import annotations

from typing import Literal

from vbp_sim.rules.ceiling.interface import Ceiling, Known
from vbp_sim.rules.money import exact, half_up
from vbp_sim.scenario.market import Market
from vbp_sim.scenario.parts import param


class Listing(Ceiling):
    """The lower of the two that are known; a figure of the tender document goes before it."""

    rule: Literal["listing"] = "listing"
    share: float = param(
        0.5, "part of the mean listing price of products outside procurement", unit="share", source="[S31]",
        confidence="D", gt=0, le=1,
    )  # fmt: skip

    def inert(self, market: Market) -> str:
        if all(drug.ceiling is None for drug in market.drugs):
            return ""
        return "ceiling by listing prices: the market's own ceilings go before it"

    def price(self, known: Known) -> int:
        found = [p for p in (half_up(exact(self.share) * known.listing_mean), known.provincial) if p > 0]
        published = known.published if known.own_figure else 0
        return published or min(found, default=0)
