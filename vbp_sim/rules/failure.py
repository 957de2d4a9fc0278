"""Failure to supply: who takes over, how soon, and how long the firm is barred.

    replacement  the province selects another supplier (before batch 7)
    backup       the province's backup supplier takes over (from batch 7)
    none         nobody takes over

Example: `failure: {rule: backup, days_to_backup: 7}`.
"""

from __future__ import annotations

import itertools
import math
from typing import ClassVar, Literal

from pydantic import field_validator

from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.parts import Part, param


class Failure(Part):
    """Who takes over is the choice; the ban is alike everywhere."""

    kind: ClassVar[str] = "failure"
    tag: ClassVar[str] = "rule"

    ban_months: int = param(
        9,
        "months for which a firm that stops supplying is barred from national rounds",
        unit="months",
        source="[S45]: 11 Aug 2021 to 10 May 2022; 18 months in 2025 [S20]; the scale is unknown",
        confidence="S",
        ge=0,
        le=600,
    )

    damages: dict[str, Portion] = param(
        {},
        "damages for late deliveries: share of the value that is not supplied, from so many days of shortage on, for "
        'example {"61": 0.2, "101": 0.3}; empty means none',
        unit="share of the value",
        source="assumption: no scale was found; the example is that of Tamil Nadu's tenders (pharmabiz.com, 73309)",
    )

    @field_validator("damages")
    @classmethod
    def rising(cls, damages: dict[str, float]) -> dict[str, float]:
        """Days are whole numbers, and damages are shares that never fall."""
        if not all(days.isdigit() for days in damages):
            raise ValueError(f"damages: keys are days of shortage, such as 61; seen {', '.join(damages)}")
        ordered = {days: damages[days] for days in sorted(damages, key=int)}
        shares = [0.0, *ordered.values()]
        if any(share < before for before, share in itertools.pairwise(shares)) or shares[-1] > 1:
            raise ValueError("damages: shares of the value must lie between 0 and 1 and never fall with the days")
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
        unit="days",
        source="ibuprofen, Shandong 2021: 8 to 14 days to the notice [S44]",
        confidence="S",
        ge=0,
        le=3650,
    )


class ByBackup(Failure):
    """The backup supplier of the province delivers."""

    rule: Literal["backup"] = "backup"
    days_to_backup: float = param(7, "days until the backup supplier delivers", unit="days", ge=0, le=3650)


class Nobody(Failure):
    """Unmet demand goes to non-selected products or stays unmet."""

    rule: Literal["none"] = "none"
