"""What a reporting model must do: say what each institution would report as its yearly demand.

All models share what happens to a report then: the law of the place reviews it (`Review`), and of what is sent on

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

from vbp_sim.rules.local.review import Review
from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.parts import Part, param, wrong
from vbp_sim.streams import Streams, Words, uniform_of, words_at

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class History:
    """What the institutions of one province know when they report.

    ``at`` (institutions,) are the counters of their draws. Shape (drugs, institutions): ``use`` units in the last
    calendar year before the report, and ``bought`` the selected product in the last contract year (0 before the first).
    Shape (drugs,): ``share`` is the guaranteed share of the reported volume that they expect, ``brand`` what
    originators had of the use. ``rigour`` is how strictly the place enforces what is asked, a standard normal draw.
    ``over`` is the penalty of a unit agreed and not bought, ``under`` of one bought far beyond the report, in prices.
    """

    round: str
    drugs: tuple[str, ...]
    at: Words
    use: Floats
    share: Floats
    bought: Floats
    brand: Floats | float = 0.0
    rigour: float = 0.0
    over: float = 0.0
    under: float = 0.0


class Reporting(Part):
    """Kind: how institutions report their demand."""

    kind: ClassVar[str] = "reporting"

    growth: float = param(0.0, "growth of need that institutions expect", "share", ge=-0.9, le=2)
    named: Portion = param(
        0.77,
        "part of the volume that is reported by brand, where the rules ask for brands",
        "share",
        "batch 11: 77 % of reporting was by brand [S28], [S43]",
        "S",
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

    def report(self, history: History, review: Review, luck: Streams) -> Floats:
        """Return reported volumes as the provinces send them on, units per year, shape (drugs, institutions)."""
        wished, excuse = self.wished(history, luck), np.ones(())
        if review.explained > 0:
            keys = luck.keys("reporting.excuse", history.drugs, history.round)
            excuse = uniform_of(words_at(keys[:, None], history.at))
        return review.sent_on(wished, history.use, history.bought, excuse)

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


class Answering(Reporting):
    """Reports that answer to penalties for wrong ones."""

    penalty_weight: float = param(
        1.0,
        "loss by a penalty of the whole price of a unit, over that of a unit needed beyond the agreed volume",
        source="assumption: no answer to penalties is published, so 0 is possible",
        ge=0,
        le=100,
    )


class Foreseeing(Reporting):
    """Reports by the demand for the selected product that an institution expects, and how sure it is of that."""

    cv_low: float = param(0.2, "least uncertainty of an institution about its demand (sd / mean)", gt=0, le=2)
    cv_high: float = param(0.5, "largest uncertainty of an institution about its demand (sd / mean)", gt=0, le=2)
    expected_share: float = param(
        0.72,
        "share of a drug's use that institutions expect the selected product to take",
        source="71.66 % after the pilot [B2]; taken as foreseen",
        confidence="I",
        gt=0,
        le=1,
    )

    @model_validator(mode="after")
    def in_order(self) -> Foreseeing:
        if self.cv_low > self.cv_high:
            raise wrong("cv_low", f"cv_low ({self.cv_low:g}) lies above cv_high ({self.cv_high:g})")
        return self

    def foreseen(self, history: History, luck: Streams) -> tuple[Floats, Floats]:
        """Return the expected demand, units per year, and its uncertainty (sd / mean), (drugs, institutions)."""
        keys = luck.keys("reporting.cv", history.drugs, history.round)
        drawn = uniform_of(words_at(keys[:, None], history.at))
        cv = self.cv_low + (self.cv_high - self.cv_low) * drawn
        return history.use * (1 + self.growth) * self.expected_share, cv
