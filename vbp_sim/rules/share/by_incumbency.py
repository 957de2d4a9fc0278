"""Guaranteed share by whether the winner was already the selected firm (renewals)."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from pydantic import Field

from vbp_sim.rules.money import exact
from vbp_sim.rules.share.interface import Share
from vbp_sim.scenario.limits import Portion


class ByIncumbency(Share):
    """One share for firms selected before, one for newcomers, and for some classes one for all."""

    rule: Literal["by-incumbency"] = "by-incumbency"
    incumbent: float = Field(description="share where the winner was selected before", ge=0, le=1)
    newcomer: float = Field(description="share where the winner is new", ge=0, le=1)
    classes: dict[str, Portion] = Field(
        default_factory=dict, description="share for all winners of a class (`class` of drugs.csv)"
    )

    def share(
        self, winners: int, drug_class: str = "", *, grade: str = "", incumbent: bool = False
    ) -> Fraction:
        if winners <= 0:
            return Fraction(0)
        return exact(self.classes.get(drug_class, self.incumbent if incumbent else self.newcomer))
