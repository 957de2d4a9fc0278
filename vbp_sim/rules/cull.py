"""Cull: after each drug has its winners, some are struck out by comparing the drugs of the round.

    none    no comparison across drugs
    widest  the drugs with the widest prices lose their dearest winner (batch 7)

Example: `cull: {rule: widest, drugs: 6}`.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import ClassVar, Literal

import numpy as np

from vbp_sim.rules.arrays import BoolArray
from vbp_sim.rules.contest import Contest
from vbp_sim.scenario.parts import Rule, param


class Cull(Rule):
    """Decides who loses its win when the drugs of a round are compared."""

    kind: ClassVar[str] = "cull"

    def struck(self, contests: Sequence[Contest], won: Sequence[BoolArray]) -> dict[int, int]:
        """Return which firm of which contest is struck out: {place of the contest: index of the firm}."""
        return {}


class NoCull(Cull):
    """Nobody is struck out."""

    rule: Literal["none"] = "none"


class Widest(Cull):
    """Drugs are ranked by highest over lowest winning bid; in the first ``drugs`` of them the dearest winner
    is out.

    Equal ratios are ordered by the drug's id, equal bids by rank; a drug with one price has no ratio and
    keeps all.
    """

    rule: Literal["widest"] = "widest"
    drugs: int = param(
        6, "drugs in which the dearest winner is struck out", "drugs", "batch 7 [S18], [S34]", "S", ge=1, le=10_000
    )

    def struck(self, contests: Sequence[Contest], won: Sequence[BoolArray]) -> dict[int, int]:
        found = [(i, self._dearest(c, w)) for i, (c, w) in enumerate(zip(contests, won, strict=True)) if w.any()]
        wide = [(-ratio, contests[i].tender.drug, i, firm) for i, (ratio, firm) in found if ratio > 1]
        return {i: firm for _, _, i, firm in sorted(wide)[: self.drugs]}

    @staticmethod
    def _dearest(c: Contest, won: BoolArray) -> tuple[Fraction, int]:
        firm = int(np.argmax(np.where(won, c.book.rank, 0)))
        return Fraction(int(c.book.bids[firm]), int(c.book.lowest_of(won))), firm
