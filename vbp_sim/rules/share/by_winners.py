"""Guaranteed share by the number of winners, with tables of their own for some classes of drugs."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from pydantic import Field, field_validator

from vbp_sim.rules.money import exact
from vbp_sim.rules.share.interface import Share
from vbp_sim.rules.tables import by_winners, check_table
from vbp_sim.scenario.limits import Portion


class ByWinners(Share):
    """Share for 1, 2, 3 ... winners; the last entry holds for more winners too."""

    rule: Literal["by-winners"] = "by-winners"
    table: dict[str, Portion] = Field(
        description='share by number of winners, for example {"1": 0.5, "2": 0.6}'
    )
    classes: dict[str, dict[str, Portion]] = Field(
        default_factory=dict,
        description="tables for classes of drugs (`class` of drugs.csv) that have their own",
    )

    @field_validator("table")
    @classmethod
    def sensible(cls, table: dict[str, float]) -> dict[str, float]:
        return check_table(table, 0, 1, "share")

    @field_validator("classes")
    @classmethod
    def sensible_classes(cls, classes: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
        return {name: check_table(table, 0, 1, f"share of class '{name}'") for name, table in classes.items()}

    def share(
        self, winners: int, drug_class: str = "", *, grade: str = "", incumbent: bool = False
    ) -> Fraction:
        if winners <= 0:
            return Fraction(0)
        return exact(by_winners(self.classes.get(drug_class, self.table), winners))
