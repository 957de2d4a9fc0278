"""Payment of firms: what the fund advances, and the days from delivery to payment.

    days  payment so many days after delivery

Example: `payment: {rule: days, prepayment_share: 0.5, direct_settlement: true}`.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.parts import Rule, param


class Payment(Rule):
    """Kind: advances of the fund, and days until hospitals or the fund itself pay."""

    kind: ClassVar[str] = "payment"

    prepayment_share: Portion = param(
        0.30, "part of a year's agreed spend that the fund pays in advance", "share", "[S50], [S04]: at least 30 %", "S"
    )
    settlement_days: float = param(
        30, "days from delivery to payment under the rule", "days", "no page found", "M", ge=0, le=3650
    )
    arrears_days: float = param(
        150,
        "days from delivery to payment before the rule",
        "days",
        "[E4]: wholesalers waited 150 days in 2022, 152 in 2023",
        "S",
        ge=0,
        le=3650,
    )

    direct_settlement: bool = param(
        False,
        "the fund pays firms itself instead of through hospitals",
        "yes/no",
        "rolled out 2021 to 2025, coverage not found",
        "M",
    )
    direct_days: float = param(
        30, "days from delivery to payment where the fund pays firms itself", "days", ge=0, le=3650
    )

    def due_days(self) -> float:
        """Return the days after which the law asks for payment of a delivery."""
        return self.direct_days if self.direct_settlement else self.settlement_days


class Days(Payment):
    """Hospitals pay within the days of settlement; where the fund pays firms itself, its own days hold."""

    rule: Literal["days"] = "days"
