"""Conversion: prices of other strengths and packs as prices of the representative one.

    price-ratio  twice the content costs 1.7 times, twice the pack 1.95 times
    fixed        a printed table of ratios (insulin)

>>> PriceRatio().comparable(Decimal("0.021"), Decimal("0.5"))
Decimal('0.035700')
"""

from __future__ import annotations

from abc import abstractmethod
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import ClassVar, Literal

from pydantic import Field

from vbp_sim.scenario.limits import Multiple
from vbp_sim.scenario.market import Market
from vbp_sim.scenario.parts import Rule, param

SOURCE = "price-difference rules of 2011; the ratio of 1.7 reproduces the converted ceilings of the expansion"


class Conversion(Rule):
    """Decides the unit comparable price."""

    kind: ClassVar[str] = "conversion"

    def inert(self, market: Market) -> str:
        return "conversion: the market gives all prices per unit of one strength and pack, so none is converted"

    @abstractmethod
    def comparable(self, bid: Decimal, content: Decimal, pack: Decimal = Decimal(1)) -> Decimal:
        """Return the price per unit of the representative strength and pack, yuan.

        ``bid`` is the price per unit as offered, ``content`` its content over the representative content (2 = twice the
        strength), ``pack`` its units per pack over those of the representative pack. Rounded once, at the end.
        """


class PriceRatio(Conversion):
    """Doubling the content multiplies the price of a unit, doubling the pack multiplies the price of a
    pack.
    """

    rule: Literal["price-ratio"] = "price-ratio"
    per_double_content: float = param(1.7, "price of a unit of twice the content", "x", SOURCE, "M", ge=1, le=10)
    per_double_pack: float = param(1.95, "price of a pack of twice the units", "x", SOURCE, "M", ge=1, le=10)
    decimals: int = param(6, "decimals of a yuan to which the result is rounded, half up", "digits", ge=0, le=6)

    def inert(self, market: Market) -> str:
        """The national ratios, which every rule set has, are not told of."""
        return "" if self == PriceRatio() else super().inert(market)

    def comparable(self, bid: Decimal, content: Decimal, pack: Decimal = Decimal(1)) -> Decimal:
        with localcontext() as context:
            context.prec = 50
            price = bid / self._power(self.per_double_content, content)
            price = price * pack / self._power(self.per_double_pack, pack)
            return price.quantize(Decimal(1).scaleb(-self.decimals), rounding=ROUND_HALF_UP)

    @staticmethod
    def _power(factor: float, ratio: Decimal) -> Decimal:
        """``factor`` to the number of doublings in ``ratio``; exact for whole numbers of doublings."""
        doublings = ratio.ln() / Decimal(2).ln()
        whole = doublings.to_integral_value()
        return Decimal(str(factor)) ** (whole if Decimal(2) ** whole == ratio else doublings)


class Fixed(Conversion):
    """The price of a pack of so many times the representative content, as a printed multiple of its price."""

    rule: Literal["fixed"] = "fixed"
    multiples: dict[str, Multiple] = Field(description='price multiple by content ratio, for example {"1.5": 1.3}')

    def comparable(self, bid: Decimal, content: Decimal, pack: Decimal = Decimal(1)) -> Decimal:
        multiple = Decimal(str(self.multiples.get(f"{content.normalize():f}", 1.0)))
        return (bid / multiple).quantize(Decimal("0.000001"), rounding=ROUND_HALF_UP)
