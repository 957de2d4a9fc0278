"""Contract years: how the agreed volume moves from one contract year to the next.

    yearly  contracts are signed yearly, with a volume not below the last year's

Example: `contract: {rule: yearly, agreed_floor: 1.0}`.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, Literal

import numpy as np

from vbp_sim.rules.arrays import FloatArray
from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.parts import Rule, param


class Contract(Rule):
    """Decides the agreed volume of a following contract year."""

    kind: ClassVar[str] = "contract"

    @abstractmethod
    def next_year(self, agreed: FloatArray, bought: FloatArray) -> FloatArray:
        """Return the agreed volume of the next year from this year's agreed and bought volume, units a year."""


class Yearly(Contract):
    """Next year's agreed volume is the larger of two parts: of the last agreed volume, and of the last
    use.
    """

    rule: Literal["yearly"] = "yearly"
    agreed_floor: Portion = param(
        1.0,
        "least agreed volume of the next year over this year's",
        "share",
        "[S21], the Yangtze delta tender of 2022",
        "M",
    )
    use_floor: Portion = param(0.0, "least agreed volume of the next year over this year's bought volume", "share")

    def next_year(self, agreed: FloatArray, bought: FloatArray) -> FloatArray:
        return np.maximum(self.agreed_floor * np.asarray(agreed), self.use_floor * np.asarray(bought))
