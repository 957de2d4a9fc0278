"""Alternating renewal: a product is up, fails, and recovers.

Unavailability without stock is rate / (rate + 1 / repair time) (V16).
"""

from __future__ import annotations

from typing import Literal

from vbp_sim.agents.supply.interface import Line
from vbp_sim.agents.supply.renewal import Renewal
from vbp_sim.scenario.parts import param


class AlternatingRenewal(Renewal):
    """One rate of failure per form of the drug."""

    model: Literal["alternating-renewal"] = "alternating-renewal"
    rate_oral: float = param(0.05, "failures of an oral product", "per year", ge=0, le=50)
    rate_injection: float = param(
        0.12, "failures of an injection", "per year", "assumption, after a lean injectable chain [B4]", ge=0, le=50
    )
    repair_months: float = param(5.0, "mean time until a failed product is supplied again", "months", gt=0, le=120)

    def failures(self, line: Line) -> tuple[float, float]:
        """See `Renewal.failures`."""
        return self.rate_oral if line.form.startswith("oral") else self.rate_injection, self.repair_months
