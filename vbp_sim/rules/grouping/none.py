"""All firms of a drug compete with each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from vbp_sim.rules.arrays import IntArray
from vbp_sim.rules.grouping.interface import Grouping

if TYPE_CHECKING:
    from vbp_sim.rules.tender import Tender


class Ungrouped(Grouping):
    """One group."""

    rule: Literal["none"] = "none"

    def groups(self, tender: Tender) -> tuple[IntArray, ...]:
        return (np.arange(len(tender.firms), dtype=np.int64),)
