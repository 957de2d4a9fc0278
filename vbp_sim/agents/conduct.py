"""What companies do wrong outside of all that a run simulates: kickbacks, taxes, unfair prices, false reports.

    rates    each company is found out at constant rates, each time by one place

Example: `conduct: {model: rates, misconduct: 0.01}`.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.parts import Part, param
from vbp_sim.streams import Streams

Rate = Annotated[float, Field(ge=0, le=12)]


class Conduct(Part):
    """Kind: which companies are found to have done wrong."""

    kind: ClassVar[str] = "conduct"

    @abstractmethod
    def found(self, company: str, month: int, luck: Streams) -> list[tuple[str, float]]:
        """Return the events of credit that a company is found guilty of in a month, each with a chance (0 to 1) that
        says where it lies among the places: in the one at that part of their list."""
        raise NotImplementedError


class Rates(Conduct):
    """Constant rates for all; any place is as likely to find out."""

    model: Literal["rates"] = "rates"
    misconduct: Rate = param(
        0.0,
        "ratings of a company for what is not simulated; 0.01 is published for all causes together",
        "per year",
        "735 ratings by the end of 2024, of some 18,000 makers and distributors in four years",
        "D",
    )
    grave: Portion = param(0.064, "part of them that is serious or worse", "share", "47 of 735 by the end of 2024", "S")
    bribery: Rate = param(
        0.0,
        "times that a company is found to have paid for a win or for use, beside `misconduct`",
        "per year",
        "assumption: most of the 26 serious cases of 2023 were kickbacks, which `misconduct` holds already; none apart",
        "U",
    )
    false_reports: Rate = param(
        0.0,
        "times that a company is found to have reported its capacity or evaluations falsely",
        "per year",
        "assumption: tender documents put it on the violation list, no case and no rate was found",
        "U",
    )

    def found(self, company: str, month: int, luck: Streams) -> list[tuple[str, float]]:
        """See `Conduct.found`."""
        events = []
        for decision, rate, event in (
            ("conduct", self.misconduct, "misconduct"),
            ("conduct.bribery", self.bribery, "bribery"),
            ("conduct.false-report", self.false_reports, "false-report"),
        ):
            if rate and float(luck.exponential(decision, company, at=month)) < rate / 12:
                if event == "misconduct" and float(luck.uniform("conduct.grave", company, at=month)) < self.grave:
                    event = "grave-misconduct"
                events.append((event, float(luck.uniform(f"{decision}.place", company, at=month))))
        return events
