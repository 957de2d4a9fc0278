"""Guaranteed share: agreed volume over reported volume, which part is guaranteed to the winners.

    by-winners     by the number of winners, with tables of their own for some classes of drugs
    by-grade       by the class of the winner (insulin): A1, A, B, C; part of the rest moves to class A
    by-incumbency  by whether the winner was already the selected firm (renewals)

Example: `share: {rule: by-winners, table: {"1": 0.5, "2": 0.6, "3": 0.7, "4": 0.8}}`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from fractions import Fraction
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field, field_validator

from vbp_sim.rules.arrays import BoolArray, FloatArray
from vbp_sim.rules.money import exact
from vbp_sim.rules.tables import by_winners, checked
from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.parts import Rule

#: share by number of winners
Shares = Annotated[dict[str, Portion], checked("share")]
GRADES = ("A1", "A", "B", "C")


class Share(Rule):
    """Decides which part of the reported volume is guaranteed."""

    kind: ClassVar[str] = "share"

    @abstractmethod
    def share(self, winners: int, drug_class: str = "", *, grade: str = "", incumbent: bool = False) -> Fraction:
        """Return agreed over reported volume of a drug with so many winners nationwide; 0 without a winner.

        Rules that know classes of winners, or who was selected before, use ``grade`` and ``incumbent`` of a winner.
        """

    def of_winners(
        self, volumes: FloatArray, drug_class: str, grades: Sequence[str], incumbent: BoolArray
    ) -> FloatArray:
        """Return the guaranteed part of the volume (n,) that was reported for, or falls to, each of n winners."""
        shares = [
            self.share(len(volumes), drug_class, grade=g, incumbent=was)
            for g, was in zip(grades, incumbent.tolist(), strict=True)
        ]
        return np.array([float(s) for s in shares])


class ByWinners(Share):
    """Share for 1, 2, 3 ... winners; the last entry holds for more winners too."""

    rule: Literal["by-winners"] = "by-winners"
    table: Shares = Field(description='share by number of winners, for example {"1": 0.5, "2": 0.6}')
    classes: dict[str, Shares] = Field(
        default_factory=dict, description="tables for classes of drugs (`class` of drugs.csv) that have their own"
    )

    def share(self, winners: int, drug_class: str = "", *, grade: str = "", incumbent: bool = False) -> Fraction:
        if winners <= 0:
            return Fraction(0)
        return exact(by_winners(self.classes.get(drug_class, self.table), winners))


class ByGrade(Share):
    """Each winner is guaranteed its class's part of the volume that was reported for its own product."""

    rule: Literal["by-grade"] = "by-grade"
    table: dict[str, Portion] = Field(description="share by class: A1, A, B, C")
    overall: float = Field(description="share of a drug as a whole, where the classes are not known", ge=0, le=1)
    moved: float = Field(
        0.0,
        description="part of what classes B and C are not guaranteed that is guaranteed to class A instead",
        ge=0,
        le=1,
    )

    @field_validator("table")
    @classmethod
    def sensible(cls, table: dict[str, float]) -> dict[str, float]:
        if set(table) != set(GRADES):
            seen = ", ".join(table) or "none"
            raise ValueError(f"shares are wanted for exactly the classes {', '.join(GRADES)}; seen {seen}")
        values = [table[g] for g in GRADES]
        if values != sorted(values, reverse=True):
            raise ValueError("shares must not rise from A1 to C")
        return table

    def share(self, winners: int, drug_class: str = "", *, grade: str = "", incumbent: bool = False) -> Fraction:
        if winners <= 0:
            return Fraction(0)
        return exact(self.table.get(grade, self.overall))

    def of_winners(
        self, volumes: FloatArray, drug_class: str, grades: Sequence[str], incumbent: BoolArray
    ) -> FloatArray:
        plain = super().of_winners(volumes, drug_class, grades, incumbent)
        agreed = self.volumes(volumes, grades)
        return np.divide(agreed, volumes, out=plain, where=(volumes > 0) & (np.array(grades) != ""))

    def volumes(self, reported: FloatArray, grades: Sequence[str]) -> FloatArray:
        """Return the agreed volume of each winner (n,) from the volume reported for its product (n,) and its class."""
        own = np.array([float(self.share(1, grade=g)) if g else 0.0 for g in grades])
        agreed = own * reported
        given = np.array([g in ("B", "C") for g in grades])
        takes = np.array([g in ("A1", "A") for g in grades]) * reported
        pool = self.moved * float((reported - agreed)[given].sum())
        return agreed + (pool * takes / takes.sum() if takes.sum() > 0 else 0.0)


class ByIncumbency(Share):
    """One share for firms selected before, one for newcomers, and for some classes one for all."""

    rule: Literal["by-incumbency"] = "by-incumbency"
    incumbent: float = Field(description="share where the winner was selected before", ge=0, le=1)
    newcomer: float = Field(description="share where the winner is new", ge=0, le=1)
    classes: dict[str, Portion] = Field(
        default_factory=dict, description="share for all winners of a class (`class` of drugs.csv)"
    )

    def share(self, winners: int, drug_class: str = "", *, grade: str = "", incumbent: bool = False) -> Fraction:
        if winners <= 0:
            return Fraction(0)
        return exact(self.classes.get(drug_class, self.incumbent if incumbent else self.newcomer))
