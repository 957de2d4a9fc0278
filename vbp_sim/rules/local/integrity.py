"""Integrity: how far a campaign against commissions brings them down.

It acts where firms pay commissions for products that were not selected, which they do only if a scenario says so
(`choice.commission`). A campaign that fades is a law that a later one follows:

    laws:
      campaign: {from: 2023-08-01, changes: {integrity: {campaign: 0.4}}}
      afterwards: {from: 2024-08-01, changes: {integrity: {campaign: 0.15}}}
"""

from __future__ import annotations

from typing import ClassVar, Literal

from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.parts import Rule, param


class Integrity(Rule):
    """Kind: how commissions are kept down."""

    kind: ClassVar[str] = "integrity"


class Campaign(Integrity):
    """A campaign takes a part of commissions away, from the agreement years that begin in it on."""

    rule: Literal["campaign"] = "campaign"
    campaign: Portion = param(
        0.0,
        "part by which commissions fall",
        "share",
        "campaign of July 2023: 0.2 to 0.7 for a year, then about 0.15, no study found",
        "M",
    )
