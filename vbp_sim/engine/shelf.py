"""One drug in all places: who supplies where and at which price, under whichever agreement is in force there."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vbp_sim.engine.agreement import Agreement
from vbp_sim.rules.local.supply_security import TIERS

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Mix:
    """What is selected in a place: one product, or several where institutions get the brands that they named.

    ``products`` are indices into those of the replication, ``parts`` the part of the orders that each gets (they add
    up to 1), ``price`` the mean price, yuan per unit.
    """

    products: tuple[int, ...]
    parts: tuple[float, ...]
    price: float


class Shelf:
    """State of one drug; arrays (products of the drug, places) or (places,).

    ``routes`` is the part of a place's orders of selected products that goes to each product, ``price`` what a supplier
    of the place's agreement is paid there (yuan per unit, 0 = it is none), ``backup`` a row, -1 = none. ``agreement``
    is the index of the agreement in force in ``agreements``, -1 = none. ``short_since`` is the day on which a supplier
    of the place fell short (inf = none does), ``told`` the day on which one of them reported a stop that is coming or
    has come (inf = none has), ``helped`` whether others have stepped in since, ``answering`` (tiers, places) which
    tiers of the law have. ``running`` are the agreements that are in force somewhere, ``member`` (products, agreements)
    says who is a supplier of which.
    """

    def __init__(self, products: Ints, places: int) -> None:
        self.products = products
        self._row = {int(product): row for row, product in enumerate(products)}
        shape = (len(products), places)
        self.routes, self.price = np.zeros(shape), np.zeros(shape)
        self.backup = np.full(places, -1, dtype=np.int64)
        self.agreement = np.full(places, -1, dtype=np.int64)
        self.agreements: list[Agreement] = []
        self.short_since, self.told = np.full((2, places), np.inf)
        self.helped, self.answering = np.zeros(places, dtype=np.bool_), np.zeros((len(TIERS), places), dtype=np.bool_)
        self.running: list[Agreement] = []
        self.member = np.zeros((len(products), 0), dtype=np.bool_)
        self._mixes: list[Mix | None] = [None] * places

    def rows(self, agreement: Agreement) -> Ints:
        """Rows of an agreement's suppliers, (suppliers,)."""
        return np.array([self._row[s.product] for s in agreement.suppliers], dtype=np.int64)

    def supplies(self, product: int, place: int) -> bool:
        """Whether a product is selected in a place and orders go to it."""
        return bool(self.routes[self._row[product], place] > 0)

    def of(self, place: int) -> Agreement | None:
        """The agreement in force in a place, or the last one that was."""
        index = int(self.agreement[place])
        return self.agreements[index] if index >= 0 else None

    def begin(self, agreement: Agreement) -> None:
        """An agreement comes into force where it is open; no other one may be in force there."""
        self.agreements.append(agreement)
        self.agreement[agreement.open] = len(self.agreements) - 1
        self.member = np.concatenate([self.member, np.zeros((len(self.products), 1), dtype=np.bool_)], axis=1)
        self._run()
        self.short_since[agreement.open], self.helped[agreement.open] = np.inf, False
        self.lay(agreement)

    def lay(self, agreement: Agreement) -> None:
        """Take over who supplies where, after an agreement has begun or changed."""
        rows, here = self.rows(agreement), agreement.open
        self.member[rows, self.agreements.index(agreement)] = [not s.lost for s in agreement.suppliers]
        self.routes[:, here] = self.price[:, here] = 0.0
        self.routes[np.ix_(rows, here)] = agreement.routes[:, here]
        self.price[np.ix_(rows, here)] = np.array([s.price for s in agreement.suppliers])[:, None]
        backup = agreement.backup[here]
        self.backup[here] = np.where(backup >= 0, rows[backup], -1)
        for place in agreement.places:
            self._mixes[place] = self._mix(place)

    def clear(self, agreement: Agreement, places: list[int]) -> None:
        """An agreement is no longer in force in some places."""
        agreement.open[places] = False
        self.routes[:, places] = self.price[:, places] = 0.0
        self.backup[places] = self.agreement[places] = -1
        self.short_since[places], self.helped[places] = np.inf, False
        for place in places:
            self._mixes[place] = None
        self._run()

    def _run(self) -> None:
        self.running = [self.agreements[i] for i in sorted({*self.agreement[self.agreement >= 0].tolist()})]

    def mix(self, place: int) -> Mix | None:
        """What is selected in a place and at which prices; None where the drug is not supplied."""
        return self._mixes[place]

    def _mix(self, place: int) -> Mix | None:
        rows = np.flatnonzero(self.routes[:, place])
        if not len(rows):
            return None
        parts = self.routes[rows, place].tolist()
        price = math.fsum(part * paid for part, paid in zip(parts, self.price[rows, place].tolist(), strict=True))
        return Mix(tuple(self.products[rows].tolist()), tuple(parts), price)
