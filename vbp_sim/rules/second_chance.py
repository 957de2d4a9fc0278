"""Second chance: firms outside the shortlist are offered a price.

    none   no second chance outside the shortlist
    named  brands that hospitals asked for may come down to the winners' price level (batch 11)

Example: `second_chance: {rule: named, level: lowest}`.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from vbp_sim.rules.arrays import IntArray
from vbp_sim.rules.contest import Contest
from vbp_sim.scenario.parts import Rule

_ROUNDING = 1e-9


class SecondChance(Rule):
    """Decides who outside the shortlist is offered a second chance. Winners by it choose no province."""

    kind: ClassVar[str] = "second-chance"
    #: whether the rule needs to know what institutions reported by brand
    asks_for_brands: ClassVar[bool] = False

    def offers(self, contest: Contest, price: IntArray) -> IntArray:
        """Return the offered price per firm (n,), 0 = none; ``price`` (n,) is what the winners get, 0 for others."""
        return np.zeros(price.shape, dtype=np.int64)


class NoSecondChance(SecondChance):
    """Who is not shortlisted is out."""

    rule: Literal["none"] = "none"


class Named(SecondChance):
    """For a valid bid outside the shortlist, not the highest bid, with at least the mean volume reported
    by brand.
    """

    asks_for_brands: ClassVar[bool] = True

    rule: Literal["named"] = "named"
    level: Literal["highest", "lowest"] = Field(
        "highest", description="which of the winners' prices is their price level"
    )

    def offers(self, contest: Contest, price: IntArray) -> IntArray:
        book, named = contest.book, contest.tender.named
        paid = price[price > 0]
        if not len(paid) or not named.sum() > 0:
            return super().offers(contest, price)
        mean = float(named[book.valid].sum()) / int(book.valid.sum())
        wanted = named >= mean * (1 - _ROUNDING)
        asked = book.valid & ~contest.short & wanted & (book.bids < book.highest_of(book.valid))
        level = paid.max() if self.level == "highest" else paid.min()
        return np.where(asked, np.minimum(level, book.bids), 0)
