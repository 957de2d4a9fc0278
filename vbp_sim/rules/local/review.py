"""Review of reports: what a province sends back, what it holds institutions to, and what wrong reports cost.

Of a report R, whose agreed volume is A, when C was bought in the contract year:

    limits     highest x use >= R >= lowest x use, unless an institution may explain a smaller report (``excused``)
    ratchet    R >= ratchet x what was bought of the selected product in the contract year before
    over       max(0, A - C): over_points x over / A off the score, over_fine x over x price to the fund
    under      max(0, C - under_from x R): under_points x min(1, under / R) off, under_fine x under x price to the fund

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
    """Kind: how a province reviews what its institutions report, and punishes reports that prove wrong."""

    kind: ClassVar[str] = "review"

    over_points: float = param(
        0.0,
        "points off the score where nothing of the agreed volume was bought, in proportion where a part was",
        "points",
        "assumption: no such penalty was found; who misses the agreed volume fails anyhow [E3]",
        ge=0,
        le=100,
    )
    over_fine: Portion = param(
        0.0,
        "part of the value of what was agreed and not bought that is fined",
        "share",
        "assumption: no such penalty was found",
    )
    under_from: float = param(
        1.5, "purchases over the report beyond which it was too small", "x", "assumption", ge=0, le=100
    )
    under_points: float = param(
        0.0,
        "points off the score where purchases exceed that by the whole report, in proportion where by a part",
        "points",
        "assumption: no penalty for small reports is known",
        ge=0,
        le=100,
    )
    under_fine: Portion = param(
        0.0,
        "part of the value of purchases beyond that which is fined",
        "share",
        "assumption: no penalty for small reports is known",
    )

    @property
    def over_cost(self) -> float:
        """Penalty of a unit agreed and not bought, in prices; 100 points count as one."""
        return self.over_fine + self.over_points / 100

    @property
    def under_cost(self) -> float:
        """Penalty of a unit bought beyond the limit, in prices; 100 points count as one."""
        return self.under_fine + self.under_points / 100

    def penalty(
        self, reported: FloatArray, agreed: FloatArray, bought: FloatArray, price: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return the points off the score and the fine in yuan for what was reported; arrays of one shape.

        Volumes are units of an agreement year: ``bought`` is what counts as bought when completion is judged, ``price``
        the selected price, yuan per unit. Without an agreed volume nothing is fined.
        """
        there, base = agreed > 0, np.maximum(reported, 1e-12)
        over, under = np.maximum(agreed - bought, 0.0), np.maximum(bought - self.under_from * reported, 0.0)
        points = self.over_points * over / np.maximum(agreed, 1e-12)
        points = points + self.under_points * np.minimum(1.0, under / base)
        fine = (self.over_fine * over + self.under_fine * under) * price
        return np.where(there, points, 0.0), np.where(there, fine, 0.0)

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
