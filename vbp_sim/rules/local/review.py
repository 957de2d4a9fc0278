"""Review of reports: what a province sends back, and what it holds institutions to. Of a report R:

    limits     highest x use >= R >= lowest x use, unless an institution may explain a smaller report (``excused``)
    ratchet    R >= ratchet x what was bought of the selected product in the contract year before

Example: `reporting: {rule: limits, lowest: 0.8, ratchet: 0.8}`.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, Literal

import numpy as np
from pydantic import model_validator

from vbp_sim.rules.arrays import FloatArray
from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.parts import Rule, param, wrong


class Review(Rule):
    """Kind: how a province reviews what its institutions report."""

    kind: ClassVar[str] = "review"

    @property
    @abstractmethod
    def explained(self) -> float:
        """Part of the institutions whose smaller reports are explained and kept, 0 to 1."""

    @abstractmethod
    def sent_on(
        self, wished: FloatArray, use: FloatArray, bought: FloatArray, excuse: FloatArray | float
    ) -> FloatArray:
        """Return reports as the province sends them on, units per year; all arrays have one shape.

        ``wished`` is what institutions would report, ``use`` what they used in the year before, ``bought`` of it the
        selected product in the last contract year; who draws an ``excuse`` (0 to 1) under `explained` may explain.
        """


class Limits(Review):
    """Reports lie between two multiples of past use, and in renewals above a part of what was bought."""

    rule: Literal["limits"] = "limits"
    lowest: Portion = param(
        0.5,
        "least report that passes the review, over past use; provinces send smaller ones back",
        "share",
        "assumption; batch 11 asks 0.8 [S26]",
    )
    highest: float = param(1.0, "largest report that passes the review, over past use", "share", gt=0, le=5)
    excused: Portion = param(
        0.0,
        "part of the institutions that explain a smaller report and may keep it",
        "share",
        "assumption; batch 11 lets exceptions be explained [S33]",
    )
    ratchet: Portion = param(
        0.0,
        "least report of a renewal over what was bought of the selected product in the last contract year",
        "share",
        "assumption; renewals ask for reports by the use of the year before, 0.8 would be a firm floor",
    )

    @model_validator(mode="after")
    def limits_in_order(self) -> Limits:
        if self.lowest > self.highest:
            raise wrong("lowest", f"lowest ({self.lowest:g}) lies above highest ({self.highest:g})")
        return self

    @property
    def explained(self) -> float:
        """See `Review.explained`."""
        return self.excused

    def sent_on(
        self, wished: FloatArray, use: FloatArray, bought: FloatArray, excuse: FloatArray | float
    ) -> FloatArray:
        """See `Review.sent_on`."""
        kept = np.minimum(wished, self.highest * use)
        reported = np.where(excuse < self.excused, kept, np.clip(wished, self.lowest * use, self.highest * use))
        return np.asarray(np.maximum(reported, self.ratchet * bought))
