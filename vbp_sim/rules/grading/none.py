"""No classes: all winners are alike."""

from __future__ import annotations

from typing import Literal

from vbp_sim.rules.contest import Contest, Verdict
from vbp_sim.rules.grading.interface import Grading


class Ungraded(Grading):
    """No winner has a class."""

    rule: Literal["none"] = "none"

    def grades(self, contest: Contest, verdict: Verdict) -> tuple[str, ...]:
        return ("",) * len(contest.tender.firms)
