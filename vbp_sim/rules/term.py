"""Term: the length of the agreement, in months from the first supply.

    by-winners  by the number of winners, with tables of their own for some classes or forms of drugs
    until       up to one calendar day for all drugs

Example: `term: {rule: by-winners, table: {"1": 12, "2": 12, "3": 24}}`.
"""

from __future__ import annotations

from abc import abstractmethod
from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from vbp_sim.rules.tables import by_winners, checked
from vbp_sim.scenario.limits import Months
from vbp_sim.scenario.parts import Rule

#: months by number of winners
Terms = Annotated[dict[str, Months], checked("months")]


class Term(Rule):
    """Decides how long an agreement lasts."""

    kind: ClassVar[str] = "term"

    @abstractmethod
    def months(self, winners: int, drug_class: str, start: date, form: str = "") -> int:
        """Return the length in months of an agreement that starts on ``start``."""


class ByWinners(Term):
    """Months for 1, 2, 3 ... winners; the last entry holds for more winners too."""

    rule: Literal["by-winners"] = "by-winners"
    table: Terms = Field(description='months by number of winners, for example {"1": 12, "2": 12, "3": 24}')
    classes: dict[str, Terms] = Field(
        default_factory=dict,
        description="tables for classes (`class` of drugs.csv) or forms that have their own; class first",
    )

    def months(self, winners: int, drug_class: str, start: date, form: str = "") -> int:
        table = self.classes.get(drug_class) or self.classes.get(form) or self.table
        return round(by_winners(table, winners))


class Until(Term):
    """Every agreement ends on the same day, whenever it starts."""

    rule: Literal["until"] = "until"
    end: date = Field(description="last day of every agreement")

    def months(self, winners: int, drug_class: str, start: date, form: str = "") -> int:
        """Whole months begun from ``start`` up to the end, at least 1."""
        months = (self.end.year - start.year) * 12 + self.end.month - start.month
        return max(1, months + (1 if self.end.day >= start.day else 0))
