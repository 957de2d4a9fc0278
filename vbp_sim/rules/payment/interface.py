"""Payment: prepayment, settlement, and the price up to which insurance pays."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from vbp_sim.rules.arrays import FloatArray
from vbp_sim.scenario.parts import Part, param


class Payment(Part):
    """Prepayment and settlement are alike everywhere; the payment standard is a choice."""

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
    )
    arrears_days: float = param(
        150,
        "days from delivery to payment before the rule",
        unit="days",
        source="[E4]: wholesalers waited 150 days in 2022, 152 in 2023",
        confidence="S",
        ge=0,
    )
    direct_settlement: bool = param(
        False,
        "the fund pays firms itself instead of through hospitals",
        unit="yes/no",
        source="rolled out 2021 to 2025, coverage not found",
        confidence="M",
    )
    direct_days: float = param(
        30, "days from delivery to payment where the fund pays firms itself", unit="days", ge=0
    )
    outside_cap: float = param(
        1.5,
        "highest price outside the supply province over the price inside",
        unit="x",
        source="[E5]: batches 8 and 9",
        confidence="S",
        ge=1,
    )

    dear_copayment: float = param(
        0.0,
        "rise of the patient's own share of a product dearer than the payment standard",
        unit="share",
        source="20 or 30 points for five drugs in Shanghai's 2026 paper on batch 11; elsewhere none found",
        confidence="M",
        ge=0,
        le=1,
    )

    def fund_pays(self, price: FloatArray, standard: FloatArray, fund_share: float) -> FloatArray:
        """Return what the fund pays of a price (yuan per unit), same shape; the patient pays the rest.

        ``fund_share`` is the fund's part of a price within the ``standard``, set by local plans.
        """
        dear = np.asarray(price) > standard
        part = np.maximum(0.0, fund_share - self.dear_copayment * dear)
        return np.asarray(np.minimum(price, standard) * part)

    def outside_price(self, selected_price: FloatArray, highest_selected: FloatArray) -> FloatArray:
        """Return the highest price of a selected product where it is not the supplier, yuan per unit, same
        shape.

        ``selected_price`` is its own, ``highest_selected`` the drug's highest selected price; the larger
        limit holds.
        """
        return np.maximum(self.outside_cap * np.asarray(selected_price), highest_selected)

    def mean_delay(self, days: FloatArray | float) -> FloatArray | float:
        """Return the mean days from delivery to payment when the prepaid part waits 0 and the rest
        ``days``.
        """
        return (1.0 - self.prepayment_share) * days

    def due_days(self) -> float:
        """Return the days after which the rule asks for payment of a delivery."""
        return self.direct_days if self.direct_settlement else self.settlement_days

    @abstractmethod
    def standard(self, pre_price: FloatArray, selected_price: FloatArray, year: int) -> FloatArray:
        """Return the price (yuan per unit) up to which insurance pays for a product, same shape as the
        prices.

        ``pre_price`` is the product's own price (for a selected product its selected price),
        ``selected_price`` the price selected for the drug, ``year`` 1 is the first contract year.
        """
