"""Guaranteed share: agreed volume over reported volume, by the number of winners."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from fractions import Fraction
from typing import ClassVar

import numpy as np

from vbp_sim.rules.arrays import BoolArray, FloatArray
from vbp_sim.rules.money import half_up
from vbp_sim.scenario.parts import Part


class Share(Part):
    """Decides which part of the reported volume is guaranteed."""

    kind: ClassVar[str] = "share"
    tag: ClassVar[str] = "rule"

    @abstractmethod
    def share(
        self, winners: int, drug_class: str = "", *, grade: str = "", incumbent: bool = False
    ) -> Fraction:
        """Return agreed over reported volume of a drug with so many winners nationwide; 0 without a winner.

        Rules that know classes of winners, or who was selected before, use ``grade`` and ``incumbent`` of a
        winner.
        """

    def of_winners(
        self, volumes: FloatArray, drug_class: str, grades: Sequence[str], incumbent: BoolArray
    ) -> FloatArray:
        """Return the guaranteed part of the volume (n,) that was reported for, or falls to, each of n winners."""
        shares = [
            self.share(len(volumes), drug_class, grade=g, incumbent=was)
            for g, was in zip(grades, incumbent.tolist(), strict=True)
        ]
        return np.array([float(s) for s in shares])

    def agreed(self, reported: int, winners: int, drug_class: str = "") -> int:
        """Return the agreed volume of a province in whole units, rounded half up once."""
        return half_up(self.share(winners, drug_class) * reported)

    def split(self, reported: Sequence[int], winners: int, drug_class: str = "") -> list[int]:
        """Return the agreed volumes of the institutions of a province in whole units.

        They add up to what `agreed` says of the province's total: each is rounded down, and the units that
        are then left go to the largest remainders (of equal ones, to the first).
        """
        parts = [self.share(winners, drug_class) * r for r in reported]
        volumes = [int(part) for part in parts]
        left = self.agreed(sum(reported), winners, drug_class) - sum(volumes)
        largest = sorted(range(len(parts)), key=lambda i: (volumes[i] - parts[i], i))
        for i in largest[:left]:
            volumes[i] += 1
        return volumes
