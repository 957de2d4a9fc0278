"""Supervision of winners, month by month: their plants are inspected, their batches sampled, what they did is rated.

A failed batch that is sampled, or a plant that fails its inspection, ends in a recall: the stock is taken back, the
line stands still, and the places go to others where the law says so.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import simpy

from vbp_sim.engine.clock import INSPECT, MONTH
from vbp_sim.engine.plant import Plant
from vbp_sim.engine.world import World
from vbp_sim.rules.local.quality import Sampling


@dataclass
class _Watched:
    """A product: the part of the time to its next inspection that has passed, whether its plant has fallen out of good
    practice since the last one, and what the year has seen of it."""

    due: float
    flawed: bool = False
    inspections: int = 0
    batches: float = 0.0
    sampled: float = 0.0
    failed: int = 0
    found: int = 0

    def count(self, inspections: int, batches: float, sampled: float, failed: int) -> None:
        """Add a month."""
        self.inspections, self.failed = self.inspections + inspections, self.failed + failed
        self.batches, self.sampled, self.due = self.batches + batches, self.sampled + sampled, self.due % 1


def supervision(world: World) -> Generator[simpy.Event, None, None]:
    """Once a month, after the books are closed."""
    watched: dict[int, _Watched] = {}
    late: set[tuple[int, int, float]] = set()
    companies = world.accounts.owners.names[1:]
    for m, first in enumerate(world.clock.months):
        yield from world.until(world.clock.day(first) + INSPECT)
        laws = world.laws.everywhere("quality", m)
        for product in sorted(world.plants):
            _inspect(world, m, world.plants[product], laws, watched)
        _late(world, m, late)
        for company in companies:
            for event, where in world.conduct.found(company, m, world.luck):
                world.sanctions.sanction(company, event, m, [int(where * len(laws))])
        if first.month == 12 or m == len(world.clock.months) - 1:
            _write(world, first.year, watched)


def _inspect(world: World, m: int, plant: Plant, laws: list[Sampling], watched: dict[int, _Watched]) -> None:
    """A month of a plant that serves agreements and makes something: batches, samples, and inspections that are due.

    Of the ``laws`` (places,) the one that asks most for it counts.
    """
    mine = [laws[p] for agreement, _ in world.serves(plant) for p in agreement.places]
    if not mine or not plant.makes:
        return
    where, luck, supply = (plant.line.drug, plant.line.manufacturer), world.luck, world.supply
    if plant.product not in watched:
        watched[plant.product] = _Watched(float(luck.uniform("quality.due", *where)))
    seen = watched[plant.product]
    inspections, samples = max(law.inspections for law in mine), max(law.samples for law in mine)
    per_batch, breaches = supply.flaws(plant.earns, inspections)
    sampled, failed, event = min(supply.batches, samples / 12), 0, ""
    if per_batch:
        failed = poisson(supply.batches * per_batch, float(luck.uniform("quality.failed", *where, at=m)))
        if float(luck.uniform("quality.found", *where, at=m)) >= (1 - sampled / supply.batches) ** failed:
            event = "failed-sample"
    if breaches:
        seen.flawed |= float(luck.exponential("quality.breach", *where, at=m)) < breaches / 12
    seen.due += inspections / 12
    if seen.due >= 1 and seen.flawed and not event:
        event = "recall"
    seen.count(int(seen.due), supply.batches, sampled, failed)
    if event:
        seen.found, seen.flawed = seen.found + 1, False
        months = supply.away(float(luck.uniform("quality.away", *where, at=m)))
        world.recall(plant, event, months * MONTH, lost=any(law.place_lost for law in mine))


def poisson(mean: float, chance: float) -> int:
    """The number at a ``chance`` (0 to 1) of a Poisson variable.

    >>> poisson(1.0, 0.5), poisson(0.0, 0.99)
    (1, 0)
    """
    number, term = 0, math.exp(-min(mean, 700.0))
    below = term
    while chance > below and term > 1e-300:
        number += 1
        term *= mean / number
        below += term
    return number


def _late(world: World, m: int, known: set[tuple[int, int, float]]) -> None:
    """The main supplier of places whose shortage has lasted as long as their law says has delivered late, once."""
    if all(law.late_days is None for law in world.laws.parts("credit")):
        return
    for shelf in world.shelves:
        late: dict[tuple[int, int, float], tuple[Plant, list[int]]] = {}
        for p in np.flatnonzero(np.isfinite(shelf.short_since)).tolist():
            since, agreement = float(shelf.short_since[p]), shelf.of(p)
            days = world.laws.part("credit", p, m).late_days
            if agreement is not None and days is not None and world.env.now - since >= days:
                plant = agreement.suppliers[int(agreement.main[p])].plant
                late.setdefault((agreement.drug, plant.product, since), (plant, []))[1].append(p)
        for shortage, (plant, places) in late.items():
            if shortage not in known:
                known.add(shortage)
                owner = world.companies.name(plant.product)
                world.sanctions.sanction(owner, "late-delivery", m, places, plant.line)


def _write(world: World, year: int, watched: dict[int, _Watched]) -> None:
    """The rows of a year."""
    for product, seen in sorted(watched.items()):
        line = world.plants[product].line
        world.recorder.row("quality", year, line.drug, line.manufacturer, seen.inspections, seen.batches, seen.sampled,
                           seen.failed, seen.found)  # fmt: skip
        watched[product] = _Watched(seen.due, seen.flawed)
