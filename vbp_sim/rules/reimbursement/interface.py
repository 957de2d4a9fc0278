"""Reimbursement: the price up to which insurance pays, and the fund's part of a price."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from vbp_sim.rules.arrays import FloatArray
from vbp_sim.scenario.parts import Part, param


class Reimbursement(Part):
    """The payment standard is a choice; what the fund pays of a price follows from it everywhere alike."""

    kind: ClassVar[str] = "reimbursement"
    tag: ClassVar[str] = "rule"

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

    @abstractmethod
    def standard(self, pre_price: FloatArray, selected_price: FloatArray, year: int) -> FloatArray:
        """Return the price (yuan per unit) up to which insurance pays for a product, same shape as the
        prices.

        ``pre_price`` is the product's own price (for a selected product its selected price),
        ``selected_price`` the price selected for the drug, ``year`` 1 is the first contract year.
        """
