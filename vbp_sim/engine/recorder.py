"""Writes down what happens in a replication; `tables_of` lays it out as the tidy tables of a run (docs/tables.md)."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from vbp_sim.agents.firms.interface import Products
from vbp_sim.engine.agreement import Agreement
from vbp_sim.engine.clock import Clock
from vbp_sim.engine.plant import Plant
from vbp_sim.engine.prices import Others, Prices
from vbp_sim.engine.shelf import Mix, Shelf
from vbp_sim.scenario.market import LEVELS, Market

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Recorder:
    """Collects one replication. Monthly arrays have shape (months, drugs, places[, levels]): volumes in ``monthly``;
    the selected side as an index into ``mixes`` (``mix``, -1 = none; ``others`` is the other side at that index; -2 and
    less = none either, counted back from there into ``bare``, the whole drug at linked prices) with
    its ``listed`` price; ``dearer`` (levels too) what the tiers but emergency purchase cost more, over the drug's price
    before any round, times units; ``round`` of the scenario, counted from 1 (0 = none yet); ``year`` of the agreement,
    which stays that of its last one once it is over (0 = none); ``opens`` the length in months of an agreement year in
    its first month, else 0.
    """

    def __init__(
        self, market: Market, products: Products, prices: Prices, rounds: tuple[str, ...], clock: Clock
    ) -> None:
        self.market, self.products, self.prices, self.clock = market, products, prices, clock
        self.rounds = ("", *rounds)
        self._number = {name: number for number, name in enumerate(rounds, 1)}
        cells = (len(clock.months), len(market.drugs), len(market.provinces))
        names = ("need", "gained", "selected", "alternatives", "away", "substituted", "emergency", "relief",
                 "waiting", "unmet", "agreed")  # fmt: skip
        self.monthly: dict[str, Floats] = {name: np.zeros((*cells, len(LEVELS))) for name in names}
        self.mix = np.full(cells, -1, dtype=np.int64)
        self.mixes: list[Mix] = []
        self.others: list[Others] = []
        self.bare: list[Others] = []
        self._known: dict[tuple[Mix, Others], int] = {}
        self.listed, self.dearer = np.zeros(cells), np.zeros((*cells, len(LEVELS)))
        self.round, self.year, self.opens = (np.zeros(cells, dtype=np.int64) for _ in range(3))
        self.rows: dict[str, list[tuple[Any, ...]]] = {}
        untouched = [[_side(others) for others in row] for row in prices.untouched]
        self._untouched = np.moveaxis(np.array(untouched).reshape(*cells[1:], 3), -1, 0)

    def row(self, table: str, *values: Any) -> None:
        """Add a row to a table; values in the order of its columns, without the replication."""
        self.rows.setdefault(table, []).append(values)

    def event(self, now: float, kind: str, round_id: str, drug: str, manufacturer: str, province: str,
              value: float, text: str) -> None:  # fmt: skip
        """Add a row to the event table."""
        date = np.datetime64(self.clock.date(now), "D")
        self.row("events", now, date, kind, round_id, drug, manufacturer, province, value, text)

    def supply(
        self, m: int, round_id: str, plant: Plant, ordered: float, own: float, helped: float, short: float
    ) -> None:
        """Add a supplier's month under one agreement."""
        self.row("supply", np.datetime64(self.clock.months[m], "M"), round_id, plant.line.drug, plant.line.manufacturer,
                 not plant.makes, plant.capacity, plant.stock, ordered, own, helped, short)  # fmt: skip

    def month(self, m: int, place: int, *volumes: Floats) -> None:
        """Keep one place's month: ``volumes`` by (drugs, levels), in the order of ``monthly``."""
        for kept, values in zip(self.monthly.values(), volumes, strict=True):
            kept[m, :, place] = values

    def begin(self, shelf: Shelf, agreement: Agreement) -> None:
        """Note which months an agreement covers in the places in which it is open, and what is selected there."""
        d, here = agreement.drug, agreement.open
        for m, first in enumerate(self.clock.months):
            month = agreement.month(first)
            if month < 0:
                continue
            year = min(month // 12 + 1, agreement.years)
            opens = agreement.year_months(year) if month % 12 == 0 and month < agreement.term else 0
            self.round[m, d, here], self.year[m, d, here] = self._number[agreement.round], year
            self.opens[m, d, here] = opens
        self.selected(shelf, agreement, agreement.start)

    def selected(self, shelf: Shelf, agreement: Agreement, since: date) -> None:
        """Note what is selected in each place of an agreement from a day on, and its price."""
        later = self._from(since)
        for place in agreement.places:
            mix = shelf.mix(place)
            self.mix[later:, agreement.drug, place] = -1 if mix is None else self._index(agreement.drug, place, mix)
            self.listed[later:, agreement.drug, place] = 0.0 if mix is None else mix.price

    def relinked(self, drug: int, place: int, mix: Mix | None, since: date) -> None:
        """Note that products that are not selected cost something else in a place from a day on."""
        if mix is not None:
            index = self._index(drug, place, mix)
        else:
            self.bare.append(self.prices.others(drug, place, ()))
            index = -1 - len(self.bare)
        self.mix[self._from(since) :, drug, place] = index

    def ended(self, drug: int, places: list[int], since: date) -> None:
        """Note that nothing is selected in some places from a day on."""
        later = self._from(since)
        self.mix[later:, drug, places], self.listed[later:, drug, places] = -1, 0.0
        self.year[later:, drug, places] = self.opens[later:, drug, places] = 0

    def _from(self, day: date) -> int:
        """First month that begins on or after a day."""
        return next((m for m, first in enumerate(self.clock.months) if first >= day), len(self.clock.months))

    def _index(self, drug: int, place: int, mix: Mix) -> int:
        key = (mix, self.prices.others(drug, place, mix.products))
        if key not in self._known:
            self._known[key] = len(self.mixes)
            self.mixes.append(mix)
            self.others.append(key[1])
        return self._known[key]

    def others_at(self, index: int, drug: int, place: int) -> Others:
        """The other side at an index of ``mix``; the whole drug where nothing is selected."""
        if index < -1:
            return self.bare[-2 - index]
        return self.others[index] if index >= 0 else self.prices.untouched[drug][place]

    def sides(self, mix: Ints) -> tuple[Floats, Floats, Floats]:
        """Of the non-selected volume the originators' part, their price and the generics', shape of ``mix`` (...,
        drugs, places)."""
        table = np.array([*map(_side, self.others), *map(_side, reversed(self.bare)), (0.0, 0.0, 0.0)]).T
        part, originator, generic = (
            np.where(mix == -1, whole, column[np.where(mix == -1, 0, mix)])
            for column, whole in zip(table, self._untouched, strict=True)
        )
        return part, originator, generic


def _side(others: Others) -> tuple[float, float, float]:
    return others.originator_part, others.originator_price, others.generic_price
