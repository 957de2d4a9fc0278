"""No comparison across drugs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from vbp_sim.rules.arrays import BoolArray
from vbp_sim.rules.contest import Contest
from vbp_sim.rules.cull.interface import Cull


class NoCull(Cull):
    """Nobody is struck out."""

    rule: Literal["none"] = "none"

    def struck(self, contests: Sequence[Contest], won: Sequence[BoolArray]) -> dict[int, int]:
        return {}
