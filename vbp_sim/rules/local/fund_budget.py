"""Fund budget: what a province's insurance fund sets aside for the tendered drugs, its reserve, and when it warns.

Example: `fund_budget: {rule: yearly, growth: 0.05, reserve_months: 9}`.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from vbp_sim.scenario.parts import Rule, param


class FundBudget(Rule):
    """Kind: the budget of a province's fund for the tendered drugs."""

    kind: ClassVar[str] = "fund_budget"


class Yearly(FundBudget):
    """The need before any report at earlier prices, growing every year; a reserve of so many months of it at the
    start."""

    rule: Literal["yearly"] = "yearly"
    growth: float = param(
        0.0, "yearly growth of the budget for the tendered drugs", "share", "assumption", ge=-0.5, le=1
    )
    reserve_months: float = param(
        12.0,
        "reserve at the start, in months of the budget",
        "months",
        "assumption; pooled funds hold 6 to 9 months by rule, more on average",
        ge=0,
        le=120,
    )
    warning_months: float = param(
        6.0,
        "reserve below which the province warns, in months of what it pays",
        "months",
        "six to nine months are the rule; below that the fund is at risk",
        "M",
        ge=0,
        le=120,
    )
