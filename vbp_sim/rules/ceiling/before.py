"""The ceiling is a multiple of a price before: of the agreement that ends, else of the lowest price paid."""

from __future__ import annotations

from typing import Literal

from vbp_sim.rules.ceiling.interface import Ceiling, Known, Of
from vbp_sim.rules.money import scaled
from vbp_sim.scenario.parts import param


class Before(Ceiling):
    """``factor`` x the price before. Where no agreement ends, a figure of the tender document goes before it."""

    rule: Literal["before"] = "before"
    factor: float = param(1.0, "ceiling over the price before", unit="x", gt=0, le=10)
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
