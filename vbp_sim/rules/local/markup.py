"""Mark-up: what hospitals add to the price of drugs, and what makes up for its abolition.

Example: `markup: {rule: percent, rate: 0.15}`.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.parts import Rule, param

#: mark-up on the purchase price that hospitals were allowed until it was abolished (2009 to 2017)
ABOLISHED = 0.15


class Markup(Rule):
    """Kind: mark-up on drugs, its compensation, and what of it staff are paid."""

    kind: ClassVar[str] = "markup"


class Percent(Markup):
    """A part of the price of every drug used, on top of it."""

    rule: Literal["percent"] = "percent"
    rate: float = param(
        0.0,
        "mark-up on the price of drugs",
        "share",
        "abolished by September 2017; 0.15 before",
        "S",
        ge=0,
        le=1,
    )
    compensation: float = param(
        0.0,
        "what the fund pays hospitals, through prices of services, over the mark-up of 15 % that is missing",
        "share",
        "norm 8:1:1 from prices, government and savings; 0: it was paid before the first round",
        "M",
        ge=0,
        le=2,
    )
    tied: Portion = param(
        0.0,
        "part of the mark-up and of gains from case payment and budgets that is paid to staff",
        "share",
        "pay must not be linked to income from drugs; up to 0.3 as commission, no page found",
        "G",
    )

    def missing(self) -> float:
        """Return the part of the price that hospitals lost when the mark-up fell, 0 to 0.15."""
        return max(0.0, ABOLISHED - self.rate)
