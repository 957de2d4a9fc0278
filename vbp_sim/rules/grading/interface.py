"""Grading: the class of each winner (A1, A, B, C), which decides its guaranteed share."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from vbp_sim.rules.contest import Contest, Verdict
from vbp_sim.scenario.parts import Part


class Grading(Part):
    """Decides the class of each winner."""

    kind: ClassVar[str] = "grading"
    tag: ClassVar[str] = "rule"

    @abstractmethod
    def grades(self, contest: Contest, verdict: Verdict) -> tuple[str, ...]:
        """Return one class per firm, "" for who is not selected and where there are no classes."""
