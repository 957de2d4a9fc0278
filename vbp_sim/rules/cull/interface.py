"""Cull: after each drug has its winners, some are struck out by comparing the drugs of the round."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from vbp_sim.rules.arrays import BoolArray
from vbp_sim.rules.contest import Contest
from vbp_sim.scenario.parts import Part


class Cull(Part):
    """Decides who loses its win when the drugs of a round are compared."""

    kind: ClassVar[str] = "cull"
    tag: ClassVar[str] = "rule"

    @abstractmethod
    def struck(self, contests: Sequence[Contest], won: Sequence[BoolArray]) -> dict[int, int]:
        """Return which firm of which contest is struck out: {place of the contest: index of the firm}."""
