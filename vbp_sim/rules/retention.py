"""Retained surplus (jieyu liuyong): the savings that count, and the part that a hospital keeps.

    tiers   in steps of the score (Shenzhen, draft of 2024)
    linear  in proportion to the score

Example: `retention: {rule: linear, most: 0.5}`.

Source: guiding opinions of the NHSA and the Ministry of Finance, June 2020.
"""

from __future__ import annotations

import itertools
from abc import abstractmethod
from typing import ClassVar, Literal

import numpy as np
from pydantic import field_validator

from vbp_sim.rules.arrays import BoolArray, FloatArray
from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.parts import Rule, param

#: the national cap on the kept part of the surplus
HIGHEST = 0.5


class Retention(Rule):
    """Decides the part of the surplus that is kept; the surplus itself is the same under every choice."""

    kind: ClassVar[str] = "retention"

    on_cases: bool = param(
        True,
        "whether savings on use that is paid by case count too, although hospitals keep them already",
        "yes/no",
        "settled locally, no page found",
        "M",
    )

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


class Tiers(Retention):
    """From each score on, a part of the surplus is kept; who fails the assessment keeps nothing."""

    rule: Literal["tiers"] = "tiers"
    tiers: dict[str, Portion] = param(
        {"60": 0.3, "70": 0.4, "80": 0.5},
        "part kept from each score on; that a boundary belongs to the upper step is assumed",
        "share",
        "[E2], Shenzhen draft of 2024",
        "S",
    )

    @field_validator("tiers")
    @classmethod
    def sensible(cls, tiers: dict[str, float]) -> dict[str, float]:
        steps = sorted((float(score), part) for score, part in tiers.items())
        for score, _ in steps:
            if not 0 <= score <= 100:
                raise ValueError(f"a part from score {score:g} on; scores are 0 to 100")
        if any(b[1] < a[1] for a, b in itertools.pairwise(steps)):
            raise ValueError("the part kept must not fall as the score rises")
        return tiers

    def ratio(self, score: FloatArray, passed: BoolArray) -> FloatArray:
        steps = sorted((float(s), part) for s, part in self.tiers.items())
        parts = np.array([0.0] + [part for _, part in steps])
        found = np.searchsorted(np.array([s for s, _ in steps]), np.asarray(score), side="right")
        return np.where(passed, parts[found], 0.0)


class Linear(Retention):
    """Kept part = ``most`` x score / 100; who fails the assessment keeps nothing."""

    rule: Literal["linear"] = "linear"
    most: Portion = param(0.5, "part kept at full score", "share", "national cap of 2020, memory", "M")

    def ratio(self, score: FloatArray, passed: BoolArray) -> FloatArray:
        return np.where(passed, self.most * np.asarray(score) / 100.0, 0.0)
