"""The ceiling is the lower of a part of the mean listing price and the highest provincial price (batch 11,
draft).
"""

from __future__ import annotations

from typing import Literal

from vbp_sim.rules.ceiling.interface import Ceiling, Known
from vbp_sim.rules.money import scaled
from vbp_sim.scenario.parts import param


class Listing(Ceiling):
    """The lower of the two that are known; a figure of the tender document goes before it."""

    rule: Literal["listing"] = "listing"
    share: float = param(
        0.5, "part of the mean listing price of products outside procurement", unit="share", source="[S31]",
        confidence="D", gt=0, le=1,
    )  # fmt: skip

    def price(self, known: Known) -> int:
        found = [p for p in (scaled(self.share, known.listing_mean), known.provincial) if p > 0]
        published = known.published if known.own_figure else 0
        return published or min(found, default=0)
