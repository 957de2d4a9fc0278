"""Revenue, cost and cash of every company: its products under agreements and beside them, in all places."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vbp_sim.agents.firms.interface import Products
from vbp_sim.engine.turnover import Laid, Turnover

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Owners:
    """Arrays (months, owners), yuan; the first owner, "", is all who make products that may not bid or are outside.

    ``revenue`` of goods delivered, ``cost`` of making them, ``flow`` of cash: receipts less production, fees, taxes,
    damages and returned advances.
    """

    def __init__(self, p: Products, months: int) -> None:
        names = [owner or maker for owner, maker in zip(p.owner, p.manufacturer, strict=True)]
        self.names = ("", *sorted(set(names)))
        place = {name: i for i, name in enumerate(self.names)}
        self.of = np.array([place[name] for name in names], dtype=np.int64)
        shape = (months, len(self.names))
        self.revenue, self.cost, self.flow = np.zeros(shape), np.zeros(shape), np.zeros(shape)

    def pay(self, m: int, by_product: Floats) -> None:
        """Manufacturers pay, (products,) yuan; negative: they receive."""
        self.flow[m] -= self._sum(self.of, by_product)

    def sell(
        self,
        m: int,
        laid: Laid,
        month: Turnover,
        left: Floats,
        punctual: Floats,
        lags: tuple[Ints, Ints, Ints],
        charges: float,
    ) -> None:
        """Book a month's sales.

        ``left`` (products, places) yuan is what is to be paid of selected goods; of it the part ``punctual`` (places of
        each product's drug) comes after the first of ``lags`` (places,) months, the rest after the second; goods that
        were not selected are paid after the third. ``charges`` is the part of the value that fees and taxes take.
        """
        due, late, usual = lags
        for lag, paid in ((due, left * punctual), (late, left * (1 - punctual))):
            for months in sorted({*lag.tolist()}):
                self._receive(m + months, self._sum(self.of, paid[:, lag == months].sum(axis=1)))
        places = left.shape[1]
        owner = np.where(laid.product >= 0, self.of[laid.product], 0)
        units, where = month.other_units.ravel()[laid.cell], laid.cell % places
        for months in sorted({*usual.tolist()}):
            here = usual[where] == months
            self._receive(m + months, self._sum(owner[here], (units * laid.worth)[here]))
            outside = float(month.alternatives[:, usual == months].sum())
            self._receive(m + months, np.append(outside, np.zeros(len(self.names) - 1)))
        revenue = self._sum(self.of, month.sold.sum(axis=1)) + self._sum(owner, units * laid.worth)
        revenue[0] += month.alternatives.sum()
        self.revenue[m] += revenue
        self.flow[m] -= charges * revenue

    def make(self, m: int, of_selected: Floats, laid: Laid, units: Floats, outside: float) -> None:
        """Book the cost of a month's goods: (products,) of selected ones, of ``units`` (drugs, places) that were not
        selected, and of drugs outside the list."""
        owner = np.where(laid.product >= 0, self.of[laid.product], 0)
        cost = self._sum(self.of, of_selected) + self._sum(owner, units.ravel()[laid.cell] * laid.cost_part)
        cost[0] += outside
        self.cost[m] += cost
        self.flow[m] -= cost

    def sell_outside(self, m: int, laid: Laid, units: Floats, free_price: float, charges: float) -> None:
        """Book what originators sell outside VBP hospitals, paid at once: ``units`` (drugs, places) over their part of
        what is not selected, at ``free_price`` times their price there."""
        owner, sold = self.of[laid.product[laid.brand]], units.ravel()[laid.cell[laid.brand]]
        revenue = self._sum(owner, sold * laid.worth[laid.brand] * free_price)
        cost = self._sum(owner, sold * laid.cost_part[laid.brand])
        self.revenue[m] += revenue
        self.cost[m] += cost
        self.flow[m] += (1 - charges) * revenue - cost

    def _receive(self, m: int, yuan: Floats) -> None:
        if m < len(self.flow):
            self.flow[m] += yuan

    def _sum(self, owner: Ints, values: Floats) -> Floats:
        sums: Floats = np.bincount(owner, weights=values, minlength=len(self.names)).astype(np.float64)
        return sums
