"""A contract: one drug's award while it runs, with its suppliers and who serves which province."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt

from vbp_sim.engine.clock import add_months, first_from, months_between
from vbp_sim.engine.mix import Mix
from vbp_sim.engine.supplier import Supplier
from vbp_sim.engine.volumes import Volumes
from vbp_sim.rules.ruleset import RuleSet

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass
class Contract:
    """One drug's contract.

    ``suppliers`` in the order of the province choice, then winners that choose no province; ``main`` and ``backup``
    (provinces,) are indices into them, -1 = none; ``routes`` (suppliers, provinces) is the part of a province's orders
    that each gets; ``volumes`` says where the reported volume went; ``term`` in months; ``settled`` contract years are
    over; ``price_before`` is the mean price paid for the drug until the contract began, yuan per unit; (provinces,)
    ``short_since`` the day on which a supplier of the province fell short (inf = none does), and whether others have
    ``helped`` since.
    """

    round: str
    drug: int
    rules: RuleSet
    suppliers: list[Supplier]
    main: Ints
    backup: Ints
    volumes: Volumes
    start: date
    term: int
    settled: int = 0
    price_before: float = 0.0
    routes: Floats = field(init=False)
    short_since: Floats = field(init=False)
    helped: Bools = field(init=False)

    def __post_init__(self) -> None:
        self.routes = self.volumes.routes
        self.short_since = np.full(len(self.main), np.inf)
        self.helped = np.zeros(len(self.main), dtype=np.bool_)

    @property
    def end(self) -> date:
        return add_months(self.start, self.term)

    @property
    def years(self) -> int:
        """Number of contract years, a shorter last one included."""
        return -(-self.term // 12)

    def year_months(self, year: int) -> int:
        """Months of contract year ``year`` (1 is the first)."""
        return min(12, self.term - 12 * (year - 1))

    def year_end(self, year: int) -> date:
        return add_months(self.start, min(12 * year, self.term))

    def month(self, first: date) -> int:
        """Contract months that have passed on the first of a month; negative before the start."""
        return months_between(self.start, first)

    def year(self, first: date) -> int:
        """Contract year of a month, 0 outside the contract."""
        month = self.month(first)
        return month // 12 + 1 if 0 <= month < self.term else 0

    def months_left(self, first: date) -> int:
        """Months of the contract year that remain, this one included; 0 outside the contract."""
        year = self.year(first)
        return self.year_months(year) - self.month(first) % 12 if year else 0

    def cut(self, day: date) -> None:
        """End the contract on a day, because another one of the drug begins; the month begun counts."""
        self.term = max(0, min(self.term, self.month(first_from(day))))
        for supplier in self.suppliers:
            supplier.over = True

    def supplier_of(self, province: int) -> Supplier | None:
        """A province's main supplier; None where the drug is not supplied under this contract."""
        index = int(self.main[province])
        return self.suppliers[index] if index >= 0 else None

    def mix(self, province: int) -> Mix | None:
        """What is selected in a province and at which prices; None where the drug is not supplied."""
        places = np.flatnonzero(self.routes[:, province])
        if not len(places):
            return None
        chosen = [self.suppliers[i] for i in places]
        parts = tuple(self.routes[places, province].tolist())
        price = sum(part * s.price for part, s in zip(parts, chosen, strict=True))
        return Mix(tuple(s.product for s in chosen), parts, price)

    def failed_since(self) -> Floats:
        """Day since which a supplier of each province makes nothing, shape (provinces,); inf = all of them do."""
        stopped = np.array([s.stopped for s in self.suppliers])
        return np.asarray(np.where(self.routes > 0, stopped[:, None], np.inf).min(axis=0))

    def replace_main(self, gone: Supplier) -> list[int]:
        """Give the provinces of a supplier that left to the backup, else to the next winner; return those provinces.

        What was to come from it elsewhere, because institutions named its brand, goes to the main supplier there.
        """
        index = self.suppliers.index(gone)
        served = [int(p) for p in np.flatnonzero(self.main == index)]
        staying = [i for i, s in enumerate(self.suppliers) if not s.gone]
        for place, province in enumerate(served):
            backup = int(self.backup[province])
            if backup >= 0 and backup in staying:
                self.main[province], self.backup[province] = backup, -1
            elif staying:
                self.main[province] = staying[place % len(staying)]
        moved = self.routes[index].copy()
        self.routes[index] = 0.0
        for province in np.flatnonzero(moved).tolist():
            self.routes[self.main[province], province] += moved[province]
        return served
