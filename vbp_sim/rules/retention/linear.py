"""Retention in proportion to the score."""

from __future__ import annotations

from typing import Literal

import numpy as np

from vbp_sim.rules.arrays import BoolArray, FloatArray
from vbp_sim.rules.retention.interface import Retention
from vbp_sim.scenario.parts import param


class Linear(Retention):
    """Kept part = ``most`` x score / 100; who fails the assessment keeps nothing."""

    rule: Literal["linear"] = "linear"
    most: float = param(
        0.5,
        "part kept at full score",
        unit="share",
        source="national cap of 2020, memory",
        confidence="M",
        ge=0,
        le=1,
    )

    def ratio(self, score: FloatArray, passed: BoolArray) -> FloatArray:
        return np.where(passed, self.most * np.asarray(score) / 100.0, 0.0)
