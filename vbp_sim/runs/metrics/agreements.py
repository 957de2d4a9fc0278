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
from vbp_sim.runs.savings import LATE, Bools, Ints, Table, Tables, among, codes, least_by

#: tables of which a part is taken, without the use table, whose rows name no round
_OF_ROUNDS = ("bids", "awards", "allocation", "reports", "supply", "settlement", "settings")


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
            return wanted(self._rank(table), self._first(table))
        placed = self._tendered
        chosen = wanted(self._rank(placed), self._first(placed))
        nowhere = ~among(table, placed, np.ones_like(chosen), "round", "drug")
        late = np.full(len(nowhere), LATE)
        return among(table, placed, chosen, "round", "drug") | (nowhere & wanted(self._rank(table), late))

    def _rank(self, table: Table) -> Ints:
        place = {name: i for i, name in enumerate(self.rounds)}
        return np.array([place.get(name, -1) for name in table["round"].tolist()], dtype=np.int64)

    def _first(self, table: Table) -> Ints:
        """Rank of the first agreement of the drug and place of each row."""
        allocation = self._t["allocation"]
        return least_by(table, allocation, self._rank(allocation), "drug", "province")

    @cached_property
    def _tendered(self) -> Table:
        """Round, drug and place of every report and every supplier."""
        tables = self._t["reports"], self._t["allocation"]
        return {name: np.concatenate([table[name] for table in tables]) for name in ("round", "drug", "province")}

    @cached_property
    def _running(self) -> tuple[Ints, Ints]:
        """Rank of the round whose agreement each row of the use table is under, -1 for none; rank of the first one."""
        allocation, supply, use = self._t["allocation"], self._t["supply"], self._t["use"]
        month, supplied = (table["month"].astype("datetime64[M]").astype(np.int64) for table in (use, supply))
        rank, start = self._rank(allocation), least_by(allocation, supply, supplied, "round", "drug")
        mine, theirs, size = codes(use, allocation, "drug", "province")
        found = np.full(len(month), -1, dtype=np.int64)
        for begins, number in sorted({*zip(start.tolist(), rank.tolist(), strict=True)}):
            here = np.zeros(size, dtype=np.bool_)
            here[theirs[(start == begins) & (rank == number)]] = True
            found[here[mine] & (month >= begins)] = number
        return np.where(use["agreed"] > 0, found, -1), self._first(use)


def _is(rank: int, mine: Ints, first: Ints) -> Bools:
    return np.asarray(mine == rank)
