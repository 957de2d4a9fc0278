"""The ordering loop written the usual SimPy way: one process per hospital, a Python loop over its drugs.

Everything else (rounds, plants, dispatch, recorder) is the engine's own. The arithmetic of each cell (one
hospital, drug and month) is the engine's too: need, partial adjustment, order, receipt, sums by level. It is
good scalar Python: locals, lists, the fastest scalar generator of the standard library.
"""

from __future__ import annotations

import math
import random
from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import simpy

from vbp_sim.agents.choice.partial_adjustment import Adjusting
from vbp_sim.engine.clock import ORDER, RECEIVE
from vbp_sim.engine.place import Place
from vbp_sim.scenario.market import LEVELS

Process = Generator[simpy.Event, None, None]


class Book:
    """What the hospitals of a place add up in a month: orders by drug, volumes by drug and level."""

    def __init__(self, drugs: int) -> None:
        self.orders = [0.0] * drugs
        self.volumes = [[[0.0] * drugs for _ in LEVELS] for _ in range(4)]


@dataclass(frozen=True)
class Shared:
    """A month's growth of need, months left of the agreement year and whether one runs, per drug; what the assessment
    asks for and the share that its cap leaves."""

    growth: list[float]
    left: list[int]
    running: list[bool]
    task: float
    least: float


class HospitalPlace(Place):
    """A place that hands over to one process per hospital at the beginning of month ``handover``."""

    handover = 0
    _month = -1

    def ordering(self) -> Process:
        """See `Place.ordering`; after the handover the place only adds up and writes down."""
        world = self.world
        assert not world.classes.acts
        assert not world.choice.leaves
        last = world.clock.day(world.clock.months[self.handover - 1]) + RECEIVE
        for event in super().ordering():
            if world.env.now >= last:
                break
            yield event
        yield from world.until(world.clock.day(world.clock.months[self.handover]) + ORDER / 4)
        begun = sorted(self._new)
        self._prefer()
        self._expect(self.handover, begun)
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
            nothing = np.zeros_like(need)
            volumes = (need, nothing, selected, nothing, nothing, substituted, nothing, nothing, nothing, unmet, agreed)
            world.recorder.month(m, self.index, *volumes)
            self.book = Book(len(world.drug_ids))

    def _hospital(self, i: int, level: int) -> Process:
        """Order for all drugs at the beginning of every month, receive what was dispatched."""
        world, choice, exp = self.world, self.world.choice, math.exp
        assert isinstance(choice, Adjusting)
        adjustment, pressure, closing, relaxation, cap = (
            choice.adjustment, choice.pressure, choice.closing, choice.relaxation, choice.cap_pressure
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
        for m, first in list(enumerate(world.clock.months))[self.handover :]:
            day = world.clock.day(first)
            yield from world.until(day + ORDER)
            orders, law = self.book.orders, self._this_month(m)
            grown, left, running, task, least = law.growth, law.left, law.running, law.task, law.least
            for d in drugs:
                need = needed[d] = usual[d] * grown[d] * draw(mu, sigma)
                if active[d]:
                    utility, missing, months = natural[d], task * agreed[d] - bought[d], left[d]
                    if missing > 0 and running[d]:
                        gap = missing / (usual[d] * months) - share[d]
                        utility += (pressure * gap if gap > 0 else 0.0) + (closing if months <= 3 else 0.0)
                    else:
                        utility -= relaxation
                    if running[d] and least > share[d]:
                        utility += cap * (least - share[d])
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

    def _this_month(self, m: int) -> Shared:
        """What is the same for all hospitals of the place in a month."""
        if self._month != m:
            month, assessment = m - self.begins, self.world.laws.part("assessment", self.index, m)
            running = (month >= 0) & (month < self.term)
            left = np.where(running, np.minimum(12, self.term - month // 12 * 12) - month % 12, 0)
            self._month, self._shared = m, Shared(
                self.response.month(m, self.first).tolist(), left.tolist(), running.tolist(), assessment.task,
                1 - assessment.most_nonselected,
            )  # fmt: skip
        return self._shared
