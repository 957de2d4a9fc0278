"""Payment of firms: what the fund advances, and the days from delivery to payment.

    days  payment so many days after delivery

Example: `payment: {rule: days, prepayment_share: 0.5, direct_settlement: true}`.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from vbp_sim.rules.arrays import FloatArray
from vbp_sim.scenario.parts import Part, param


class Payment(Part):
    """Kind: advances of the fund, and days until hospitals or the fund itself pay."""

    kind: ClassVar[str] = "payment"
    tag: ClassVar[str] = "rule"

    prepayment_share: float = param(
        0.30,
        "part of a year's agreed spend that the fund pays in advance",
        unit="share",
        source="[S50], [S04]: at least 30 %",
        confidence="S",
        ge=0,
        le=1,
    )
    settlement_days: float = param(
        30,
        "days from delivery to payment under the rule",
        unit="days",
        source="no page found",
        confidence="M",
        ge=0,
        le=3650,
    )
    arrears_days: float = param(
        150,
        "days from delivery to payment before the rule",
        unit="days",
        source="[E4]: wholesalers waited 150 days in 2022, 152 in 2023",
        confidence="S",
        ge=0,
        le=3650,
    )

    direct_settlement: bool = param(
        False,
        "the fund pays firms itself instead of through hospitals",
        unit="yes/no",
        source="rolled out 2021 to 2025, coverage not found",
        confidence="M",
    )
    direct_days: float = param(
        30, "days from delivery to payment where the fund pays firms itself", unit="days", ge=0, le=3650
    )

    def mean_delay(self, days: FloatArray | float) -> FloatArray | float:
        """Return the mean days from delivery to payment when the prepaid part waits 0 and the rest ``days``."""
        return (1.0 - self.prepayment_share) * days

    def due_days(self) -> float:
        """Return the days after which the law asks for payment of a delivery."""
        return self.direct_days if self.direct_settlement else self.settlement_days


class Days(Payment):
    """Hospitals pay within the days of settlement; where the fund pays firms itself, its own days hold."""

    rule: Literal["days"] = "days"
