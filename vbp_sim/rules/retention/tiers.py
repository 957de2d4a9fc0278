"""Retention in steps of the score (Shenzhen, draft of 2024)."""

from __future__ import annotations

import itertools
from typing import Literal

import numpy as np
from pydantic import field_validator

from vbp_sim.rules.arrays import BoolArray, FloatArray
from vbp_sim.rules.retention.interface import Retention
from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.parts import param


class Tiers(Retention):
    """From each score on, a part of the surplus is kept; who fails the assessment keeps nothing."""

    rule: Literal["tiers"] = "tiers"
    tiers: dict[str, Portion] = param(
        {"60": 0.3, "70": 0.4, "80": 0.5},
        "part kept from each score on; that a boundary belongs to the upper step is assumed",
        unit="share",
        source="[E2], Shenzhen draft of 2024",
        confidence="S",
    )

    @field_validator("tiers")
    @classmethod
    def sensible(cls, tiers: dict[str, float]) -> dict[str, float]:
        steps = sorted((float(score), part) for score, part in tiers.items())
        for score, part in steps:
            if not 0 <= score <= 100 or not 0 <= part <= 1:
                raise ValueError(
                    f"from score {score:g} a part of {part:g}; scores are 0 to 100 and parts 0 to 1"
                )
        if any(b[1] < a[1] for a, b in itertools.pairwise(steps)):
            raise ValueError("the part kept must not fall as the score rises")
        return tiers

    def ratio(self, score: FloatArray, passed: BoolArray) -> FloatArray:
        steps = sorted((float(s), part) for s, part in self.tiers.items())
        parts = np.array([0.0] + [part for _, part in steps])
        found = np.searchsorted(np.array([s for s, _ in steps]), np.asarray(score), side="right")
        return np.where(passed, parts[found], 0.0)
