"""Grading: the class of each winner (A1, A, B, C), which decides its guaranteed share.

    none      no classes: all winners are alike
    by-lines  A at or under one price line, B at or under another, C the rest; the lowest A is A1 (insulin)

Example: `grading: {rule: by-lines, a_line: 0.5, b_line: 0.7}`.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from vbp_sim.rules.contest import Contest, Verdict
from vbp_sim.rules.money import at_most, exact
from vbp_sim.scenario.parts import Rule


class Grading(Rule):
    """Decides the class of each winner."""

    kind: ClassVar[str] = "grading"

    def grades(self, contest: Contest, verdict: Verdict) -> tuple[str, ...]:
        """Return one class per firm, "" for who is not selected and where there are no classes."""
        return ("",) * len(contest.tender.firms)


class Ungraded(Grading):
    """No winner has a class."""

    rule: Literal["none"] = "none"


class ByLines(Grading):
    """The lines are shares of the ceiling; what counts is the price at which a firm is selected."""

    rule: Literal["by-lines"] = "by-lines"
    a_line: float = Field(description="highest price of class A over the ceiling", gt=0, le=1)
    b_line: float = Field(description="highest price of class B over the ceiling", gt=0, le=1)

    @model_validator(mode="after")
    def in_order(self) -> ByLines:
        if self.a_line > self.b_line:
            raise ValueError(f"the line of class A ({self.a_line:g}) is above the line of class B ({self.b_line:g})")
        return self

    def grades(self, contest: Contest, verdict: Verdict) -> tuple[str, ...]:
        a, b = (int(at_most(exact(line), contest.book.ceiling)) for line in (self.a_line, self.b_line))
        lowest = verdict.order[0] if verdict.order else -1
        found = []
        for j, price in enumerate(verdict.price.tolist()):
            grade = "A" if price <= a else "B" if price <= b else "C"
            found.append("" if price == 0 else "A1" if grade == "A" and j == lowest else grade)
        return tuple(found)
