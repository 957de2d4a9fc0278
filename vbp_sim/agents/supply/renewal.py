"""What all models share in which a product is up, fails, and recovers: margins, exits and recalls.

    failures per year   rate x exp(-sensitivity (margin - usual margin)),   repair exponential
    giving up for good  default rate + exit rate x max(0, (exit margin - margin) / 0.1)
    recalls             recall rate x exp(-recall sensitivity (margin - usual margin)), down for recall months

so that a product sold below its cost fails more often and may leave. No product fails, or is recalled, more than once
a day.
"""

from __future__ import annotations

import math
from abc import abstractmethod

from vbp_sim.agents.supply.interface import Line, Outage, Supply
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
        0.005,
        "formal defaults of a supplier",
        "per year",
        "one case in 2.4 years of the scheme [S45], a lower bound",
        "I",
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
    recall_rate: float = param(
        0.0,
        "recalls for quality, which take the supplier's stock back; 0.01 is a rate to try",
        "per year",
        "assumption; sampled VBP products fail in 0 to 0.4 % of batches, none was recalled in 2023",
        ge=0,
        le=10,
    )
    recall_sensitivity: float = param(1.5, "how recalls fall with the margin", "per unit of margin", ge=0, le=20)
    recall_months: float = param(9.0, "time that a recalled product is away", "months", gt=0, le=120)

    @abstractmethod
    def failures(self, line: Line) -> tuple[float, float]:
        """Return the failures per year at the usual margin, and the mean months until the product is back."""
        raise NotImplementedError

    def outage(self, line: Line, occasion: int, luck: Streams) -> Outage:
        """See `Supply.outage`."""
        rate, months = self.failures(line)
        failing = self._yearly(rate, self.sensitivity, line.margin)
        leaving = self.default_rate + self.exit_rate * max(0.0, (self.exit_margin - line.margin) / 0.1)
        recalled = self._yearly(self.recall_rate, self.recall_sensitivity, line.margin)
        total = failing + leaving + recalled
        if total <= 0:
            return Outage(math.inf, 0.0, final=False)
        where = (line.drug, line.manufacturer, occasion)
        after = float(luck.exponential("supply.up", *where)) / total * _YEAR
        fate = float(luck.uniform("supply.fate", *where)) * total
        if leaving <= fate < leaving + recalled:
            return Outage(after, self.recall_months * _YEAR / 12, final=False, recall=True)
        lasts = float(luck.exponential("supply.down", *where)) * months * _YEAR / 12
        return Outage(after, lasts, final=fate < leaving)

    def _yearly(self, rate: float, sensitivity: float, margin: float) -> float:
        """Times a year at a margin, from the rate at the usual one."""
        return min(_YEAR, rate * math.exp(min(99.0, sensitivity * (self.usual_margin - margin))))
