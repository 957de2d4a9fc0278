"""Failure to supply: who takes over, and how soon.

    replacement  the province selects another supplier (before batch 7)
    backup       the province's backup supplier takes over (from batch 7)
    none         nobody takes over

Example: `failure: {rule: backup, days_to_backup: 7}`.
"""

from __future__ import annotations

import math
from typing import ClassVar, Literal

from pydantic import field_validator

from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.parts import Rule, param


class Failure(Rule):
    """Who takes over is the choice; damages are alike everywhere."""

    kind: ClassVar[str] = "failure"

    damages: dict[str, Portion] = param(
        {},
        "damages for late deliveries: share of the value that is not supplied, from so many days of shortage on, for "
        'example {"61": 0.2, "101": 0.3}; empty means none',
        "share of the value",
        "assumption: no scale was found; the example is that of Tamil Nadu's tenders (pharmabiz.com, 73309)",
    )

    @field_validator("damages")
    @classmethod
    def rising(cls, damages: dict[str, float]) -> dict[str, float]:
        """Days are whole numbers, and damages never fall."""
        if not all(days.isdigit() for days in damages):
            raise ValueError(f"damages: keys are days of shortage, such as 61; seen {', '.join(damages)}")
        ordered = {days: damages[days] for days in sorted(damages, key=int)}
        shares = list(ordered.values())
        if shares != sorted(shares):
            raise ValueError("damages: shares of the value must never fall with the days")
        return ordered

    def damages_share(self, days: float) -> float:
        """Damages over the value of a delivery that is still missing after so many days."""
        reached = [share for least, share in self.damages.items() if days >= int(least)]
        return reached[-1] if reached else 0.0

    @property
    def days_to_help(self) -> float:
        """Days until somebody else delivers; infinite where nobody does."""
        return float(getattr(self, "days_to_backup", math.inf))

    @property
    def takes_over(self) -> str:
        """Who supplies instead: ``backup``, ``replacement`` (another winner) or ``none``."""
        return self.part_name()


class ByReplacement(Failure):
    """Another winner of the drug is put in by a replacement selection."""

    rule: Literal["replacement"] = "replacement"
    days_to_backup: float = param(
        14,
        "days until the replacement delivers",
        "days",
        "ibuprofen, Shandong 2021: 8 to 14 days to the notice [S44]",
        "S",
        ge=0,
        le=3650,
    )


class ByBackup(Failure):
    """The backup supplier of the province delivers."""

    rule: Literal["backup"] = "backup"
    days_to_backup: float = param(7, "days until the backup supplier delivers", "days", ge=0, le=3650)


class Nobody(Failure):
    """Unmet demand goes to non-selected products or stays unmet."""

    rule: Literal["none"] = "none"
