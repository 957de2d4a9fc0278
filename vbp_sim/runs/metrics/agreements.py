"""The agreements of a run apart: the first of each drug and place, those of one round, all that follow another one.

A tender belongs to the first agreements if no agreement of its drug was made before in one of its places, and to the
renewals if one was; it may belong to both. Rounds follow each other by the opening of bids.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from functools import cached_property

import numpy as np

from vbp_sim.runs.metrics.metric import RENEWALS
from vbp_sim.runs.metrics.replication import Replication, Rows
from vbp_sim.runs.savings import Bools, Ints, Table, Tables

#: tables of which a part is taken, without the use table, whose rows name no round
_OF_ROUNDS = ("bids", "awards", "allocation", "reports", "supply", "settlement", "settings")
_LATE = np.iinfo(np.int64).max


class Agreements:
    """The parts of one replication by round."""

    def __init__(self, tables: Tables) -> None:
        self._t = tables

    @cached_property
    def rounds(self) -> tuple[str, ...]:
        """Rounds with a tender, in the order in which bids were opened."""
        return Replication(self._t).rounds

    def parts(self) -> Iterator[tuple[str, Replication]]:
        """Each round, then the renewals, if there are several rounds."""
        if len(self.rounds) > 1:
            for rank, name in enumerate(self.rounds):
                yield name, self._part(functools.partial(_is, rank))
            yield RENEWALS, self._part(lambda mine, first: mine > first)

    def first(self) -> Replication:
        """The first agreement of each drug and place; the whole run if it has one round."""
        whole = len(self.rounds) < 2
        return Replication(self._t) if whole else self._part(lambda mine, first: mine <= first)

    def _part(self, wanted: Callable[[Ints, Ints], Bools]) -> Replication:
        """The rows of agreements that are wanted, by their rank and that of the first one of the drug and place."""
        kept = {name: Rows(self._t[name], self._rows(self._t[name], wanted)) for name in _OF_ROUNDS}
        mine, first = self._running
        return Replication({**self._t, **kept, "use": Rows(self._t["use"], (mine >= 0) & wanted(mine, first))})

    def _rows(self, table: Table, wanted: Callable[[Ints, Ints], Bools]) -> Bools:
        if "province" in table:
            return wanted(self._rank(table), self._first_of(table))
        tenders = list(zip(table["round"].tolist(), table["drug"].tolist(), strict=True))
        kept = {tender: bool(wanted(*self._places(*tender)).any()) for tender in dict.fromkeys(tenders)}
        return np.array([kept[tender] for tender in tenders], dtype=np.bool_)

    def _rank(self, table: Table) -> Ints:
        place = {name: i for i, name in enumerate(self.rounds)}
        return np.array([place.get(name, -1) for name in table["round"].tolist()], dtype=np.int64)

    @cached_property
    def _first(self) -> dict[tuple[str, str], int]:
        """Rank of the first agreement by drug and place."""
        allocation = self._t["allocation"]
        found: dict[tuple[str, str], int] = {}
        for key, rank in zip(_cells(allocation), self._rank(allocation).tolist(), strict=True):
            found[key] = min(rank, found.get(key, rank))
        return found

    def _first_of(self, table: Table) -> Ints:
        return np.array([self._first.get(key, _LATE) for key in _cells(table)], dtype=np.int64)

    def _places(self, name: str, drug: str) -> tuple[Ints, Ints]:
        """The rank of a tender, and that of the first agreement, in each place that reported or got a supplier."""
        places = self._tendered.get((name, drug), {""})
        first = np.array([self._first.get((drug, place), _LATE) for place in places], dtype=np.int64)
        return np.full(len(places), self.rounds.index(name), dtype=np.int64), first

    @cached_property
    def _tendered(self) -> dict[tuple[str, str], set[str]]:
        """Places by round and drug."""
        found: dict[tuple[str, str], set[str]] = {}
        for table in (self._t["reports"], self._t["allocation"]):
            for cell, name in zip(_cells(table), table["round"].tolist(), strict=True):
                found.setdefault((name, cell[0]), set()).add(cell[1])
        return found

    @cached_property
    def _running(self) -> tuple[Ints, Ints]:
        """Rank of the round whose agreement each row of the use table is under, -1 for none; rank of the first one."""
        allocation, use = self._t["allocation"], self._t["use"]
        here: dict[tuple[str, str], set[tuple[int, int]]] = {}
        for cell, name, rank in zip(
            _cells(allocation), allocation["round"].tolist(), self._rank(allocation).tolist(), strict=True
        ):
            if (name, cell[0]) in self._begins:
                here.setdefault(cell, set()).add((self._begins[name, cell[0]], rank))
        found, first = (np.full(len(use["month"]), rank, dtype=np.int64) for rank in (-1, _LATE))
        cells = list(_cells(use))
        number = {cell: i for i, cell in enumerate(dict.fromkeys(cells))}
        code = np.fromiter(map(number.__getitem__, cells), dtype=np.int64, count=len(cells))
        month, order = use["month"].astype("datetime64[M]").astype(np.int64), np.argsort(code, kind="stable")
        ends = np.cumsum(np.bincount(code, minlength=len(number)))
        for cell, i in number.items():
            rows = order[ends[i - 1] if i else 0 : ends[i]]
            first[rows] = self._first.get(cell, _LATE)
            for start, rank in sorted(here.get(cell, ())):
                found[rows[month[rows] >= start]] = rank
        return np.where(use["agreed"] > 0, found, -1), first

    @cached_property
    def _begins(self) -> dict[tuple[str, str], int]:
        """First month of supply by round and drug."""
        supply, found = self._t["supply"], dict[tuple[str, str], int]()
        months = supply["month"].astype("datetime64[M]").astype(np.int64).tolist()
        for name, drug, month in zip(supply["round"].tolist(), supply["drug"].tolist(), months, strict=True):
            found[name, drug] = min(month, found.get((name, drug), month))
        return found


def _is(rank: int, mine: Ints, first: Ints) -> Bools:
    return np.asarray(mine == rank)


def _cells(table: Table) -> Iterator[tuple[str, str]]:
    return zip(table["drug"].tolist(), table["province"].tolist(), strict=True)
