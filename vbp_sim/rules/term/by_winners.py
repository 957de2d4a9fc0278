"""Term by the number of winners, with tables of their own for some classes or forms of drugs."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, field_validator

from vbp_sim.rules.tables import by_winners, check_table
from vbp_sim.rules.term.interface import Term
from vbp_sim.scenario.limits import Months


class ByWinners(Term):
    """Months for 1, 2, 3 ... winners; the last entry holds for more winners too."""

    rule: Literal["by-winners"] = "by-winners"
    table: dict[str, Months] = Field(
        description='months by number of winners, for example {"1": 12, "2": 12, "3": 24}'
    )
    classes: dict[str, dict[str, Months]] = Field(
        default_factory=dict,
        description="tables for classes (`class` of drugs.csv) or forms that have their own; class first",
    )

    @field_validator("table")
    @classmethod
    def sensible(cls, table: dict[str, float]) -> dict[str, float]:
        return check_table(table, 1, 240, "months")

    @field_validator("classes")
    @classmethod
    def sensible_classes(cls, classes: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
        return {name: check_table(table, 1, 240, f"months of '{name}'") for name, table in classes.items()}

    def months(self, winners: int, drug_class: str, start: date, form: str = "") -> int:
        table = self.classes.get(drug_class) or self.classes.get(form) or self.table
        return round(by_winners(table, winners))
