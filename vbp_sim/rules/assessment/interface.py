"""Assessment: did an institution do its duty, and with how many points."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from vbp_sim.rules.arrays import BoolArray, FloatArray
from vbp_sim.scenario.parts import Part, param


class Assessment(Part):
    """Decides who passes, and scores from 0 to 100; all arrays have one shape."""

    kind: ClassVar[str] = "assessment"
    tag: ClassVar[str] = "rule"

    shortage_exempt: bool = param(
        True,
        "orders that were not delivered count as bought when completion is judged",
        unit="yes/no",
        source="[E3], notice of December 2024",
        confidence="S",
    )

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
        """Return who passes the gates. ``completion`` is bought over agreed volume, the share is by
        quantity.
        """

    @abstractmethod
    def score(self, completion: FloatArray, nonselected_share: FloatArray, on_time: FloatArray) -> FloatArray:
        """Return points, 0 to 100. ``on_time``: share of bills paid in time."""
