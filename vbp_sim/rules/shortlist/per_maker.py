"""The lowest bids up to a number of places, with at most so many of one maker (coronary stents 2020)."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from vbp_sim.rules.arrays import BoolArray
from vbp_sim.rules.contest import Book
from vbp_sim.rules.shortlist.interface import Shortlist


class PerMaker(Shortlist):
    """Products of one maker (one owner) beyond its limit are passed over, and the next product moves up."""

    rule: Literal["per-maker"] = "per-maker"
    most: int = Field(description="places in all", ge=1, le=300)
    most_per_maker: int = Field(description="places that one maker may fill", ge=1, le=300)

    def places(self, book: Book) -> int:
        return min(self.most, book.qualified)

    def keep(self, book: Book) -> BoolArray:
        same = np.array([[a == b and (a != "" or i == j) for j, b in enumerate(book.makers)]
                         for i, a in enumerate(book.makers)], dtype=np.bool_)  # fmt: skip
        ahead = book.valid[..., np.newaxis, :] & (
            book.rank[..., np.newaxis, :] <= book.rank[..., :, np.newaxis]
        )
        within = book.valid & ((ahead & same).sum(axis=-1) <= self.most_per_maker)
        kept_ahead = (within[..., np.newaxis, :] & ahead).sum(axis=-1)
        return np.asarray(within & (kept_ahead <= self.most))
