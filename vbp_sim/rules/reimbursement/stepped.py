"""Payment standard that falls in steps to the selected price (NHSA opinion of March 2019)."""

from __future__ import annotations

from typing import Literal

import numpy as np

from vbp_sim.rules.arrays import FloatArray
from vbp_sim.rules.reimbursement.interface import Reimbursement
from vbp_sim.scenario.parts import param


class Stepped(Reimbursement):
    """Up to ``dear`` x the selected price: the selected price. Dearer: cut at once, then down in equal
    steps.
    """

    rule: Literal["stepped"] = "stepped"
    dear: float = param(
        2.0,
        "price over selected price above which the standard steps down",
        unit="x",
        source="[S50]",
        confidence="S",
        ge=1,
        le=100,
    )
    first_cut: float = param(
        0.30,
        "cut of a dear product's own price in the first year",
        unit="share",
        source="[S50]",
        confidence="S",
        ge=0,
        le=1,
    )
    years: int = param(
        3,
        "contract year in which every standard is the selected price",
        unit="years",
        source="[S50]: within 2 to 3 years",
        confidence="S",
        ge=1,
        le=50,
    )

    def standard(self, pre_price: FloatArray, selected_price: FloatArray, year: int) -> FloatArray:
        price, selected = (
            np.asarray(pre_price, dtype=np.float64),
            np.asarray(selected_price, dtype=np.float64),
        )
        first = np.maximum(price * (1.0 - self.first_cut), selected)
        left = max(0.0, (self.years - year) / (self.years - 1)) if self.years > 1 else 0.0
        stepped = selected + (first - selected) * left
        return np.where(price > self.dear * selected, stepped, np.minimum(price, selected))
