"""What the fund has advanced on agreed volumes and not got back: a part that firms have, and a part that hospitals
keep."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vbp_sim.engine.postings import WHOLE, Postings
from vbp_sim.engine.turnover import Laid, Trade, by_drug

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: flows of the part that firms have and of the part that hospitals keep, in the order of `Advances.open`
GIVEN, BACK = ("advance", "advance_kept"), ("advance_return", "advance_repaid")


class Advances:
    """``open`` (2, products, places) yuan outstanding, of firms and of hospitals; ``lost`` went to firms that gave the
    product up, in the shape of a flow, in the month in which it should have come back."""

    def __init__(self, trade: Trade, books: Postings) -> None:
        self.trade, self.books = trade, books
        shape = trade.sold.shape
        self.open: Floats = np.zeros((2, *shape))
        self.lost = np.zeros(books.shape)
        self._until = np.full(shape, -1, dtype=np.int64)
        self._of_round = np.zeros(shape, dtype=np.int64)

    def give(self, m: int, laid: Laid, parts: Floats) -> Floats:
        """The fund pays ``parts`` (2, places) of the agreed value of agreement years that begin this month; return what
        firms get, (products,) yuan."""
        trade, rec = self.trade, self.trade.recorder
        opens, drug = rec.opens[m], trade.products.drug
        if not opens.any():
            return np.zeros(len(drug))
        agreed = rec.monthly["agreed"][m].sum(axis=2) * opens
        given = parts[:, None, :] * agreed[drug] * laid.routes * laid.price
        self.open += given
        begun = (opens[drug] > 0) & (laid.routes > 0)
        self._until = np.where(begun, m + opens[drug] - 1, self._until)
        self._of_round = np.where(begun, rec.round[m][drug], self._of_round)
        for flow, yuan in zip(GIVEN, given, strict=True):
            self.books.place(flow, m, self._of_round, yuan)
        return np.asarray(given[0].sum(axis=1))

    def recover(self, m: int, at: Ints, sold: Floats, selected: Floats, parts: Floats) -> tuple[Floats, Floats]:
        """Set goods off: of ``sold`` (products, places) yuan, ``selected`` by (drugs, places, levels), hospitals pay
        ``parts`` (2, places) to the fund until the advance is used up.

        Return what they pay it instead of firms, (products, places), and as a part of the goods of each drug there.
        """
        off = np.minimum(parts[:, None, :] * sold, self.open)
        self.open -= off
        value = by_drug(self.trade, sold)
        part = [np.divide(by_drug(self.trade, one), value, out=np.zeros_like(value), where=value > 0) for one in off]
        for flow, share in zip(("advance_set_off", "advance_repaid"), part, strict=True):
            self.books.post(flow, m, at, selected * share[..., None])
        return off[0], part[0]

    def end(self, m: int, laid: Laid, *, early: bool) -> Floats:
        """What is left of an advance comes back at the end of its year, or once the product is no longer supplied
        there; return what firms pay back, (products,) yuan.

        A firm that gave the product up pays nothing back. ``early``: before this month's advances and goods.
        """
        trade = self.trade
        over = (laid.routes == 0) | (self._of_round != trade.recorder.round[m][trade.products.drug])
        over = (self.open > 0) & (over if early else over | (self._until <= m))
        if not over.any():
            return np.zeros(len(laid.routes))
        gone = np.zeros((2, *laid.routes.shape), dtype=np.bool_)
        gone[0, [i for i, plant in trade.plants.items() if plant.gone]] = True
        back = np.where(over & ~gone, self.open, 0.0)
        for flow, yuan in zip(BACK, back, strict=True):
            self.books.place(flow, m, self._of_round, yuan)
        never = np.where(over & gone, self.open, 0.0)[0]
        np.add.at(self.lost[m, :, :, WHOLE], (self._of_round, np.arange(never.shape[1])[None, :]), never)
        self.open = np.where(over, 0.0, self.open)
        return np.asarray(back[0].sum(axis=1))
