"""Groups by demand: firms that hospitals ask for most are group A, the others group B (joints, balloons)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from vbp_sim.rules.arrays import IntArray
from vbp_sim.rules.contest import canonical
from vbp_sim.rules.grouping.interface import Grouping
from vbp_sim.scenario.parts import param

if TYPE_CHECKING:
    from vbp_sim.rules.tender import Tender


class ByDemand(Grouping):
    """Firms in the order of their reported volume fill group A until it has ``a_share`` of the volume."""

    asks_for_brands: ClassVar[bool] = True

    rule: Literal["by-demand"] = "by-demand"
    a_share: float = param(
        0.85,
        "part of the reported volume that group A holds",
        unit="share",
        source="memory",
        confidence="M",
        gt=0,
        le=1,
    )

    def groups(self, tender: Tender) -> tuple[IntArray, ...]:
        total = float(tender.named.sum())
        if total <= 0:
            return (np.arange(len(tender.firms), dtype=np.int64),)
        order = canonical(tender.named.tolist(), tender.firms)
        before = np.concatenate([[0.0], np.cumsum(tender.named[order])[:-1]])
        top = before < self.a_share * total
        return tuple(np.sort(group) for group in (order[top], order[~top]) if len(group))
