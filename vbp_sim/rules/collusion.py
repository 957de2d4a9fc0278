"""Collusion: how likely a ring of bidders is found, how long that takes, and what follows.

    chance found  found + leniency,   over the three years after the opening
    then          every company of the ring is sanctioned (`credit`), pays recovery x overcharge to the fund, and loses
                  what it won: others take over as where a winner stops, and where none is left the agreement ends

It acts where bidders agree, which they do only if a scenario says so (`collusion-ring`), and only if it pays: the
chance is an uncertainty of that stress test, the rest is law.

Example: `collusion: {rule: sanctions, leniency: 0.15, recovery: 3}`.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.parts import Rule, param


class Collusion(Rule):
    """Kind: what rings of bidders must reckon with."""

    kind: ClassVar[str] = "collusion"

    found: Portion = param(
        0.15,
        "chance that a ring is found in the three years after the opening",
        "probability",
        "assumption, 0.05 to 0.4; 1 proven in 435 tenders of rounds 1 to 10, a lower bound",
    )
    leniency: Portion = param(
        0.0,
        "what leniency for the first firm that reports or admits adds to that chance",
        "probability",
        "0.1 to 0.2, no page found; offered from batch 11 on [S29]",
        "M",
    )
    lag_months: float = param(
        25.0,
        "time from the opening to the sanction of a ring that is found",
        "months",
        "batch 7: opening July 2022, made public August 2024; 12 to 36",
        "S",
        ge=0,
        le=240,
    )
    recovery: float = param(
        1.0,
        "what a ring pays back, over what it charged too much until then",
        "x",
        "batch 7: overpayment recovered; 1 to 3 with fines",
        "S",
        ge=0,
        le=10,
    )

    win_lost: bool = param(
        True,
        "members of a ring that is found lose the win: others take their places over as where a winner stops; where no "
        "other winner is left the agreement ends",
        "-",
        "batch 7: four winners of a ring of six lost the win, which ended the tender of the drug (people.com.cn, "
        "21 Aug 2024)",
        "S",
    )

    @property
    def chance(self) -> float:
        """Chance that a ring is found."""
        return min(1.0, self.found + self.leniency)


class Sanctions(Collusion):
    """A ring is found with a chance, after some months; then it is sanctioned, pays back and loses the win."""

    rule: Literal["sanctions"] = "sanctions"
