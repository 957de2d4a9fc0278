"""No common cause: what happens to ingredients is part of each supplier's own failures."""

from __future__ import annotations

from typing import Literal

from vbp_sim.agents.supply.ingredients.interface import Ingredients, Shock
from vbp_sim.streams import Streams


class Independent(Ingredients):
    """Ingredients are always there."""

    model: Literal["independent"] = "independent"

    def source(self, drug: str, manufacturer: str, own: bool, luck: Streams) -> str:
        """See `Ingredients.source`."""
        return ""

    def shocks(self, drug: str, source: str, until: float, luck: Streams) -> list[Shock]:
        """See `Ingredients.shocks`."""
        return []
