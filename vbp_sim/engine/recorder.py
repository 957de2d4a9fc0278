"""Writes down what happens in a replication and lays it out as the tidy tables of a run (docs/tables.md)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from vbp_sim.agents.firms.base import Products
from vbp_sim.engine.clock import Clock
from vbp_sim.engine.contract import Contract
from vbp_sim.engine.earlier_prices import EarlierPrices
from vbp_sim.engine.supplier import Supplier
from vbp_sim.rules.payment.base import Payment
from vbp_sim.scenario.market import LEVELS, Market
from vbp_sim.scenario.spec import Finance

Floats = npt.NDArray[np.float64]
Table = dict[str, npt.NDArray[Any]]


class Recorder:
    """Collects one replication. Monthly arrays have shape (months, drugs, provinces[, levels])."""

    def __init__(
        self, market: Market, products: Products, prices: EarlierPrices, finance: Finance, clock: Clock, replication: int
    ) -> None:
        self.market, self.products, self.prices, self.finance = market, products, prices, finance
        self.clock, self.replication = clock, replication
        cells = (len(clock.months), len(market.drugs), len(market.provinces))
        names = ("need", "selected", "substituted", "unmet", "agreed")
        self.monthly: dict[str, Floats] = {name: np.zeros((*cells, len(LEVELS))) for name in names}
        self.paid = np.full(cells, np.nan)
        self.main = np.full(cells, -1, dtype=np.int64)
        self.year = np.zeros(cells[:2], dtype=np.int64)
        self.payments: list[Payment | None] = [None] * cells[1]
        self.on_time = np.ones(cells[2])
        self._rows: dict[str, list[tuple[Any, ...]]] = {}

    def row(self, table: str, *values: Any) -> None:
        """Add a row to one of the small tables, in the order of `COLUMNS`."""
        self._rows.setdefault(table, []).append(values)

    def event(self, now: float, kind: str, round_id: str, drug: str, manufacturer: str, province: str,
              value: float, text: str) -> None:
        """Add a row to the event table."""
        date = np.datetime64(self.clock.date(now), "D")
        self.row("events", now, date, kind, round_id, drug, manufacturer, province, value, text)

    def supply(self, m: int, supplier: Supplier, ordered: float, own: float, helped: float, short: float) -> None:
        """Add a supplier's month."""
        line = supplier.line
        self.row("supply", np.datetime64(self.clock.months[m], "M"), line.drug, line.manufacturer,
                 not supplier.up or supplier.gone, supplier.capacity, supplier.stock, ordered, own, helped, short)

    def month(self, m: int, province: int, need: Floats, selected: Floats, substituted: Floats, unmet: Floats,
              agreed: Floats, paid: Floats) -> None:
        """Keep one province's month: volumes by (drugs, levels), and the price paid for selected products (drugs,)."""
        for name, values in zip(self.monthly, (need, selected, substituted, unmet, agreed / 12), strict=True):
            self.monthly[name][m, :, province] = values
        self.paid[m, :, province] = paid

    def contract(self, contract: Contract) -> None:
        """Note which months a contract covers, with which main suppliers, and how it is paid."""
        self.payments[contract.drug] = contract.rules.payment
        products = np.array([s.product for s in contract.suppliers])
        for m, first in enumerate(self.clock.months):
            if contract.month(first) >= 0:
                self.main[m, contract.drug] = np.where(contract.main >= 0, products[contract.main], -1)
                self.year[m, contract.drug] = contract.year(first)

    def tables(self) -> dict[str, Table]:
        """Lay out everything as tables; the first column is the replication."""
        from vbp_sim.engine.layout import fund_table, use_table

        tables = {name: self._table(name) for name in COLUMNS}
        tables["use"] = use_table(self)
        tables["fund"] = fund_table(self)
        return {name: self._numbered(table) for name, table in tables.items()}

    def _table(self, name: str) -> Table:
        rows = self._rows.get(name, [])
        columns = list(zip(*rows, strict=True)) if rows else [() for _ in COLUMNS[name]]
        return {
            column: np.array(values, dtype=kind)
            for (column, kind), values in zip(COLUMNS[name].items(), columns, strict=True)
        }

    def _numbered(self, table: Table) -> Table:
        rows = len(next(iter(table.values())))
        return {"replication": np.full(rows, self.replication, dtype=np.int32), **table}


#: columns of the tables that are written row by row, with their types; what they mean is in studies/tables.py
COLUMNS: dict[str, dict[str, Any]] = {
    "bids": {
        "round": object, "drug": object, "manufacturer": object, "originator": np.bool_, "rank": np.int32,
        "bid": np.float64, "ceiling": np.float64, "pre_price": np.float64, "cost": np.float64,
        "shortlisted": np.bool_, "selected": np.bool_, "price": np.float64, "reason": object,
        "real_bid": np.float64, "real_selected": np.int8,
    },
    "awards": {
        "round": object, "drug": object, "qualified": np.int32, "bidders": np.int32, "shortlisted": np.int32,
        "selected": np.int32, "failed": np.bool_, "lowest": np.float64, "ceiling": np.float64, "share": np.float64,
        "term_months": np.int32, "real_price": np.float64,
    },
    "allocation": {
        "round": object, "drug": object, "province": object, "main": object, "backup": object, "price": np.float64,
        "backup_price": np.float64, "reported": np.float64, "agreed": np.float64,
    },
    "reports": {
        "round": object, "drug": object, "province": object, "level": object, "institutions": np.int32,
        "past_use": np.float64, "reported": np.float64, "agreed": np.float64,
    },
    "supply": {
        "month": "datetime64[M]", "drug": object, "manufacturer": object, "down": np.bool_, "capacity": np.float64,
        "stock": np.float64, "ordered": np.float64, "delivered": np.float64, "backup_delivered": np.float64,
        "short": np.float64,
    },
    "prices": {
        "round": object, "drug": object, "manufacturer": object, "originator": np.bool_, "selected": np.bool_,
        "price_before": np.float64, "price_after": np.float64, "standard": np.float64,
    },
    "settlement": {
        "round": object, "contract_year": np.int32, "drug": object, "province": object, "level": object,
        "institutions": np.int32, "passed": np.int32, "agreed": np.float64, "bought": np.float64,
        "nonselected": np.float64, "budget": np.float64, "spend": np.float64, "surplus": np.float64,
        "retained": np.float64,
    },
    "events": {
        "time": np.float64, "date": "datetime64[D]", "kind": object, "round": object, "drug": object,
        "manufacturer": object, "province": object, "value": np.float64, "text": object,
    },
}
