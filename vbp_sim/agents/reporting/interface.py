"""What a reporting model must do: say what each institution would report as its yearly demand.

All models share what happens to a report then:

    review     highest use >= R >= lowest use, unless an institution may explain a smaller report (``excused``)
    ratchet    R >= ratchet x what was bought of the selected product in the contract year before
    brands     named R is reported by brand, over brands by share^loyalty, originators weighing ``originators_named``
               times as much; the rest by generic name
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import model_validator

from vbp_sim.scenario.parts import Part, param, wrong
from vbp_sim.streams import Streams, uniform_of, words_at

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class History:
    """What the institutions of one province know when they report.

    Shape (drugs, institutions): ``use`` units in the year before the report, and ``bought`` of it the selected product
    in the last contract year (0 before the first). ``share`` is the guaranteed share of the reported volume that they
    expect, shape (drugs,).
    """

    round: str
    province: str
    drugs: tuple[str, ...]
    use: Floats
    share: Floats
    bought: Floats


class Reporting(Part):
    """Kind: how institutions report their demand."""

    kind: ClassVar[str] = "reporting"

    growth: float = param(0.0, "growth of need that institutions expect", unit="share", ge=-0.9, le=2)
    lowest: float = param(
        0.5,
        "least report that passes the review, over past use; provinces send smaller ones back",
        unit="share",
        source="assumption; batch 11 asks 0.8 [S26]",
        ge=0,
        le=1,
    )
    highest: float = param(1.0, "largest report that passes the review, over past use", unit="share", gt=0, le=5)
    excused: float = param(
        0.0,
        "part of the institutions that explain a smaller report and may keep it",
        unit="share",
        source="assumption; batch 11 lets exceptions be explained [S33]",
        ge=0,
        le=1,
    )
    ratchet: float = param(
        0.0,
        "least report of a renewal over what was bought of the selected product in the last contract year",
        unit="share",
        source="assumption; renewals ask for reports by the use of the year before, 0.8 would be a firm floor",
        ge=0,
        le=1,
    )
    named: float = param(
        0.77,
        "part of the volume that is reported by brand, where the rules ask for brands",
        unit="share",
        source="batch 11: 77 % of reporting was by brand [S28], [S43]",
        confidence="S",
        ge=0,
        le=1,
    )
    loyalty: float = param(
        1.0, "power of brands' earlier shares in what is reported for them; 0 names all alike", ge=0, le=10
    )

    originators_named: float = param(
        1.0,
        "weight of originators among the brands that are named; below 1 where institutions expect them to lose",
        source="assumption; three quarters of what was named in batch 11 was met [S43]",
        ge=0,
        le=10,
    )

    @model_validator(mode="after")
    def limits_in_order(self) -> Reporting:
        if self.lowest > self.highest:
            raise wrong("lowest", f"lowest ({self.lowest:g}) lies above highest ({self.highest:g})")
        return self

    def report(self, history: History, luck: Streams) -> Floats:
        """Return reported volumes as the provinces send them on, units per year, shape (drugs, institutions)."""
        wished = self.wished(history, luck)
        reported = np.clip(wished, self.lowest * history.use, self.highest * history.use)
        if self.excused > 0:
            kept = np.minimum(wished, self.highest * history.use)
            keys = luck.keys("reporting.excuse", history.drugs, history.round, history.province)
            excuse = uniform_of(words_at(keys[:, None], np.arange(wished.shape[1])))
            reported = np.where(excuse < self.excused, kept, reported)
        return np.asarray(np.maximum(reported, self.ratchet * history.bought))

    @abstractmethod
    def wished(self, history: History, luck: Streams) -> Floats:
        """Return what institutions would report if nobody reviewed it, units per year, shape (drugs, institutions)."""
        raise NotImplementedError

    def by_brand(self, reported: Floats, shares: Floats, originator: Bools) -> Floats:
        """Return what of the reported volume (provinces,) is for each brand, units per year, (provinces, brands).

        ``shares`` (brands,) are their earlier shares, ``originator`` (brands,) says which are the originators'; the
        rest of the volume is reported by generic name.
        """
        weights = shares**self.loyalty * np.where(originator, self.originators_named, 1.0)
        total = float(weights.sum())
        parts = weights / total if total > 0 else np.full(len(shares), 1 / max(len(shares), 1))
        return np.asarray(self.named * reported[:, None] * parts)
