"""What companies do wrong outside of all that a run simulates: kickbacks, taxes, unfair prices.

    rates    each company is rated at a constant rate, and a part of the ratings is serious

Example: `conduct: {model: rates, misconduct: 0.01}`.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, Literal

from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.parts import Part, param
from vbp_sim.streams import Streams


class Conduct(Part):
    """Kind: which companies are found to have done wrong."""

    kind: ClassVar[str] = "conduct"

    @abstractmethod
    def found(self, company: str, month: int, luck: Streams) -> str:
        """Return the event of credit that a company is found guilty of in a month; empty: none."""
        raise NotImplementedError


class Rates(Conduct):
    """A constant rate for all."""

    model: Literal["rates"] = "rates"
    misconduct: float = param(
        0.0,
        "ratings of a company for what is not simulated; 0.01 is published for all causes together",
        "per year",
        "735 ratings by the end of 2024, of some 18,000 makers and distributors in four years",
        "D",
        ge=0,
        le=12,
    )
    grave: Portion = param(0.064, "part of them that is serious or worse", "share", "47 of 735 by the end of 2024", "S")

    def found(self, company: str, month: int, luck: Streams) -> str:
        """See `Conduct.found`."""
        if not self.misconduct or float(luck.exponential("conduct", company, at=month)) >= self.misconduct / 12:
            return ""
        return (
            "grave-misconduct" if float(luck.uniform("conduct.grave", company, at=month)) < self.grave else "misconduct"
        )
