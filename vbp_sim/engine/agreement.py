"""An agreement: one drug, a set of places, a term; who supplies where at which price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt

from vbp_sim.agents.supply.interface import Line
from vbp_sim.engine.clock import add_months, first_from, months_between
from vbp_sim.engine.plant import Plant
from vbp_sim.rules.ruleset import RuleSet

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(eq=False)
class Supplier:
    """A winner in an agreement: the plant that makes the product and what it earns by this agreement (``line``), its
    price and its cost when it bid (yuan per unit), and the agreed ``volumes`` of a year (units) by place; ``lost``
    if it is selected no more.
    """

    plant: Plant
    line: Line
    agreement: Agreement = field(repr=False)
    price: float
    cost: float
    volumes: Floats
    lost: bool = False

    @property
    def product(self) -> int:
        return self.plant.product

    @property
    def agreed(self) -> float:
        """Agreed volume of a year where the agreement is in force, units."""
        return float(self.volumes[self.agreement.open].sum())


@dataclass(eq=False)
class Agreement:
    """One drug's agreement in the places (indices) in which it is ``open``.

    ``suppliers`` in the order of the choice of places, then winners that choose none; (places of the scenario,):
    ``main`` and ``backup`` are indices into them, -1 = none; ``routes`` (suppliers, places) is the part of a place's
    orders that each gets; ``share`` the guaranteed part of what was reported; ``term`` in months; ``ceiling`` of its
    round, whole micro-yuan; ``settled`` agreement years are over; ``price_before`` (places,) the mean price paid for
    the drug until it began, yuan per unit.
    """

    round: str
    drug: int
    rules: RuleSet
    suppliers: list[Supplier]
    main: Ints
    backup: Ints
    routes: Floats
    share: Floats
    start: date
    term: int
    ceiling: int = 0
    settled: int = 0
    price_before: Floats = field(init=False)
    open: Bools = field(init=False)

    def __post_init__(self) -> None:
        self.open = self.main >= 0
        self.price_before = np.zeros(len(self.main))

    @property
    def end(self) -> date:
        return add_months(self.start, self.term)

    @property
    def years(self) -> int:
        """Number of agreement years, a shorter last one included."""
        return -(-self.term // 12)

    @property
    def places(self) -> list[int]:
        """Places in which it is in force, or was the last one in force."""
        return [int(p) for p in np.flatnonzero(self.open)]

    def year_months(self, year: int) -> int:
        """Months of agreement year ``year`` (1 is the first)."""
        return min(12, self.term - 12 * (year - 1))

    def year_end(self, year: int) -> date:
        return add_months(self.start, min(12 * year, self.term))

    def month(self, first: date) -> int:
        """Agreement months that have passed on the first of a month; negative before the start."""
        return months_between(self.start, first)

    def months_until(self, day: date) -> int:
        """Months of the term until a day on which another agreement begins; the month begun counts."""
        return max(0, min(self.term, self.month(first_from(day))))

    def failed_since(self) -> Floats:
        """Day since which a supplier of each place makes nothing, shape (places,); inf = all of them do."""
        stopped = np.array([s.plant.stopped for s in self.suppliers])
        return np.asarray(np.where(self.routes > 0, stopped[:, None], np.inf).min(axis=0))

    def others(self, indices: Sequence[int]) -> list[int]:
        """Suppliers that still make the product and are selected, without some of them."""
        return [i for i, s in enumerate(self.suppliers) if i not in indices and not (s.plant.gone or s.lost)]

    def replace_main(self, index: int) -> list[int]:
        """Give the places of a supplier to the backup, else to the next winner; return those places. Where nobody else
        is left they stay with it.

        What was to come from it elsewhere, because institutions named its brand, goes to the main supplier there.
        """
        served = [int(p) for p in np.flatnonzero((self.main == index) & self.open)]
        staying = self.others([index])
        for turn, place in enumerate(served):
            backup = int(self.backup[place])
            if backup >= 0 and backup in staying:
                self.main[place], self.backup[place] = backup, -1
            elif staying:
                self.main[place] = staying[turn % len(staying)]
        if self.suppliers[index].lost:
            self.backup[self.backup == index] = -1
        moved = self.routes[index].copy()
        self.routes[index] = 0.0
        for place in np.flatnonzero(moved).tolist():
            self.routes[self.main[place], place] += moved[place]
        return served
