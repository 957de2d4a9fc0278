"""Writes down what happens in a replication and lays it out as the tidy tables of a run (docs/tables.md)."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from vbp_sim.agents.firms.interface import Products
from vbp_sim.engine.clock import Clock
from vbp_sim.engine.contract import Contract
from vbp_sim.engine.earlier_prices import EarlierPrices, Others
from vbp_sim.engine.mix import Mix
from vbp_sim.engine.supplier import Supplier
from vbp_sim.engine.tables import TABLES
from vbp_sim.rules.local.book import LawBook
from vbp_sim.scenario.market import LEVELS, Market
from vbp_sim.scenario.spec import Finance

Floats = npt.NDArray[np.float64]
Table = dict[str, npt.NDArray[Any]]
TYPES: dict[str, Any] = {
    "int": np.int64, "float": np.float64, "bool": np.bool_, "text": object,
    "month": "datetime64[M]", "date": "datetime64[D]",
}


class Recorder:
    """Collects one replication. Monthly arrays have shape (months, drugs, provinces[, levels]): volumes in ``monthly``,
    the selected side as a place in ``mixes`` (``mix``, -1 = none; ``others`` is the other side at that place) with its
    ``listed`` price, and the mean price ``paid`` to all who delivered.

    Shape (months, drugs): ``year`` of the contract (0 = none), ``opens`` the length in months of a contract year in its
    first month (else 0).
    """

    def __init__(
        self, market: Market, products: Products, prices: EarlierPrices, finance: Finance, laws: LawBook,
        clock: Clock, replication: int,
    ) -> None:
        self.market, self.products, self.prices, self.finance = market, products, prices, finance
        self.laws, self.clock, self.replication = laws, clock, replication
        cells = (len(clock.months), len(market.drugs), len(market.provinces))
        names = ("need", "selected", "alternatives", "substituted", "unmet", "agreed")
        self.monthly: dict[str, Floats] = {name: np.zeros((*cells, len(LEVELS))) for name in names}
        self.paid = np.zeros(cells)
        self.mix = np.full(cells, -1, dtype=np.int64)
        self.mixes: list[Mix] = []
        self.others: list[Others] = []
        self._places: dict[tuple[Mix, Others], int] = {}
        self.listed = np.zeros(cells)
        self.year = np.zeros(cells[:2], dtype=np.int64)
        self.opens = np.zeros(cells[:2], dtype=np.int64)
        self.on_time = np.ones(cells[2])
        self._rows: dict[str, list[tuple[Any, ...]]] = {}

    def row(self, table: str, *values: Any) -> None:
        """Add a row to one of the small tables, in the order of its declaration."""
        self._rows.setdefault(table, []).append(values)

    def event(self, now: float, kind: str, round_id: str, drug: str, manufacturer: str, province: str,
              value: float, text: str) -> None:
        """Add a row to the event table."""
        date = np.datetime64(self.clock.date(now), "D")
        self.row("events", now, date, kind, round_id, drug, manufacturer, province, value, text)

    def supply(self, m: int, supplier: Supplier, ordered: float, own: float, helped: float, short: float) -> None:
        """Add a supplier's month."""
        line = supplier.line
        self.row("supply", np.datetime64(self.clock.months[m], "M"), line.round, line.drug, line.manufacturer,
                 not supplier.makes, supplier.capacity, supplier.stock, ordered, own, helped, short)

    def month(self, m: int, province: int, need: Floats, selected: Floats, alternatives: Floats, substituted: Floats,
              unmet: Floats, agreed: Floats, paid: Floats) -> None:
        """Keep one province's month: volumes by (drugs, levels), and the price paid for selected products (drugs,)."""
        for name, values in zip(self.monthly, (need, selected, alternatives, substituted, unmet, agreed), strict=True):
            self.monthly[name][m, :, province] = values
        self.paid[m, :, province] = paid

    def contract(self, contract: Contract) -> None:
        """Note which months a contract covers, and with which main suppliers."""
        d = contract.drug
        for m, first in enumerate(self.clock.months):
            month, year = contract.month(first), contract.year(first)
            if month >= 0:
                self.year[m, d] = year
                self.opens[m, d] = contract.year_months(year) if year and month % 12 == 0 else 0
        self.selected(contract, contract.start)

    def selected(self, contract: Contract, since: date) -> None:
        """Note what is selected in each province from a day on, and its price."""
        mixes = [contract.mix(p) for p in range(len(contract.main))]
        places = [-1 if mix is None else self._place(contract.drug, mix) for mix in mixes]
        prices = [0.0 if mix is None else mix.price for mix in mixes]
        for m, first in enumerate(self.clock.months):
            if first >= since:
                self.mix[m, contract.drug] = places
                self.listed[m, contract.drug] = prices

    def _place(self, drug: int, mix: Mix) -> int:
        key = (mix, self.prices.others(drug, mix.products))
        if key not in self._places:
            self._places[key] = len(self.mixes)
            self.mixes.append(mix)
            self.others.append(key[1])
        return self._places[key]

    def tables(self) -> dict[str, Table]:
        """Lay out everything as tables; the first column is the replication."""
        from vbp_sim.engine.layout import monthly_tables

        monthly = monthly_tables(self)
        return {name: self._numbered(monthly.get(name) or self._table(name)) for name in TABLES}

    def _table(self, name: str) -> Table:
        declared = TABLES[name].columns[1:]
        rows = self._rows.get(name, [])
        columns = list(zip(*rows, strict=True)) if rows else [()] * len(declared)
        return {c.name: np.array(v, dtype=TYPES[c.kind]) for c, v in zip(declared, columns, strict=True)}

    def _numbered(self, table: Table) -> Table:
        rows = len(next(iter(table.values())))
        return {"replication": np.full(rows, self.replication, dtype=np.int32), **table}
