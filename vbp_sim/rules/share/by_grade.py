"""Guaranteed share by the class of the winner (insulin): A1, A, B, C; part of the rest moves to class A."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

import numpy as np
from pydantic import Field, field_validator

from vbp_sim.rules.arrays import BoolArray, FloatArray
from vbp_sim.rules.money import exact
from vbp_sim.rules.share.interface import Share
from vbp_sim.scenario.limits import Portion

GRADES = ("A1", "A", "B", "C")


class ByGrade(Share):
    """Each winner is guaranteed its class's part of the volume that was reported for its own product."""

    rule: Literal["by-grade"] = "by-grade"
    table: dict[str, Portion] = Field(description="share by class: A1, A, B, C")
    overall: float = Field(
        description="share of a drug as a whole, where the classes are not known", ge=0, le=1
    )
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
            raise ValueError(
                f"shares are wanted for exactly the classes {', '.join(GRADES)}; seen {', '.join(table)}"
            )
        values = [table[g] for g in GRADES]
        if not all(0 <= v <= 1 for v in values) or values != sorted(values, reverse=True):
            raise ValueError("shares must be from 0 to 1 and must not rise from A1 to C")
        return table

    def share(
        self, winners: int, drug_class: str = "", *, grade: str = "", incumbent: bool = False
    ) -> Fraction:
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
        """Return the agreed volume of each winner (n,) from the volume reported for its product (n,) and
        its class.
        """
        own = np.array([float(self.share(1, grade=g)) if g else 0.0 for g in grades])
        agreed = own * reported
        given = np.array([g in ("B", "C") for g in grades])
        takes = np.array([g in ("A1", "A") for g in grades]) * reported
        pool = self.moved * float((reported - agreed)[given].sum())
        return agreed + (pool * takes / takes.sum() if takes.sum() > 0 else 0.0)
