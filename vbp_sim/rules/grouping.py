"""Grouping: which firms of a tender compete with each other, apart from the others.

    none       all firms of a drug compete with each other
    by-demand  firms that hospitals ask for most are group A, the others group B (joints, balloons)

Example: `grouping: {rule: by-demand, a_share: 0.85}`.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from vbp_sim.rules.arrays import IntArray
from vbp_sim.rules.contest import Tender, canonical
from vbp_sim.scenario.parts import Rule, param


class Grouping(Rule):
    """Decides the groups of a tender; the rules are applied to each group as to a tender of its own."""

    kind: ClassVar[str] = "grouping"
    #: whether the rule needs to know what institutions reported by brand
    asks_for_brands: ClassVar[bool] = False

    def groups(self, tender: Tender) -> tuple[IntArray, ...]:
        """Return the indices of the firms of each group; winners of earlier groups choose provinces first."""
        return (np.arange(len(tender.firms), dtype=np.int64),)


class Ungrouped(Grouping):
    """One group."""

    rule: Literal["none"] = "none"


class ByDemand(Grouping):
    """Firms in the order of their reported volume fill group A until it has ``a_share`` of the volume."""

    asks_for_brands: ClassVar[bool] = True

    rule: Literal["by-demand"] = "by-demand"
    a_share: float = param(0.85, "part of the reported volume that group A holds", "share", "memory", "M", gt=0, le=1)

    def groups(self, tender: Tender) -> tuple[IntArray, ...]:
        total = float(tender.named.sum())
        if total <= 0:
            return super().groups(tender)
        order = canonical(tender.named.tolist(), tender.firms)
        before = np.concatenate([[0.0], np.cumsum(tender.named[order])[:-1]])
        top = before < self.a_share * total
        return tuple(np.sort(group) for group in (order[top], order[~top]) if len(group))
