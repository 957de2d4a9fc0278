"""Reliability blocks: ingredient, plant and line in series, each with copies in parallel (models S4, [B4]).

A product is made while every block has a copy that works. Copies fail and are repaired on their own, so with rate l
and repair rate m a block of n copies is down for the part (l / (l + m))^n of the time, and the availability of the
product is the product of its blocks' availabilities. How often the whole fails and how long that lasts follow from the
frequency balance of Markov chains (frequency x mean down time = unavailability):

    a block     U = (l / (l + m))^n,   leaves the down state n m U times a year
    the whole   A = prod (1 - U_i),    fails sum_i n_i m_i U_i prod_{j != i} (1 - U_j) times a year

The model keeps this rate and this mean; the times themselves are drawn as exponential.
"""

from __future__ import annotations

import math
from typing import Literal

from vbp_sim.agents.supply.interface import Line
from vbp_sim.agents.supply.renewal import Renewal
from vbp_sim.scenario.parts import Frozen, param


class Block(Frozen):
    """One stage of production."""

    rate: float = param(0.05, "failures of one copy", "per year", ge=0, le=50)
    repair_months: float = param(5.0, "mean time until a failed copy works again", "months", gt=0, le=120)
    copies: int = param(1, "copies, of which one is enough", "copies", ge=1, le=20)

    @property
    def down(self) -> float:
        """Part of the time in which no copy works."""
        failed = self.rate / (self.rate + 12 / self.repair_months)
        return float(failed**self.copies)

    @property
    def returns(self) -> float:
        """Times a year that the block works again after none of its copies did."""
        return self.down * self.copies * 12 / self.repair_months


class ReliabilityBlocks(Renewal):
    """A product that needs its ingredient, its plant and its line at once."""

    model: Literal["reliability-blocks"] = "reliability-blocks"
    ingredient: Block = param(Block(rate=0.05, repair_months=5), "sources of the active ingredient")
    plant: Block = param(Block(rate=0.02, repair_months=9), "plants that may make the product")
    line: Block = param(Block(rate=0.10, repair_months=2), "production lines in the plant")

    @property
    def blocks(self) -> tuple[Block, ...]:
        """All stages, in series."""
        return self.ingredient, self.plant, self.line

    def availability(self) -> float:
        """Part of the time in which the product can be made at the usual margin."""
        return math.prod(1 - block.down for block in self.blocks)

    def failures(self, line: Line) -> tuple[float, float]:
        """See `Renewal.failures`: failures per year of being up, and months until the product is back."""
        up = self.availability()
        times = sum(block.returns * up / (1 - block.down) for block in self.blocks)
        return times / up, 12 * (1 - up) / times if times > 0 else 0.0
