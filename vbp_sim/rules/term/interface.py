"""Term: the length of the agreement, in months from the first supply."""

from __future__ import annotations

from abc import abstractmethod
from datetime import date
from typing import ClassVar

from vbp_sim.scenario.parts import Part


class Term(Part):
    """Decides how long an agreement lasts."""

    kind: ClassVar[str] = "term"
    tag: ClassVar[str] = "rule"

    @abstractmethod
    def months(self, winners: int, drug_class: str, start: date, form: str = "") -> int:
        """Return the length in months of an agreement that starts on ``start``."""
