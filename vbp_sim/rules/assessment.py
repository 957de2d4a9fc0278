"""Assessment: did an institution do its duty at the end of a contract year, and with how many points.

    points  the gates of the December 2024 notice, points as a stand-in

Example: `assessment: {rule: points, gate_completion: 1.0, nonselected_cap: 0.5}`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np
from pydantic import model_validator

from vbp_sim.rules.arrays import BoolArray, FloatArray
from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.parts import Rule, param

ASSUMED = "assumption: no province's table of points was found"
EXCUSED = "assumption: [E3] names the cause, nobody says how often"


class Assessment(Rule):
    """Decides who passes, and scores from 0 to 100; all arrays have one shape."""

    kind: ClassVar[str] = "assessment"

    shortage_exempt: bool = param(
        True,
        "orders that were not delivered count as bought when completion is judged",
        "yes/no",
        "[E3], notice of December 2024",
        "S",
    )
    changed_need: Portion = param(
        0.0,
        "part of the institutions excused for a drug and year by a changed clinical need",
        "share",
        EXCUSED,
    )
    emergency: Portion = param(
        0.0, "part of the institutions excused for a drug and year by an emergency", "share", EXCUSED
    )
    seasonal: Portion = param(
        0.0, "part of the institutions excused for a drug and year because it is seasonal", "share", EXCUSED
    )

    @property
    def excuses(self) -> Mapping[str, float]:
        """Part of the institutions that are excused, by cause; causes that excuse nobody are left out."""
        causes = {"changed-need": self.changed_need, "emergency": self.emergency, "seasonal": self.seasonal}
        return {cause: part for cause, part in causes.items() if part > 0}

    @property
    @abstractmethod
    def task(self) -> float:
        """Completion that the assessment asks for."""

    @property
    @abstractmethod
    def most_nonselected(self) -> float:
        """Highest share of products that are not selected with which an institution passes."""

    @abstractmethod
    def passed(self, completion: FloatArray, nonselected_share: FloatArray) -> BoolArray:
        """Return who passes the gates. ``completion`` is bought over agreed volume, the share is by quantity."""

    @abstractmethod
    def score(self, completion: FloatArray, nonselected_share: FloatArray, on_time: FloatArray) -> FloatArray:
        """Return points, 0 to 100. ``on_time``: share of bills paid in time."""


class Points(Assessment):
    """Missing the agreed volume or the limit of non-selected use fails; points add up to 100."""

    rule: Literal["points"] = "points"
    gate_completion: float = param(
        1.0, "completion below which an institution fails", "share", "[E3], notice of December 2024", "S", ge=0, le=2
    )
    nonselected_cap: float = param(
        0.5,
        "highest share of non-selected products in the use of a drug",
        "share",
        "[E14]: 3 of 31 provinces say 5:5 in 2026, 25 ask for completion only",
        "M",
        gt=0,
        le=1,
    )
    completion_points: float = param(40, "points for completion", "points", ASSUMED, ge=0, le=100)
    nonselected_points: float = param(20, "points for little non-selected use", "points", ASSUMED, ge=0, le=100)
    on_time_points: float = param(15, "points for paying in time", "points", ASSUMED, ge=0, le=100)
    other_points: float = param(
        25,
        "points for platform buying, rational use and accurate reports, held to be earned",
        "points",
        ASSUMED,
        ge=0,
        le=100,
    )

    @model_validator(mode="after")
    def add_up(self) -> Points:
        total = self.completion_points + self.nonselected_points + self.on_time_points + self.other_points
        if abs(total - 100) > 1e-9:
            raise ValueError(f"points must add up to 100; they add up to {total:g}")
        return self

    @property
    def task(self) -> float:
        return self.gate_completion

    @property
    def most_nonselected(self) -> float:
        return self.nonselected_cap

    def passed(self, completion: FloatArray, nonselected_share: FloatArray) -> BoolArray:
        return np.asarray((completion >= self.gate_completion) & (nonselected_share <= self.nonselected_cap))

    def score(self, completion: FloatArray, nonselected_share: FloatArray, on_time: FloatArray) -> FloatArray:
        room = max(1.0 - self.nonselected_cap, 1e-12)
        return np.asarray(
            self.completion_points * np.minimum(1.0, completion)
            + self.nonselected_points * np.minimum(1.0, (1.0 - nonselected_share) / room)
            + self.on_time_points * np.asarray(on_time)
            + self.other_points
        )
