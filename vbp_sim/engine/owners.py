"""Revenue, cost and cash of every company: its products under agreements and beside them, in all places."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vbp_sim.agents.firms.interface import Products
from vbp_sim.agents.supply.interface import Supply
from vbp_sim.engine.terms import Terms
from vbp_sim.engine.turnover import Laid, Turnover

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Owners:
    """Arrays (months, owners), yuan; the first owner, "", is all who make products that may not bid or are outside.

    ``revenue`` of goods delivered, of it ``selected``, ``cost`` of making them, ``flow`` of cash: receipts less
    production, fees, taxes, damages, returned advances and what waiting for money costs.
    """

    def __init__(self, p: Products, months: int) -> None:
        names = [owner or maker for owner, maker in zip(p.owner, p.manufacturer, strict=True)]
        self.names = ("", *sorted(set(names)))
        place = {name: i for i, name in enumerate(self.names)}
        self.of = np.array([place[name] for name in names], dtype=np.int64)
        shape = (months, len(self.names))
        self.revenue, self.selected, self.cost, self.flow = (np.zeros(shape) for _ in range(4))
        self._drug = p.drug

    def pay(self, m: int, by_product: Floats) -> None:
        """Manufacturers pay, (products,) yuan; negative: they receive."""
        self.flow[m] -= self._sum(self.of, by_product)

    def afford(self, m: int, supply: Supply) -> Floats:
        """The part of its capacity that the owner of each product can pay for in a month, (products,): by its cash so
        far and its revenue of the last year."""
        if supply.cash_bound is None or m == 0:
            return np.ones(len(self.of))
        revenue, selected = (of[max(0, m - 12) : m].mean(axis=0) for of in (self.revenue, self.selected))
        return supply.affords(self.flow[:m].sum(axis=0), revenue, selected)[self.of]

    def sell(
        self, m: int, laid: Laid, month: Turnover, left: Floats, punctual: Floats, terms: Terms, vat: float
    ) -> None:
        """Book a month's sales, paid after the months of ``terms``.

        ``left`` (products, places) yuan is what is to be paid of selected goods; of it the part ``punctual`` (places of
        each product's drug) comes on time, the rest late. ``vat`` is the part of the value that taxes take.
        """
        due, late, usual = terms.to_firms
        for lag, paid in ((due, left * punctual), (late, left * (1 - punctual))):
            for months in sorted({*lag.tolist()}):
                self._receive(m + months, self._sum(self.of, paid[:, lag == months].sum(axis=1)))
            self._wait(m, lag, terms, self.of, paid)
        places = left.shape[1]
        owner = np.where(laid.product >= 0, self.of[laid.product], 0)
        units, where = month.other_units.ravel()[laid.cell], laid.cell % places
        worth = units * laid.worth
        for months in sorted({*usual.tolist()}):
            here = usual[where] == months
            self._receive(m + months, self._sum(owner[here], worth[here]))
            outside = float(month.alternatives[:, usual == months].sum())
            self._receive(m + months, np.append(outside, np.zeros(len(self.names) - 1)))
        if terms.interest.any():
            others = np.zeros((len(self.names), places))
            np.add.at(others, (owner, where), worth)
            others[0] += month.alternatives.sum(axis=(0, 2))
            self._wait(m, usual, terms, np.arange(len(self.names)), others)
        selected = self._sum(self.of, month.sold.sum(axis=1))
        revenue = selected + self._sum(owner, worth)
        revenue[0] += month.alternatives.sum()
        self.revenue[m] += revenue
        self.selected[m] += selected
        self.flow[m] -= (terms.fees[0, 0] + vat) * revenue
        self.flow[m] -= self._dearer(laid, month, owner, worth, terms.fees - terms.fees[0, 0])

    def _dearer(self, laid: Laid, month: Turnover, owner: Ints, worth: Floats, more: Floats) -> Floats:
        """What the fee takes ``more`` (places, levels) of a month's sales than in the first place, (owners,) yuan."""
        drug = self._drug
        taken = self._sum(self.of, (month.sold * _mean(more, month.selected)[drug]).sum(axis=1))
        taken += self._sum(owner, worth * _mean(more, month.others).ravel()[laid.cell])
        taken[0] += (more * month.alternatives).sum()
        return taken

    def _wait(self, m: int, lag: Ints, terms: Terms, owner: Ints, yuan: Floats) -> None:
        """What owners pay for the money that they wait for ``lag`` (places,) months, yuan (..., places)."""
        for months in range(int(lag.max(initial=0)) if terms.interest.any() else 0):
            part = np.where(lag > months, terms.interest, 0.0)
            self._receive(m + months, -self._sum(owner, (yuan * part).sum(axis=1)))

    def make(self, m: int, of_selected: Floats, laid: Laid, units: Floats, outside: float) -> None:
        """Book the cost of a month's goods: (products,) of selected ones, of ``units`` (drugs, places) that were not
        selected, and of drugs outside the list."""
        owner = np.where(laid.product >= 0, self.of[laid.product], 0)
        cost = self._sum(self.of, of_selected) + self._sum(owner, units.ravel()[laid.cell] * laid.cost_part)
        cost[0] += outside
        self.cost[m] += cost
        self.flow[m] -= cost

    def sell_outside(self, m: int, laid: Laid, month: Turnover, free_price: float, fees: Floats, vat: float) -> None:
        """Book what originators sell outside VBP hospitals, paid at once, at ``free_price`` times their price there;
        ``fees`` (places, levels)."""
        units = month.away_units
        owner, sold = self.of[laid.product[laid.brand]], units.ravel()[laid.cell[laid.brand]]
        revenue = self._sum(owner, sold * laid.worth[laid.brand] * free_price)
        cost = self._sum(owner, sold * laid.cost_part[laid.brand])
        self.revenue[m] += revenue
        self.cost[m] += cost
        self.flow[m] += (1 - (fees[0, 0] + vat)) * revenue - cost
        more = _mean(fees - fees[0, 0], month.away).ravel()[laid.cell[laid.brand]]
        self.flow[m] -= self._sum(owner, sold * laid.worth[laid.brand] * free_price * more)

    def _receive(self, m: int, yuan: Floats) -> None:
        if m < len(self.flow):
            self.flow[m] += yuan

    def _sum(self, owner: Ints, values: Floats) -> Floats:
        sums: Floats = np.bincount(owner, weights=values, minlength=len(self.names)).astype(np.float64)
        return sums


def _mean(values: Floats, yuan: Floats) -> Floats:
    """Mean of ``values`` (places, levels) by drug and place, weighted by ``yuan`` (drugs, places, levels)."""
    total = yuan.sum(axis=2)
    return np.asarray(np.divide((values * yuan).sum(axis=2), total, out=np.zeros_like(total), where=total > 0))
