"""Supply security: what winners must hold and report, and how a province answers a shortage, tier by tier.

A winner's own stock comes first, then the backup and other winners as the rule set says (`failure`). What is still
missing, and what institutions do not replace by other products, is looked for in the tiers of this law, one after the
other in its ``order``: each answers after its days of shortage, finds a part of what the tiers before it have left
open, and has a price.

    reserve      goods that the province has laid up, by shortage class of the drug
    neighbours   provinces in which the drug is not short at the time
    emergency    whoever has any, at a higher price
    imports      from abroad, late and dear

Days count from the first short delivery, or from the report of the stop where that came earlier.

Example: `supply_security: {rule: duties, stock_months: 3, notice_months: 6, emergency_after: 60}`.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator

from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.market import ShortageClass
from vbp_sim.scenario.parts import Rule, param

Tier = Literal["reserve", "neighbours", "emergency", "imports"]
#: the tiers beyond the agreement, in their usual order
TIERS: tuple[Tier, ...] = ("reserve", "neighbours", "emergency", "imports")
_TIMES = "assumption; local, provincial and national answers take half a month, two and five months"


class SupplySecurity(Rule):
    """Kind: duties of winners, and the response of a province to a shortage."""

    kind: ClassVar[str] = "supply_security"


class Duties(SupplySecurity):
    """A least stock and a duty to report; reserves and tiers after own stock, backups and other winners."""

    rule: Literal["duties"] = "duties"
    stock_months: float | None = param(
        None,
        "least stock of a winner, in months of the agreed volume; null: none is asked for",
        "months",
        "texts ask for declared capacity and stock; 1 to 3 months in practice, 6 for emergency drugs, no page found",
        "M",
        ge=0,
        le=36,
    )
    notice_months: float | None = param(
        None,
        "months ahead in which a winner must report a stop that it sees coming; null: no duty",
        "months",
        "makers of listed short drugs report planned stops 6 months ahead (production rules of 2020, from memory)",
        "M",
        gt=0,
        le=36,
    )
    order: tuple[Tier, ...] = param(TIERS, "tiers beyond the agreement, in the order in which they answer")
    urgency: dict[ShortageClass, Portion] = param(
        {},
        "days after which tiers answer, over those of the law, by shortage class; 1 for a class that is not named",
        "share of the days",
        "assumption; lists of short drugs and of children's strengths are answered first, no figure found",
    )
    reserve_months: dict[ShortageClass, Annotated[float, Field(ge=0, le=36)]] = param(
        {},
        "reserve of a province by shortage class, in months of orders of selected products; none for a class that is "
        "not named",
        "months",
        "assumption; reserves for emergencies hold about 6 months, no page found",
    )
    reserve_part: Portion = param(
        0.6,
        "part of what would stay unmet that the reserve covers while it lasts",
        "share",
        "demand served in the first months, 0.3 to 0.9, no page found",
        "M",
    )
    reserve_refill: float = param(
        6.0, "months in which an empty reserve is filled again", "months", "assumption", gt=0, le=120
    )
    reserve_cost: float = param(
        0.06,
        "what holding a reserve costs a year: interest, storage, goods that expire",
        "share of its value at earlier prices",
        "assumption, 0.04 to 0.1",
        ge=0,
        le=1,
    )
    reserve_by_fund: Portion = param(
        0.0,
        "part of that cost that the insurance fund pays; the treasury pays the rest",
        "share",
        "reserves are a matter of the treasury; no page found",
        "M",
    )
    neighbours_after: float | None = param(
        None,
        "days of shortage after which neighbouring provinces are asked; null: never",
        "days",
        _TIMES,
        ge=0,
        le=3650,
    )
    neighbours_part: Portion = param(
        0.3,
        "part of what would stay unmet that they send, if the drug is short nowhere else; in proportion to the orders "
        "of places where it is not short",
        "share",
        "assumption, 0.1 to 0.5",
    )
    neighbours_price: float = param(
        1.0, "their price over the drug's price before any round", "x", "assumption, 1 to 1.3", ge=1, le=100
    )
    emergency_after: float | None = param(
        None, "days of shortage after which a province buys elsewhere; null: never", "days", _TIMES, ge=0, le=3650
    )
    emergency_part: Portion = param(
        0.6, "part of what would stay unmet that is found elsewhere then", "share", "0.3 to 0.9, no page found", "M"
    )
    emergency_price: float = param(
        1.3,
        "price of emergency purchases over the drug's price before any round",
        "x",
        "direct listing of short drugs: +30 %, 1.1 to 2, no page found",
        "M",
        ge=1,
        le=100,
    )
    imports_after: float | None = param(
        None, "days of shortage after which goods are imported; null: never", "days", _TIMES, ge=0, le=3650
    )
    imports_part: Portion = param(
        0.9, "part of what would stay unmet that is imported then", "share", "assumption, 0.5 to 1"
    )
    imports_price: float = param(
        2.0, "price of imports over the drug's price before any round", "x", "assumption, 1.3 to 5", ge=1, le=100
    )

    @field_validator("order")
    @classmethod
    def each_once(cls, order: tuple[Tier, ...]) -> tuple[Tier, ...]:
        """Every tier has one place in the order."""
        if sorted(order) != sorted(TIERS):
            raise ValueError(f"order: names each of {', '.join(TIERS)} once; seen {', '.join(order) or 'none'}")
        return order

    def part(self, tier: Tier, days: float, of: ShortageClass) -> float:
        """Part of what is still missing that a tier finds after ``days`` of shortage of a drug of a class."""
        if tier == "reserve":
            return self.reserve_part if self.reserve_months.get(of, 0.0) > 0 else 0.0
        after: float | None = getattr(self, f"{tier}_after")
        if after is None or days < after * self.urgency.get(of, 1.0):
            return 0.0
        return float(getattr(self, f"{tier}_part"))

    def price(self, tier: Tier) -> float:
        """Price of what a tier finds, over the drug's price before any round."""
        return 1.0 if tier == "reserve" else float(getattr(self, f"{tier}_price"))
