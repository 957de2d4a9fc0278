"""The province selects another supplier (before batch 7)."""

from __future__ import annotations

from typing import Literal

from vbp_sim.rules.failure.interface import Failure
from vbp_sim.scenario.parts import param


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
