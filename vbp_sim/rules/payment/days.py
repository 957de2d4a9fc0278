"""Payment so many days after delivery."""

from __future__ import annotations

from typing import Literal

from vbp_sim.rules.payment.interface import Payment


class Days(Payment):
    """Hospitals pay within the days of settlement; where the fund pays firms itself, its own days hold."""

    rule: Literal["days"] = "days"
