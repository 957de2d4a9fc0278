"""Entry by qualification: related firms bid as one, and a drug with too few qualified firms is not
tendered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from vbp_sim.rules.arrays import BoolArray, IntArray
from vbp_sim.rules.entry.interface import Entry
from vbp_sim.scenario.parts import param

if TYPE_CHECKING:
    from vbp_sim.rules.tender import Tender


class Qualified(Entry):
    """Related firms are one bidder, whose lowest valid bid counts; a drug needs a minimum of qualified
    firms.
    """

    rule: Literal["qualified"] = "qualified"
    minimum_firms: int = param(1, "fewest qualified firms with which a drug is tendered", unit="firms", ge=1, le=300)
    related_as_one: bool = Field(
        True, description="firms linked by ownership, licence or contract making count as one bidder"
    )
    below_cost_statement: bool = Field(
        False, description="every bidder declares that it does not bid below its cost"
    )

    def standing(self, tender: Tender, order: IntArray) -> tuple[BoolArray, int, tuple[str, ...]]:
        n = len(tender.firms)
        stands, void = np.ones(n, dtype=np.bool_), [""] * n
        named = len({g or f"\0{i}" for i, g in enumerate(tender.related)}) if self.related_as_one else n
        qualified = max(named, tender.qualified)
        if qualified < self.minimum_firms and not tender.held:
            reason = f"not tendered, {qualified} qualified firms and {self.minimum_firms} needed"
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
                stands[loser], void[loser] = False, f"bids as one with {tender.firms[winner]}"
