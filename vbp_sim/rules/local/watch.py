"""Watch: what a province looks at while an agreement year runs, and what follows from it.

    none     nobody looks before the assessment
    monthly  progress month by month, marks, and a ladder of consequences

    progress  bought so far / (agreed volume x part of the year that is over)
    mark      red below ``red``, or from ``access_month`` on where the product is not stocked; yellow below ``yellow``
    ladder    interview after every ``interview_after`` red months in a row -> points off the score -> failed rating
              year end: deduction of a part of the value that was missed, and a smaller budget next year

Example: `watch: {rule: monthly, red: 0.8, interview_after: 2, deduction: 0.05}`.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt
from pydantic import model_validator

from vbp_sim.rules.arrays import BoolArray, FloatArray
from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.parts import Rule, param, wrong

#: marks as numbers, (drugs, institutions)
Marks = npt.NDArray[np.int64]
YELLOW, RED = 1, 2


class Watch(Rule):
    """Kind: what is looked at between the start of an agreement year and its assessment; here, nothing."""

    kind: ClassVar[str] = "watch"

    @property
    def watches(self) -> bool:
        """Whether anything is looked at."""
        return False

    def marks(self, progress: FloatArray, unstocked: BoolArray, gone: FloatArray) -> Marks:
        """Return the mark of each institution and drug, 0 = none, from its ``progress``, whether the selected product
        is ``unstocked``, and the months of the agreement year that are ``gone``; all of one shape."""
        return np.zeros(np.shape(progress), dtype=np.int64)

    def interviewed(self, red: Marks) -> BoolArray:
        """Return who is interviewed after so many ``red`` months in a row, same shape."""
        return np.zeros(np.shape(red), dtype=np.bool_)

    def points(self, interviews: Marks) -> FloatArray:
        """Return the points that the interviews of an agreement year take off its score, same shape."""
        return np.zeros(np.shape(interviews))

    def failed(self, interviews: Marks) -> BoolArray:
        """Return who fails the assessment whatever it bought, same shape."""
        return np.zeros(np.shape(interviews), dtype=np.bool_)

    def deducted(self, missed: FloatArray) -> FloatArray:
        """Return what institutions pay to the fund, yuan, for a value that they agreed to and ``missed``, yuan."""
        return np.zeros(np.shape(missed))

    def next_budget(self, missed: FloatArray) -> FloatArray:
        """Return next year's budget over what it would be, same shape as the value ``missed``."""
        return np.ones(np.shape(missed))


class Unwatched(Watch):
    """Nobody looks before the year is assessed."""

    rule: Literal["none"] = "none"


class Monthly(Watch):
    """Progress is looked at at the beginning of every month of an agreement year but the first ones."""

    rule: Literal["monthly"] = "monthly"
    from_month: int = param(
        3,
        "months of an agreement year after which progress is looked at",
        "months",
        "assumption: the first warning comes a quarter behind schedule, memory",
        "M",
        ge=1,
        le=12,
    )
    yellow: float = param(
        0.9, "progress below which an institution is marked yellow", "share", "assumption", ge=0, le=2
    )
    red: float = param(
        0.8,
        "progress below which an institution is marked red",
        "share",
        "alert rule of a software vendor, in an index of public code files; weak",
        "M",
        ge=0,
        le=2,
    )
    access_month: int | None = param(
        3,
        "months after which an institution is marked red that does not stock what it agreed to; null: never",
        "months",
        "[E3]: access is looked at from month 3 on",
        "S",
        ge=1,
        le=12,
    )
    interview_after: int | None = param(
        2,
        "months of red in a row after which an institution is interviewed, and so on; null: never",
        "months",
        "assumption; lists and interviews are named in [E3], not their times",
        ge=1,
        le=12,
    )
    interview_points: float = param(
        5.0, "points off the score of the year for each interview", "points", "assumption", ge=0, le=100
    )
    failed_after: int | None = param(
        None,
        "interviews in an agreement year with which an institution fails the assessment; null: never",
        "interviews",
        "assumption",
        ge=1,
        le=12,
    )
    deduction: Portion = param(
        0.0,
        "part of the value of what was agreed and not bought that institutions pay to the fund at the end of the year",
        "share",
        "assumption: deductions of 1 to 5 % of a month's insurance payment exist, memory; on what, is not known",
        "M",
    )
    budget_cut: Portion = param(
        0.0,
        "part by which the budget of a drug is smaller in the year after one in which the agreed volume was missed",
        "share",
        "assumption: smaller budgets exist, memory; their size is not known",
        "M",
    )

    @model_validator(mode="after")
    def in_order(self) -> Monthly:
        if self.red > self.yellow:
            raise wrong("red", f"red ({self.red:g}) lies above yellow ({self.yellow:g})")
        return self

    @property
    def watches(self) -> bool:
        """See `Watch.watches`."""
        return True

    def marks(self, progress: FloatArray, unstocked: BoolArray, gone: FloatArray) -> Marks:
        """See `Watch.marks`."""
        found = np.where(progress < self.red, RED, np.where(progress < self.yellow, YELLOW, 0))
        found = np.where(np.asarray(gone) >= self.from_month, found, 0)
        if self.access_month is not None:
            found = np.where(unstocked & (np.asarray(gone) >= self.access_month), RED, found)
        return np.asarray(found, dtype=np.int64)

    def interviewed(self, red: Marks) -> BoolArray:
        """See `Watch.interviewed`."""
        after = self.interview_after
        return super().interviewed(red) if after is None else np.asarray((red > 0) & (red % after == 0))

    def points(self, interviews: Marks) -> FloatArray:
        """See `Watch.points`."""
        return np.asarray(self.interview_points * interviews)

    def failed(self, interviews: Marks) -> BoolArray:
        """See `Watch.failed`."""
        return super().failed(interviews) if self.failed_after is None else np.asarray(interviews >= self.failed_after)

    def deducted(self, missed: FloatArray) -> FloatArray:
        """See `Watch.deducted`."""
        return np.asarray(self.deduction * missed)

    def next_budget(self, missed: FloatArray) -> FloatArray:
        """See `Watch.next_budget`."""
        return np.where(np.asarray(missed) > 0, 1 - self.budget_cut, 1.0)
