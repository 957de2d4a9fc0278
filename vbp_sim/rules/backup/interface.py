"""Backup: the second supplier of each province."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from vbp_sim.rules.arrays import FloatArray, IntArray
from vbp_sim.scenario.parts import Part


class Backup(Part):
    """Decides the backup supplier of each province."""

    kind: ClassVar[str] = "backup"
    tag: ClassVar[str] = "rule"

    @abstractmethod
    def assign(self, weights: FloatArray, main: IntArray, winners: int) -> IntArray:
        """Return for each province (P,) the backup supplier as a place in the order of choice; -1 = none."""
