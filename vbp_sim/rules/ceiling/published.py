"""The ceiling is published per product; how it was computed is not known."""

from __future__ import annotations

from typing import Literal

from vbp_sim.rules.ceiling.interface import Ceiling


class Published(Ceiling):
    """The figure of the tender document (the market's ``ceiling``)."""

    rule: Literal["published"] = "published"

    def price(self, published: int, before: int = 0, listing_mean: int = 0, provincial: int = 0) -> int:
        return published
