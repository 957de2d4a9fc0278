"""Conversion: the unit comparable price of a bid for another strength or pack."""

from __future__ import annotations

from abc import abstractmethod
from decimal import Decimal
from typing import ClassVar

from vbp_sim.scenario.market import Market
from vbp_sim.scenario.parts import Part


class Conversion(Part):
    """Decides the unit comparable price."""

    kind: ClassVar[str] = "conversion"
    tag: ClassVar[str] = "rule"

    def inert(self, market: Market) -> str:
        return "conversion: the market gives all prices per unit of one strength and pack, so none is converted"

    @abstractmethod
    def comparable(self, bid: Decimal, content: Decimal, pack: Decimal = Decimal(1)) -> Decimal:
        """Return the price per unit of the representative strength and pack, yuan.

        ``bid`` is the price per unit as offered, ``content`` its content over the representative content (2 =
        twice the strength), ``pack`` its units per pack over those of the representative pack. Rounded once,
        at the end.
        """
