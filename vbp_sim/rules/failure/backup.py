"""The province's backup supplier takes over (from batch 7)."""

from __future__ import annotations

from typing import Literal

from vbp_sim.rules.failure.interface import Failure
from vbp_sim.scenario.parts import param


class ByBackup(Failure):
    """The backup supplier of the province delivers."""

    rule: Literal["backup"] = "backup"
    days_to_backup: float = param(7, "days until the backup supplier delivers", unit="days", ge=0, le=3650)
