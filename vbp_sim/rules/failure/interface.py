"""Failure to supply: who takes over, how soon, and how long the firm is barred."""

from __future__ import annotations

from typing import ClassVar

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
    )

    days_to_backup: float = param(0, "days until somebody else delivers", unit="days", ge=0)

    @property
    def takes_over(self) -> str:
        """Who supplies instead: ``backup``, ``replacement`` (another winner) or ``none``."""
        return self.part_name()
