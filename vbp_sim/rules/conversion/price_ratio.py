"""Conversion by the price-difference ratios: twice the content costs 1.7 times, twice the pack 1.95 times.

>>> from decimal import Decimal
>>> PriceRatio().comparable(Decimal("0.021"), Decimal("0.5"))
Decimal('0.035700')
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Literal

from vbp_sim.rules.conversion.interface import Conversion
from vbp_sim.scenario.parts import param

SOURCE = "price-difference rules of 2011; the ratio of 1.7 reproduces the converted ceilings of the expansion"


class PriceRatio(Conversion):
    """Doubling the content multiplies the price of a unit, doubling the pack multiplies the price of a
    pack.
    """

    rule: Literal["price-ratio"] = "price-ratio"
    per_double_content: float = param(
        1.7, "price of a unit of twice the content", unit="x", source=SOURCE, confidence="M", ge=1, le=10
    )
    per_double_pack: float = param(
        1.95, "price of a pack of twice the units", unit="x", source=SOURCE, confidence="M", ge=1, le=10
    )
    decimals: int = param(
        6, "decimals of a yuan to which the result is rounded, half up", unit="digits", ge=0, le=6
    )

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
