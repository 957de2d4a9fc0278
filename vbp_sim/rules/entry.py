"""Entry: which of the firms of a tender stand as bidders, and how many must.

    qualified  related firms bid as one, and a drug with too few qualified firms is not tendered

Example: `entry: {rule: qualified, minimum_firms: 3}`.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from vbp_sim.facts import fact
from vbp_sim.rules.arrays import BoolArray, IntArray
from vbp_sim.rules.contest import Tender
from vbp_sim.scenario.parts import Rule, param


class Entry(Rule):
    """Decides who stands as a bidder."""

    kind: ClassVar[str] = "entry"

    @abstractmethod
    def standing(self, tender: Tender, order: IntArray) -> tuple[BoolArray, int, tuple[str, ...]]:
        """Return who stands (n,), how many firms count as qualified, and per firm why it does not stand (""
        if it does).

        ``order`` (n,) decides between equal bids of related firms.
        """


class Qualified(Entry):
    """Related firms are one bidder, whose lowest valid bid counts; a drug needs a minimum of qualified
    firms.
    """

    rule: Literal["qualified"] = "qualified"
    minimum_firms: int = param(1, "fewest qualified firms with which a drug is tendered", "firms", ge=1, le=300)
    related_as_one: bool = Field(
        True, description="firms linked by ownership, licence or contract making count as one bidder"
    )
    below_cost_statement: bool = Field(False, description="every bidder declares that it does not bid below its cost")

    def standing(self, tender: Tender, order: IntArray) -> tuple[BoolArray, int, tuple[str, ...]]:
        n = len(tender.firms)
        stands, void = np.ones(n, dtype=np.bool_), [""] * n
        named = len({g or f"\0{i}" for i, g in enumerate(tender.related)}) if self.related_as_one else n
        qualified = max(named, tender.qualified)
        if qualified < self.minimum_firms and not tender.held:
            reason = fact("not_tendered", qualified=qualified, needed=self.minimum_firms)
            return np.zeros(n, dtype=np.bool_), qualified, (reason,) * n
        if named < n:
            self._merge(tender, order, stands, void)
        return stands, qualified, tuple(void)

    @staticmethod
    def _merge(tender: Tender, order: IntArray, stands: BoolArray, void: list[str]) -> None:
        best: dict[str, int] = {}
        bids = tender.bids.tolist()
        valid = [b > 0 and (tender.ceiling == 0 or b <= tender.ceiling) for b in bids]
        for i in order.tolist():
            group = tender.related[i]
            if not group or not valid[i]:
                continue
            held = best.setdefault(group, i)
            if held != i:
                loser, winner = (held, i) if bids[i] < bids[held] else (i, held)
                best[group] = winner
                stands[loser], void[loser] = False, fact("as_one", firm=tender.firms[winner])
