"""Guaranteed share: agreed volume over reported volume, by the number of winners."""

from __future__ import annotations

from abc import abstractmethod
from fractions import Fraction
from typing import ClassVar

from vbp_sim.rules.money import half_up
from vbp_sim.scenario.parts import Part


class Share(Part):
    """Decides which part of the reported volume is guaranteed."""

    kind: ClassVar[str] = "share"
    tag: ClassVar[str] = "rule"

    @abstractmethod
    def share(self, winners: int, drug_class: str = "") -> Fraction:
        """Return agreed over reported volume of a drug with so many winners nationwide; 0 without a
        winner.
        """

    def agreed(self, reported: int, winners: int, drug_class: str = "") -> int:
        """Return the agreed volume in whole units, rounded half up once."""
        return half_up(self.share(winners, drug_class) * reported)
