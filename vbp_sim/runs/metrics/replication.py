"""The tables of one replication, with the joins that several metrics need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from vbp_sim.runs.metrics.basket import Basket
from vbp_sim.runs.savings import Bools, Floats, Ints, Savings, Table, Tables, among, codes, rows_in


class Rows(Mapping[str, npt.NDArray[Any]]):
    """Some rows of a table; its columns are cut as they are asked for."""

    def __init__(self, table: Table, rows: Bools) -> None:
        self._table, self._rows = table, rows

    def __getitem__(self, column: str) -> npt.NDArray[Any]:
        return self._table[column][self._rows]

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)


class Replication:
    """The tables of one replication, or of the part of it that belongs to some of its agreements.

    ``control``: the tables of the same replication in a world without VBP, where one was run.
    """

    def __init__(self, tables: Tables, control: Tables | None = None) -> None:
        self.t, self.control = tables, control

    @cached_property
    def won(self) -> Bools:
        """Rows of the bids table that were selected."""
        return np.asarray(self.t["bids"]["selected"], dtype=np.bool_)

    @cached_property
    def rounds(self) -> tuple[str, ...]:
        """Rounds with a tender, in the order in which bids were opened."""
        events, named = self.t["events"], set(self.t["awards"]["round"].tolist())
        opened = np.flatnonzero(events["kind"] == "opening")
        at = {events["round"][i]: float(events["time"][i]) for i in opened.tolist()}
        return tuple(sorted(named, key=lambda name: (at.get(name, np.inf), name)))

    @cached_property
    def basket(self) -> Basket:
        """What was bought before and in the first agreement year, and at which prices."""
        return Basket.of(self.t, self.rounds, self.control)

    @cached_property
    def in_contract(self) -> Bools:
        """Rows of the use table whose drug is under agreement there in that month."""
        use, (cell, count) = self.t["use"], self.cells
        month = use["month"].astype("datetime64[M]").astype(np.int64)
        key = (month - (month.min() if len(month) else 0)) * count + cell
        known = np.zeros(int(key.max(initial=-1)) + 1, dtype=np.bool_)
        known[key[use["agreed"] > 0]] = True
        return np.asarray(known[key])

    @cached_property
    def cells(self) -> tuple[Ints, int]:
        """Number of the drug and place of each row of the use table, and how many there may be."""
        cell, _, count = codes(self.t["use"], self.t["use"], "drug", "province")
        return cell, count

    @cached_property
    def supplied(self) -> Bools:
        """Rows of the supply table in whose month the drug is under agreement anywhere."""
        return self.under(self.t["supply"], "month", "drug")

    def under(self, table: Table, *columns: str) -> Bools:
        """Rows of a table whose month and place or drug (``columns``) is one in which an agreement runs."""
        return among(table, self.t["use"], self.t["use"]["agreed"] > 0, *columns)

    @cached_property
    def savings(self) -> Savings:
        """Who saved what where an agreement runs."""
        return Savings.of(self.t["fund"], self.t["use"])

    @property
    def years(self) -> float:
        """Years in which any agreement runs."""
        use = self.t["use"]
        return len(np.unique(use["month"][use["agreed"] > 0])) / 12

    @property
    def last_month(self) -> Any:
        """The last month of the run."""
        return self.t["use"]["month"].max()

    def bid_of(self, table: Table, firm: str) -> Ints:
        """Rows of the bids table with the round and drug of each row of a table, and the firm that it names."""
        named = {**table, "manufacturer": table[firm]}
        return rows_in(named, self.t["bids"], "round", "drug", "manufacturer")

    def lowest_before(self, table: Table) -> Floats:
        """Lowest price of the drug of each row before its round, yuan per unit; nan where it is not known."""
        mine, theirs, size = codes(table, self.t["awards"], "round", "drug")
        lowest = np.full(size, np.nan)
        lowest[theirs] = self.t["awards"]["pre_price"]
        return np.asarray(lowest[mine])

    def use(self, column: str) -> float:
        """Sum of a column of the use table over the months and provinces in which the drug is under agreement."""
        return float(self.t["use"][column][self.in_contract].sum())

    @property
    def served(self) -> float:
        """Use of awarded drugs under agreement: need that was met, and not by other molecules."""
        return self.use("need") - self.use("unmet") - self.use("alternatives") - self.use("away")

    @cached_property
    def sales(self) -> tuple[Floats, Ints]:
        """Volume delivered by each row of the supply table under agreement, and its row in the bids table."""
        supply = Rows(self.t["supply"], self.supplied)
        volume = supply["delivered"] + supply["backup_delivered"]
        return np.asarray(volume, dtype=np.float64), self.bid_of(supply, "manufacturer")

    def last(self, table: str, column: str) -> Floats:
        """A column of a table in the last month of the run."""
        rows = self.t[table]
        return np.asarray(rows[column][rows["month"] == self.last_month], dtype=np.float64)

    def posted(self, *flows: str) -> float:
        """Sum of some flows, yuan."""
        accounts = self.t["accounts"]
        return float(accounts["yuan"][np.isin(accounts["flow"], flows)].sum())

    def events(self, kind: str) -> Floats:
        """Values of all events of a kind."""
        events = self.t["events"]
        return np.asarray(events["value"][events["kind"] == kind], dtype=np.float64)


def ratio(part: float, whole: float) -> float:
    """Part over whole; nan of nothing."""
    return part / whole if whole else np.nan


def mean_of(values: npt.NDArray[Any]) -> float:
    """Mean of the known values; nan if there is none."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else np.nan


def per_year(amount: float, run: Replication) -> float:
    """A sum over the whole run, by year under agreement."""
    return ratio(amount, run.years)


def total(run: Replication, table: str, column: str) -> float:
    """The sum of a column."""
    return float(run.t[table][column].sum())


def over(run: Replication, table: str, part: str, whole: str) -> float:
    """The sum of a column over the sum of another."""
    return ratio(total(run, table, part), total(run, table, whole))


def count_of(run: Replication, kind: str) -> float:
    """How often something happened."""
    return float(len(run.events(kind)))
