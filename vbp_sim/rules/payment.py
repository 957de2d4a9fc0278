"""Payment of firms: what the fund advances, who passes it on, the days from delivery to payment, what waiting costs.

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
    passed_on: Portion = param(
        1.0,
        "part of the advance that hospitals pass on to manufacturers; they keep the rest until the goods are delivered",
        "share",
        "assumption; 0.3 to 0.8 from memory, no page found",
        "M",
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
    interest: float = param(
        0.0,
        "what waiting for money costs sellers, a year, of what they are owed; 0 leaves it out",
        "share/year",
        "assumption; 0.055 is likely, 0.035 to 0.08 possible: loan prime rate 3.0 to 3.85 %, private distributors 5 to "
        "7 %, from memory",
        "M",
        ge=0,
        le=0.5,
    )

    def due_days(self) -> float:
        """Return the days after which the law asks for payment of a delivery."""
        return self.direct_days if self.direct_settlement else self.settlement_days

    def waiting(self, on_time: float) -> float:
        """Return the mean days from delivery to payment of what no advance covers, where the share ``on_time`` of the
        hospitals pays when it is due."""
        due = self.due_days()
        return due if self.direct_settlement else due + (1 - on_time) * max(0.0, self.arrears_days - due)

    def finance_part(self, days: float) -> float:
        """Return what waiting so many ``days`` costs a seller, of the price: i x days / 365 of what is not advanced;
        at most 0.95, so that some of the price is left.

        152 days at 5.5 % are 2.3 % of the price.
        """
        return min(0.95, self.interest * days / 365 * (1 - self.prepayment_share * self.passed_on))


class Days(Payment):
    """Hospitals pay within the days of settlement; where the fund pays firms itself, its own days hold."""

    rule: Literal["days"] = "days"
