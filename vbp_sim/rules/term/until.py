"""Term up to one calendar day for all drugs."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from vbp_sim.rules.term.interface import Term


class Until(Term):
    """Every agreement ends on the same day, whenever it starts."""

    rule: Literal["until"] = "until"
    end: date = Field(description="last day of every agreement")

    def months(self, winners: int, drug_class: str, start: date, form: str = "") -> int:
        """Whole months begun from ``start`` up to the end, at least 1."""
        months = (self.end.year - start.year) * 12 + self.end.month - start.month
        return max(1, months + (1 if self.end.day >= start.day else 0))
