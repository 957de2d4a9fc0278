"""Quality: how often plants of winners are inspected and their batches sampled, and what a failure costs them.

Example: `quality: {rule: sampling, inspections: 2, samples: 60}`.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from vbp_sim.scenario.parts import Rule, param


class Quality(Rule):
    """Kind: supervision of the quality of selected products."""

    kind: ClassVar[str] = "quality"


class Sampling(Quality):
    """Yearly inspections and samples; a product that fails is recalled, and may lose its places."""

    rule: Literal["sampling"] = "sampling"
    inspections: float = param(
        1.0,
        "inspections of the plant of a winner",
        "per year",
        "every winner once a year (flcube.com, 7274)",
        "S",
        ge=0,
        le=12,
    )
    samples: float = param(
        30.0,
        "batches of a selected product that are sampled",
        "per year",
        "3,435 batches of 20 drugs in 2023, at about six winners a drug (flcube.com, 7274)",
        "D",
        ge=0,
        le=10_000,
    )
    place_lost: bool = param(
        True,
        "a product that fails is selected no more: others take its places over, as where a winner stops",
        "-",
        "nab-paclitaxel 2020, peramivir 2025 [S20]",
        "S",
    )
