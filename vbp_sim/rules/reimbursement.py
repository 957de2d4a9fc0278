"""Reimbursement: the price up to which insurance pays, and the fund's part of a price.

    stepped  a payment standard that falls in steps to the selected price (NHSA opinion of March 2019)
    single   one payment standard for all products of a drug, at once

Example: `reimbursement: {rule: stepped, dear: 2.0, years: 3}`.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, Literal

import numpy as np

from vbp_sim.rules.arrays import FloatArray
from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.parts import Rule, param

#: prices this much apart are equal: one of them is a mean
EXACT = 1 + 1e-9


class Reimbursement(Rule):
    """The payment standard is a choice; what the fund pays of a price follows from it everywhere alike."""

    kind: ClassVar[str] = "reimbursement"

    dear_copayment: Portion = param(
        0.0,
        "rise of the patient's own share of a product dearer than the payment standard",
        "share",
        "20 or 30 points for five drugs in Shanghai's 2026 paper on batch 11; elsewhere none found",
        "M",
    )

    def fund_pays(self, price: FloatArray, standard: FloatArray, fund_share: float) -> FloatArray:
        """Return what the fund pays of a price (yuan per unit), same shape; the patient pays the rest.

        ``fund_share`` is the fund's part of a price within the ``standard``, set by local plans.
        """
        dear = np.asarray(price) > np.asarray(standard) * EXACT  # a mean of equal prices is no dearer than they are
        part = np.maximum(0.0, fund_share - self.dear_copayment * dear)
        return np.asarray(np.minimum(price, standard) * part)

    @abstractmethod
    def standard(self, pre_price: FloatArray, selected_price: FloatArray, year: int) -> FloatArray:
        """Return the price (yuan per unit) up to which insurance pays for a product, same shape as the prices.

        ``pre_price`` is the product's own price (for a selected product its selected price), ``selected_price`` the
        price selected for the drug, ``year`` 1 is the first contract year.
        """


class Stepped(Reimbursement):
    """Up to ``dear`` x the selected price: the selected price. Dearer: cut at once, then down in equal
    steps.
    """

    rule: Literal["stepped"] = "stepped"
    dear: float = param(
        2.0, "price over selected price above which the standard steps down", "x", "[S50]", "S", ge=1, le=100
    )
    first_cut: Portion = param(0.30, "cut of a dear product's own price in the first year", "share", "[S50]", "S")
    years: int = param(
        3,
        "contract year in which every standard is the selected price",
        "years",
        "[S50]: within 2 to 3 years",
        "S",
        ge=1,
        le=50,
    )

    def standard(self, pre_price: FloatArray, selected_price: FloatArray, year: int) -> FloatArray:
        price, selected = (np.asarray(pre_price, dtype=np.float64), np.asarray(selected_price, dtype=np.float64))
        first = np.maximum(price * (1.0 - self.first_cut), selected)
        left = max(0.0, (self.years - year) / (self.years - 1)) if self.years > 1 else 0.0
        stepped = selected + (first - selected) * left
        return np.where(price > self.dear * selected, stepped, np.minimum(price, selected))


class Single(Reimbursement):
    """Insurance pays up to the selected price from the first day, whatever the product."""

    rule: Literal["single"] = "single"

    def standard(self, pre_price: FloatArray, selected_price: FloatArray, year: int) -> FloatArray:
        return np.minimum(np.asarray(pre_price, dtype=np.float64), selected_price)
