"""The ordering loop written the usual SimPy way: one process per hospital, a Python loop over its drugs.

Everything else (rounds, suppliers, dispatch, recorder) is the engine's own. The arithmetic of each cell (one
hospital, drug and month) is the engine's too: need, partial adjustment, order, receipt, sums by level. It is
good scalar Python: locals, lists, the fastest scalar generator of the standard library.
"""

from __future__ import annotations

import math
import random
from collections.abc import Generator
from datetime import date

import numpy as np
import simpy
from vbp_sim.engine.province import Province, growth

from vbp_sim.agents.choice.partial_adjustment import PartialAdjustment
from vbp_sim.engine.clock import ORDER, RECEIVE
from vbp_sim.scenario.market import LEVELS

Process = Generator[simpy.Event, None, None]


class Book:
    """What the hospitals of a province add up in a month: orders by drug, volumes by drug and level."""

    def __init__(self, drugs: int) -> None:
        self.orders = [0.0] * drugs
        self.volumes = [[[0.0] * drugs for _ in LEVELS] for _ in range(4)]


class HospitalProvince(Province):
    """A province that hands over to one process per hospital at the beginning of month ``handover``."""

    handover = 0
    _month: date | None = None

    def ordering(self) -> Process:
        """See `Province.ordering`; after the handover the province only adds up and writes down."""
        world = self.world
        last = world.clock.day(world.clock.months[self.handover - 1]) + RECEIVE
        for event in super().ordering():
            if world.env.now >= last:
                break
            yield event
        yield from world.until(world.clock.day(world.clock.months[self.handover]) + ORDER / 4)
        self.book = Book(len(world.drug_ids))
        levels = np.repeat(np.arange(len(LEVELS)), self.institutions.counts)
        for i, level in enumerate(levels):
            world.env.process(self._hospital(i, int(level)))
        world.env.process(self._bookkeeper())

    def _bookkeeper(self) -> Process:
        world = self.world
        agreed = self.institutions.by_level(self.agreed / self.months[:, None])
        for m, first in list(enumerate(world.clock.months))[self.handover :]:
            yield from world.until(world.clock.day(first) + ORDER + 0.1)
            world.orders[:, self.index] = self.book.orders
            yield from world.until(world.clock.day(first) + RECEIVE + 0.1)
            need, selected, substituted, unmet = (np.array(v).T for v in self.book.volumes)
            world.recorder.month(m, self.index, need, selected, substituted, unmet, agreed, world.paid[:, self.index])
            self.book = Book(len(world.drug_ids))

    def _hospital(self, i: int, level: int) -> Process:
        """Order for all drugs at the beginning of every month, receive what was dispatched."""
        world, choice, exp = self.world, self.world.choice, math.exp
        assert isinstance(choice, PartialAdjustment)
        adjustment, pressure, closing, relaxation = (
            choice.adjustment, choice.pressure, choice.closing, choice.relaxation
        )  # fmt: skip
        draw, switchable, drugs = (
            random.Random(f"{self.id} {i}").lognormvariate,
            world.supply.switchable,
            range(len(world.drug_ids)),
        )
        sigma = math.sqrt(math.log1p(world.spec.demand.monthly_cv**2))
        mu = -(sigma**2) / 2
        share, natural, bought, agreed, usual, nonselected = (
            values[:, i].tolist()
            for values in (self.share, self.natural, self.bought, self.agreed, self.usual, self.nonselected)
        )
        active, needed, ordered = self.active.tolist(), [0.0] * len(drugs), [0.0] * len(drugs)
        for first in world.clock.months[self.handover :]:
            day = world.clock.day(first)
            yield from world.until(day + ORDER)
            orders, grown, left = self.book.orders, *self._this_month(first)
            for d in drugs:
                need = needed[d] = usual[d] * grown[d] * draw(mu, sigma)
                if active[d]:
                    utility, missing, months = natural[d], agreed[d] - bought[d], left[d]
                    if missing > 0 and months:
                        gap = missing / (usual[d] * months) - share[d]
                        utility += (pressure * gap if gap > 0 else 0.0) + (closing if months <= 3 else 0.0)
                    elif months:
                        utility -= relaxation
                    share[d] += adjustment * (1 / (1 + exp(-utility)) - share[d])
                    ordered[d] = need * share[d]
                    orders[d] += ordered[d]
            yield from world.until(day + RECEIVE)
            filled = world.filled[:, self.index].tolist()
            needs, selected, substituted, unmet = (volumes[level] for volumes in self.book.volumes)
            for d in drugs:
                got = ordered[d] * filled[d]
                gap = ordered[d] - got
                instead = gap * switchable
                bought[d] += got
                nonselected[d] += needed[d] - got - (gap - instead)
                needs[d] += needed[d]
                selected[d] += got
                substituted[d] += instead
                unmet[d] += gap - instead

    def _this_month(self, first: date) -> tuple[list[float], list[int]]:
        """Growth of need and months left of the contract year, per drug; the same for all hospitals."""
        if self._month != first:
            world, day = self.world, self.world.clock.day(first)
            running = [world.running(d, day) for d in range(len(world.drug_ids))]
            left = [c.months_left(first) if c else 0 for c in running]
            self._month, self._shared = first, (growth(world, first).tolist(), left)
        return self._shared
