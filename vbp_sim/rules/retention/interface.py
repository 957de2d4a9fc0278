"""Retained surplus (jieyu liuyong): the savings that count, and the part that a hospital keeps.

Source: guiding opinions of the NHSA and the Ministry of Finance, June 2020.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from vbp_sim.rules.arrays import BoolArray, FloatArray
from vbp_sim.scenario.parts import Part

#: the national cap on the kept part of the surplus
HIGHEST = 0.5


class Retention(Part):
    """Decides the part of the surplus that is kept; the surplus itself is the same under every choice."""

    kind: ClassVar[str] = "retention"
    tag: ClassVar[str] = "rule"

    @abstractmethod
    def ratio(self, score: FloatArray, passed: BoolArray) -> FloatArray:
        """Return the kept part of the surplus, 0 to 1, same shape as ``score`` (0 to 100)."""

    def surplus(
        self,
        base: FloatArray,
        pre_price: FloatArray,
        agreed: FloatArray,
        selected_price: FloatArray,
        nonselected_spend: FloatArray,
        payment_ratio: FloatArray | float,
        insured_share: FloatArray | float,
    ) -> FloatArray:
        """Return budget less spend, yuan a year, not below zero; arrays of one shape.

        ``base`` reported and ``agreed`` agreed volume (units), ``pre_price`` mean price of all products
        before and ``selected_price`` (yuan per unit), ``nonselected_spend`` (yuan), ``payment_ratio`` the
        fund's share of a covered price, ``insured_share`` the local insured patients' share of use. Purchases
        above the agreed volume do not count as spend.
        """
        saved = np.asarray(base) * pre_price - (np.asarray(agreed) * selected_price + nonselected_spend)
        return np.maximum(0.0, saved * payment_ratio * insured_share)
