"""What all models share in which a product is up, fails, and recovers: margins, exits and flaws.

    failures per year   rate x exp(-sensitivity (margin - usual margin)),   repair exponential
    giving up for good  default rate + exit rate x max(0, (exit margin - margin) / 0.1)
    flaws               failed batches and breaches x exp(-flaw sensitivity (margin - usual margin)) (1 - attention)^i

with i the inspections a year beyond the first. So a product sold below its cost fails more often and may leave; that it
is of worse quality is not assumed. No product fails more than once a day.
"""

from __future__ import annotations

import math
from abc import abstractmethod

from vbp_sim.agents.supply.interface import Line, Outage, Supply
from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.parts import param
from vbp_sim.streams import Streams

_YEAR = 365.25


class Renewal(Supply):
    """Exponential up and down times; a thin margin shortens the up times."""

    sensitivity: float = param(
        1.7,
        "how failures fall with the margin",
        "per unit of margin",
        "odds ratio 1.67 of low-priced generics [B5]",
        "S",
        ge=0,
        le=20,
    )
    usual_margin: float = param(0.4, "margin at which the rates hold", "share of the price", ge=-1, le=1)
    default_rate: float = param(
        0.0025,
        "formal defaults, by product",
        "per year",
        "the first one among some 351 selected products by Aug 2021 [S45], about 400 product-years; 0.0002 to 0.005: "
        "no other formal one is known in about 5,000, and what provinces settle among themselves is not counted",
        "D",
        ge=0,
        le=10,
    )
    exit_rate: float = param(0.02, "exits per 10 % of negative margin", "per year", ge=0, le=10)
    exit_margin: float = param(
        0.0,
        "margin under which exits begin",
        "share of the price",
        "assumption, 0 to 0.3: a firm may ask for a profit; no exit was found with its margin",
        ge=-1,
        le=0.9,
    )
    failed_batches: float = param(
        0.0,
        "batches that fail the standard; 0.0003 and 0.0009 are values to try, all drugs have about 0.005",
        "share",
        "none of 3,435 sampled VBP batches failed in 2023, which excludes more than 0.0009; 77 of 16,645 batches of "
        "all drugs in 2020",
        "D",
        ge=0,
        le=1,
    )
    breaches: float = param(
        0.0,
        "times that a plant falls out of good practice, so that it fails the next inspection; 0.002 is a rate to try",
        "per year",
        "9 of more than 1,600 selected products were disqualified for quality by Feb 2025 (nhsa.gov.cn), 0.0018 in "
        "about 5,000 product-years; 0.0004 to 0.004",
        "D",
        ge=0,
        le=12,
    )
    flaw_sensitivity: float = param(
        0.0,
        "how failed batches and breaches fall with the margin; 1.5 is a stress test",
        "per unit of margin",
        "no failure was found at VBP prices, so 0; 0 to 3",
        "D",
        ge=0,
        le=20,
    )
    attention: Portion = param(
        0.0,
        "part of failed batches and breaches that one more inspection a year prevents",
        "share",
        "nothing published, so 0; 0 to 0.5",
        "U",
    )
    recall_months: float = param(9.0, "least time that a recalled product is away", "months", gt=0, le=120)
    recall_longest: float = param(
        18.0, "longest time that a recalled product is away", "months", "line back in 9 to 18 months", "M", gt=0, le=240
    )

    @abstractmethod
    def failures(self, line: Line) -> tuple[float, float]:
        """Return the failures per year at the usual margin, and the mean months until the product is back."""
        raise NotImplementedError

    def outage(self, line: Line, occasion: int, luck: Streams) -> Outage:
        """See `Supply.outage`."""
        rate, months = self.failures(line)
        failing = self._yearly(rate, self.sensitivity, line.margin)
        leaving = self.default_rate + self.exit_rate * max(0.0, (self.exit_margin - line.margin) / 0.1)
        total = failing + leaving
        if total <= 0:
            return Outage(math.inf, 0.0, final=False)
        where = (line.drug, line.manufacturer, occasion)
        after = float(luck.exponential("supply.up", *where)) / total * _YEAR
        fate = float(luck.uniform("supply.fate", *where)) * total
        lasts = float(luck.exponential("supply.down", *where)) * months * _YEAR / 12
        return Outage(after, lasts, final=fate < leaving)

    def flaws(self, line: Line, inspections: float) -> tuple[float, float]:
        """See `Supply.flaws`."""
        times = self._times(self.flaw_sensitivity, line.margin) * (1 - self.attention) ** max(0.0, inspections - 1)
        return min(1.0, self.failed_batches * times), min(_YEAR, self.breaches * times)

    def away(self, fate: float) -> float:
        """See `Supply.away`."""
        return self.recall_months + fate * max(0.0, self.recall_longest - self.recall_months)

    def _yearly(self, rate: float, sensitivity: float, margin: float) -> float:
        """Times a year at a margin, from the rate at the usual one."""
        return min(_YEAR, rate * self._times(sensitivity, margin))

    def _times(self, sensitivity: float, margin: float) -> float:
        """A rate at a margin over that at the usual one."""
        return math.exp(min(99.0, sensitivity * (self.usual_margin - margin)))
