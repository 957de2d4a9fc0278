"""No second chance outside the shortlist."""

from __future__ import annotations

from typing import Literal

import numpy as np

from vbp_sim.rules.arrays import IntArray
from vbp_sim.rules.contest import Contest
from vbp_sim.rules.second_chance.interface import SecondChance


class NoSecondChance(SecondChance):
    """Who is not shortlisted is out."""

    rule: Literal["none"] = "none"

    def offers(self, contest: Contest, price: IntArray) -> IntArray:
        return np.zeros(price.shape, dtype=np.int64)
