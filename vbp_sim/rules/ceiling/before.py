"""The ceiling is a multiple of the price before: the lowest price paid, or the price selected in the old
agreement.
"""

from __future__ import annotations

from typing import Literal

from vbp_sim.rules.ceiling.interface import Ceiling
from vbp_sim.rules.money import exact, half_up
from vbp_sim.scenario.parts import param


class Before(Ceiling):
    """``factor`` x the price before; a figure of the tender document goes before it."""

    rule: Literal["before"] = "before"
    factor: float = param(1.0, "ceiling over the price before", unit="x", gt=0)

    def price(self, published: int, before: int = 0, listing_mean: int = 0, provincial: int = 0) -> int:
        return published or half_up(exact(self.factor) * before)
