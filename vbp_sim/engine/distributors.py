"""Distributors: one balance for those of each place, and what of their deliveries it allows.

What passes through their hands, where they pay as they are paid themselves, is not in the balance; their fee is.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vbp_sim.engine.flows import FLOWS
from vbp_sim.engine.postings import WHOLE, Postings
from vbp_sim.rules.local.book import LawBook

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: months over which sales are measured
_YEAR = 12


class Distributors:
    """Arrays (months, places): ``cash`` at the end of a month, yuan, from 0; ``afford`` the part of the remotest
    deliveries that credit allowed. ``brings`` (places, levels) is the part of this month's orders that is delivered.
    """

    def __init__(self, books: Postings, laws: LawBook, remoteness: Floats) -> None:
        self.books, self.laws, self.remoteness = books, laws, remoteness
        self.cash, self.afford = np.zeros(books.shape[:3:2]), np.ones(books.shape[:3:2])
        self._sales = np.zeros_like(self.cash)
        self.brings = np.ones((len(remoteness), WHOLE))
        self.open(0)

    def open(self, m: int) -> None:
        """A month begins: what distributors will bring follows from the law and from last month's balance."""
        if m == len(self.cash):
            return
        for p, far in enumerate(self.remoteness.tolist()):
            law = self.laws.part("distribution", p, m)
            if m > 0:
                recent = self._sales[max(0, m - _YEAR) : m, p]
                self.afford[m, p] = law.afford(float(self.cash[m - 1, p]), float(recent.mean()))
            self.brings[p] = law.brings(far, float(self.afford[m, p]))

    def to(self, place: int, level: Ints) -> Floats | None:
        """The part of this month's orders that is delivered to institutions of a place, by their ``level``; None where
        it is all."""
        brings = self.brings[place]
        return brings[level] if (brings < 1).any() else None

    def close(self, m: int, goods: Floats) -> None:
        """A month is over, in which places bought ``goods`` (places,) yuan."""
        self._sales[m] = goods
        self.cash[m] = (self.cash[m - 1] if m else 0.0) + self.receipts(m) - self.payments(m)

    def receipts(self, m: int | slice) -> Floats:
        """What distributors got, (places,) or (months, places) yuan."""
        return self._moved("payee", m)

    def payments(self, m: int | slice) -> Floats:
        """What distributors paid."""
        return self._moved("payer", m)

    def _moved(self, side: str, m: int | slice) -> Floats:
        flows = [flow for flow in FLOWS.values() if flow.cash and getattr(flow, side) == "distributors"]
        return np.asarray(sum(self.books.flows[flow.id][m].sum(axis=(-3, -1)) for flow in flows))
