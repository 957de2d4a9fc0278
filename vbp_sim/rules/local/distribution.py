"""Distribution: what distributors take, how much of what is ordered they bring, and when they pay manufacturers.

    pass-through  they pay manufacturers as they are paid themselves, less their fee
    on-credit     they pay manufacturers after days of their own, and wait for hospitals themselves

How far an institution is from distributors is the remoteness of its place (0 to 1) x the reach of its level (1: as far
as the place is remote, 0: in the next city).

Example: `distribution: {rule: on-credit, pay_days: 60, remote_fee: 0.05}`.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import model_validator

from vbp_sim.rules.arrays import FloatArray
from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.market import LEVELS
from vbp_sim.scenario.parts import Rule, param, wrong


class Distribution(Rule):
    """Kind: fees, delivery and credit of distributors."""

    kind: ClassVar[str] = "distribution"

    fee: float = param(
        0.05,
        "part of the price of goods that manufacturers pay for distribution",
        "share",
        "3 to 8 % of the price, no page found; gross margins of 6 to 9 % are the ceiling",
        "M",
        ge=0,
        le=0.5,
    )
    remote_fee: float = param(
        0.0,
        "what the fee is higher where an institution is as far as can be; nearer in proportion",
        "share",
        "assumption; 0.03 to 0.07 are likely, no page found",
        "M",
        ge=0,
        le=0.5,
    )
    reach: dict[str, Portion] = param(
        {"tertiary": 0.0, "secondary": 0.5, "primary": 1.0},
        "how far the institutions of each level are, where their place is as remote as can be",
        "share",
    )
    invoices: Literal[2, 3] = param(
        2,
        "most invoices between manufacturer and hospital; two are the law since 2017, and the fee is meant under them",
        "invoices",
        "two-invoice rule, in trial provinces from January 2017, in all from 2018; no page found",
        "M",
    )
    invoice_fee: float = param(
        0.019,
        "what the two-invoice rule adds to the fee, which falls away with three invoices",
        "share",
        "prices rose by 1.9 % on average, 2015 to 2019 (Journal of Health Economics 105, 2026); 0 to 0.025",
        "S",
        ge=0,
        le=0.5,
    )
    delivered: Portion = param(
        1.0,
        "part of what institutions order that distributors bring where it is near; the rest is unmet",
        "share",
        "assumption; contracts ask for 0.90 to 0.95, Zhejiang named firms under 0.60 in 2016",
    )
    delivered_remote: Portion = param(
        1.0,
        "part of what institutions order that distributors bring where it is as far as can be",
        "share",
        "assumption; where a county allowed 3 to 5 distributors alone, rural institutions got 8 to 20 points less "
        "(https://doi.org/10.1186/s12913-017-2720-3)",
    )

    @model_validator(mode="after")
    def every_level(self) -> Distribution:
        if set(self.reach) != set(LEVELS):
            raise wrong("reach", f"needs exactly the levels {', '.join(LEVELS)}")
        return self

    def far(self, remoteness: float) -> FloatArray:
        """Return how far the institutions of a place are, (levels,) from 0 to 1."""
        return np.array([remoteness * self.reach[level] for level in LEVELS])

    def fees(self, remoteness: float) -> FloatArray:
        """Return the fee of a place, (levels,) of the price."""
        plain = self.fee if self.invoices == 2 else max(0.0, self.fee - self.invoice_fee)
        return np.minimum(1.0, plain + self.remote_fee * self.far(remoteness))

    def brings(self, remoteness: float, afford: float) -> FloatArray:
        """Return the part of the orders of a place that is delivered, (levels,).

        ``afford`` is the part of the remotest deliveries that the distributors' credit allows.
        """
        far = self.far(remoteness)
        return (self.delivered + (self.delivered_remote - self.delivered) * far) * (1 - (1 - afford) * far)

    def pays_after(self) -> float | None:
        """Return the days from delivery until distributors pay manufacturers; None: as they are paid themselves."""
        return None

    def costs(self) -> float:
        """Return what distribution costs distributors who buy on credit, of the price of the goods."""
        return 0.0

    def afford(self, cash: float, monthly: float) -> float:
        """Return the part of the remotest deliveries that distributors with this ``cash`` can pay for, who sell
        ``monthly``, yuan: all of it."""
        return 1.0


class PassThrough(Distribution):
    """Distributors pay as they are paid, so that manufacturers wait for hospitals."""

    rule: Literal["pass-through"] = "pass-through"


class OnCredit(Distribution):
    """Distributors pay manufacturers on a day of their own, and wait for hospitals; beyond a line of credit they cut
    remote deliveries."""

    rule: Literal["on-credit"] = "on-credit"
    pay_days: float = param(
        60,
        "days from delivery until distributors pay manufacturers",
        "days",
        "assumption; no page found",
        ge=0,
        le=3650,
    )
    expense: float = param(
        0.04,
        "what distribution costs distributors, of the price of the goods",
        "share",
        "1,200 firms in 2015: gross margin 6.4 %, expense 5.0 %; 0.05 x 5.0 / 6.4",
        "I",
        ge=0,
        le=0.5,
    )
    credit_months: float = param(
        6.0,
        "debt that distributors of a place may have; beyond it they cut remote deliveries in proportion",
        "months of sales",
        "assumption; waiting 150 days and paying after 60 takes 3",
        ge=0,
        le=120,
    )

    def pays_after(self) -> float | None:
        """See `Distribution.pays_after`."""
        return self.pay_days

    def costs(self) -> float:
        """See `Distribution.costs`."""
        return self.expense

    def afford(self, cash: float, monthly: float) -> float:
        """See `Distribution.afford`: the line over the debt, where the debt is larger."""
        line = self.credit_months * monthly
        return line / -cash if -cash > line else 1.0
