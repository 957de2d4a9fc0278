"""One payment standard for all products of a drug, at once."""

from __future__ import annotations

from typing import Literal

import numpy as np

from vbp_sim.rules.arrays import FloatArray
from vbp_sim.rules.reimbursement.interface import Reimbursement


class Single(Reimbursement):
    """Insurance pays up to the selected price from the first day, whatever the product."""

    rule: Literal["single"] = "single"

    def standard(self, pre_price: FloatArray, selected_price: FloatArray, year: int) -> FloatArray:
        return np.minimum(np.asarray(pre_price, dtype=np.float64), selected_price)
