"""A capacity that pays: the thinner the margin, the less of it is installed before the contract (models S2).

    P(orders > C) = k / (P - c + f)

with k the yearly cost of a unit of capacity, P - c what a unit earns and f what a unit short costs: a penalty, and the
damages that the rules claim for a long shortage. So low prices make shortages, and hard clauses prevent them. Lines
that are not kept for the contract make something else: the capacity that the firm had before does not matter.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Literal

from vbp_sim.agents.supply.capacity.interface import Capacity, Commitment
from vbp_sim.scenario.parts import param


class NewsvendorCapacity(Capacity):
    """Capacity against log-normal orders; the margin and the penalty decide how much."""

    model: Literal["newsvendor"] = "newsvendor"
    unit_cost: float = param(0.03, "yearly cost of keeping capacity for one unit", unit="of the ceiling", gt=0, le=10)
    penalty: float = param(
        0.10, "what a firm loses for a unit that it cannot deliver, beside damages", unit="of the ceiling", ge=0, le=100
    )
    shortage_days: float = param(
        120.0, "days of shortage for which a firm reckons with the rules' damages", unit="days", ge=0, le=3650
    )
    orders: float = param(
        1.91,
        "mean yearly orders that firms expect, over the agreed volume",
        source="completion of the pilot's contract year, 191.4 % [B1]",
        confidence="S",
        unit="x",
        gt=0,
        le=20,
    )
    spread: float = param(0.35, "coefficient of variation of these orders", gt=0, le=3)

    def installed(self, signed: Commitment) -> float:
        """See `Capacity.installed`."""
        damages = signed.price * signed.failure.damages_share(self.shortage_days)
        gain = signed.price - signed.cost + self.penalty * signed.ceiling + damages
        short = self.unit_cost * signed.ceiling / gain if gain > 0 else math.inf
        if short >= 1:
            return signed.least
        sigma = math.sqrt(math.log1p(self.spread**2))
        over = math.exp(sigma * NormalDist().inv_cdf(1 - short) - sigma**2 / 2)
        return max(signed.agreed * self.orders * over, signed.least)
