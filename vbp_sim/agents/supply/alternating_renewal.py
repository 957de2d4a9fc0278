"""Alternating renewal: a product is up, fails, and recovers.

    failures per year   rate x exp(-sensitivity (margin - usual margin)),   repair exponential
    giving up for good  default rate + exit rate x max(0, -margin / 0.1)

so that a product sold below its cost fails more often and may leave. Unavailability without stock is
rate / (rate + 1 / repair time) (V16).
"""

from __future__ import annotations

import math
from typing import Literal

from vbp_sim.agents.supply.interface import Line, Outage, Supply
from vbp_sim.scenario.parts import param
from vbp_sim.streams import Streams

_YEAR = 365.25


class AlternatingRenewal(Supply):
    """Exponential up and down times; a thin margin shortens the up times."""

    model: Literal["alternating-renewal"] = "alternating-renewal"
    rate_oral: float = param(0.05, "failures of an oral product", unit="per year", ge=0, le=50)
    rate_injection: float = param(
        0.12, "failures of an injection", unit="per year", source="assumption, after a lean injectable chain [B4]",
        ge=0, le=50,
    )
    repair_months: float = param(5.0, "mean time until a failed product is supplied again", unit="months", gt=0, le=120)
    sensitivity: float = param(
        1.7, "how failures fall with the margin", unit="per unit of margin",
        source="odds ratio 1.67 of low-priced generics [B5]", confidence="S", ge=0, le=20,
    )
    usual_margin: float = param(0.4, "margin at which the rates hold", unit="share of the price", ge=-1, le=1)
    default_rate: float = param(
        0.005, "formal defaults of a supplier", unit="per year",
        source="one case in 2.4 years of the scheme [S45], a lower bound", confidence="I", ge=0, le=10,
    )
    exit_rate: float = param(0.02, "exits per 10 % of negative margin", unit="per year", ge=0, le=10)
    committed_capacity: float = param(
        1.5, "least capacity of a winner over its agreed volume: bidders commit that they can supply it",
        source="assumption; a tender condition without a published multiple", unit="x", ge=1, le=10,
    )
    stock_months: float = param(1.5, "stock that a supplier aims at", unit="months of orders", ge=0, le=24)
    catch_up: float = param(
        0.10, "rise of capacity per month while orders exceed it", unit="share per month", ge=0, le=1
    )
    coverage: float = param(
        0.8, "part of a gap that a backup or another winner can cover with its spare capacity", unit="share", ge=0, le=1
    )
    switchable: float = param(
        0.85, "part of the selected volume still missing that institutions replace by non-selected products",
        unit="share", ge=0, le=1,
    )

    def outage(self, line: Line, occasion: int, luck: Streams) -> Outage:
        """See `Supply.outage`."""
        base = self.rate_oral if line.form.startswith("oral") else self.rate_injection
        failing = base * math.exp(-self.sensitivity * (line.margin - self.usual_margin))
        leaving = self.default_rate + self.exit_rate * max(0.0, -line.margin / 0.1)
        total = failing + leaving
        if total <= 0:
            return Outage(math.inf, 0.0, final=False)
        where = (line.round, line.drug, line.manufacturer, occasion)
        after = float(luck.exponential("supply.up", *where)) / total * _YEAR
        lasts = float(luck.exponential("supply.down", *where)) * self.repair_months * _YEAR / 12
        final = float(luck.uniform("supply.fate", *where)) < leaving / total
        return Outage(after, lasts, final)
