"""Supply security: the stock that winners must hold, and what a province buys elsewhere when a shortage lasts.

Example: `supply_security: {rule: duties, stock_months: 3, emergency_after: 60}`.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.parts import Rule, param


class SupplySecurity(Rule):
    """Kind: duties of winners, and the response of a province to a shortage."""

    kind: ClassVar[str] = "supply_security"


class Duties(SupplySecurity):
    """A least stock, and emergency purchase after own stock, backups and other winners have not sufficed."""

    rule: Literal["duties"] = "duties"
    stock_months: float | None = param(
        None,
        "least stock of a winner, in months of the agreed volume; null: none is asked for",
        "months",
        "texts ask for declared capacity and stock; 1 to 3 months in practice, 6 for emergency drugs, no page found",
        "M",
        ge=0,
        le=36,
    )
    emergency_after: float | None = param(
        None,
        "days of shortage after which a province buys elsewhere; null: never",
        "days",
        "assumption; local, provincial and national answers take half a month, two and five months",
        ge=0,
        le=3650,
    )
    emergency_part: Portion = param(
        0.6, "part of what would stay unmet that is found elsewhere then", "share", "0.3 to 0.9, no page found", "M"
    )
    emergency_price: float = param(
        1.3,
        "price of emergency purchases over the drug's price before any round",
        "x",
        "direct listing of short drugs: +30 %, 1.1 to 2, no page found",
        "M",
        ge=1,
        le=100,
    )
