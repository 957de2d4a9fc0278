"""Contract years: the agreed volume of the next year."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from vbp_sim.rules.arrays import FloatArray
from vbp_sim.scenario.parts import Part


class Contract(Part):
    """Decides the agreed volume of a following contract year."""

    kind: ClassVar[str] = "contract"
    tag: ClassVar[str] = "rule"

    @abstractmethod
    def next_year(self, agreed: FloatArray, bought: FloatArray) -> FloatArray:
        """Return the agreed volume of the next year from this year's agreed and bought volume, units a
        year.
        """
