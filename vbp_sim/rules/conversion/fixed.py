"""Conversion by a printed table of ratios (insulin)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from pydantic import Field

from vbp_sim.rules.conversion.interface import Conversion
from vbp_sim.scenario.limits import Multiple


class Fixed(Conversion):
    """The price of a pack of so many times the representative content, as a printed multiple of its price."""

    rule: Literal["fixed"] = "fixed"
    multiples: dict[str, Multiple] = Field(
        description='price multiple by content ratio, for example {"1.5": 1.3}'
    )

    def comparable(self, bid: Decimal, content: Decimal, pack: Decimal = Decimal(1)) -> Decimal:
        multiple = Decimal(str(self.multiples.get(f"{content.normalize():f}", 1.0)))
        return (bid / multiple).quantize(Decimal("0.000001"), rounding=ROUND_HALF_UP)
