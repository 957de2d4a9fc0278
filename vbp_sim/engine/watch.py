"""The watch over agreement years: before each month progress is judged, marks are given, and consequences follow.

What an institution is marked for holds for a whole month: it is set by one pass before the institutions order, from
what was bought until then, by the law of the place and month.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from vbp_sim.agents.choice.interface import Stock
from vbp_sim.engine.institutions import Institutions
from vbp_sim.engine.world import World
from vbp_sim.facts import fact
from vbp_sim.rules.assessment import Assessment
from vbp_sim.rules.local.watch import RED, YELLOW, Marks, Watch
from vbp_sim.scenario.market import LEVELS
from vbp_sim.streams import Words, uniform_of, words_at

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class Watched(Protocol):
    """What is read of a place (`Place`), and never written."""

    index: int
    id: str
    at: Words
    institutions: Institutions
    agreed: Floats
    bought: Floats
    undelivered: Floats
    passed: Ints
    months: Ints
    stock: Stock


def excused(
    world: World, at: Words, assessment: Assessment, drugs: list[int], round: str, year: int
) -> npt.NDArray[np.bool_]:
    """Who is excused from the agreed volume of a drug in a year, (drugs, institutions), by any cause; each cause has a
    draw of its own. ``at`` (institutions,) are the counters of their draws."""
    found = np.zeros((len(drugs), len(at)), dtype=np.bool_)
    for cause, part in assessment.excuses.items():
        keys = world.luck.keys(f"assessment.{cause}", tuple(world.drug_ids[d] for d in drugs), round, year)
        found |= uniform_of(words_at(keys[:, None], at)) < part
    return found


class Watching:
    """State of the watch in one place, (drugs, institutions): ``marks`` of this month, months of ``red`` in a row,
    ``interviews`` of the agreement year, ``budget`` of it over what it would be without the year before."""

    def __init__(self, world: World, place: Watched) -> None:
        self.world, self.place = world, place
        shape = place.agreed.shape
        self.marks, self.red, self.interviews = (np.zeros(shape, dtype=np.int64) for _ in range(3))
        self.budget = np.ones(shape)

    @classmethod
    def of(cls, world: World, place: Watched) -> Watching | None:
        """The watch of a place; None if no law ever watches there."""
        parts, ids = world.laws.parts("watch"), world.laws.ids("watch")[place.index]
        return cls(world, place) if any(parts[i].watches for i in np.unique(ids).tolist()) else None

    def month(self, m: int) -> Marks:
        """Judge progress at the beginning of a month; return the marks that hold in it."""
        law: Watch = self.world.laws.part("watch", self.place.index, m)
        under_way = (self.place.passed > 0) & self.place.agreed.any(axis=1)
        drugs = np.flatnonzero(under_way).tolist() if law.watches else []
        before, self.marks = self.marks, np.zeros_like(self.marks)
        rounds: dict[str, list[int]] = {}
        for d in drugs:
            agreement = self.world.shelves[d].of(self.place.index)
            if agreement is not None:
                rounds.setdefault(agreement.round, []).append(d)
        for name, mine in rounds.items():
            self._judge(m, law, name, mine, before)
        self.red[self.marks < RED] = 0
        return self.marks

    def _judge(self, m: int, law: Watch, round: str, drugs: list[int], before: Marks) -> None:
        """Mark the institutions of a round's agreements, interview some, and write it down."""
        place, world = self.place, self.world
        assessment = world.laws.part("assessment", place.index, m)
        gone = place.passed[drugs][:, None]
        years = [int(world.recorder.year[m, d, place.index]) for d in drugs]
        free = np.vstack(
            [excused(world, place.at, assessment, [d], round, y) for d, y in zip(drugs, years, strict=True)]
        )
        agreed, bought = place.agreed[drugs], place.bought[drugs]
        done = bought + place.undelivered[drugs] if assessment.shortage_exempt else bought
        due = agreed * (gone / place.months[drugs][:, None])
        progress = np.divide(done, due, out=np.full_like(due, np.inf), where=due > 0)
        there = (agreed > 0) & ~free
        unstocked = there & ((place.stock[drugs] < 0) | (done <= 0))
        marks = np.where(there, law.marks(progress, unstocked, np.broadcast_to(gone, due.shape)), 0)
        red = np.where(marks == RED, self.red[drugs] + 1, 0)
        called = law.interviewed(red)
        self.marks[drugs], self.red[drugs] = marks, red
        self.interviews[drugs] += called
        self._write(m, round, drugs, there, marks, unstocked, called, (agreed > 0) & free)
        new = (marks > before[drugs]).sum()
        told = {
            "warning": (new, fact("marked", yellow=int((marks == YELLOW).sum()), red=int((marks == RED).sum()))),
            "interview": (called.sum(), fact("interviewed")),
        }
        for kind, (count, text) in told.items():
            if count:
                world.log(kind, round=round, province=place.id, value=float(count), text=text)

    def _write(self, m: int, round: str, drugs: list[int], there: Bools, marks: Marks, unstocked: Bools, called: Bools,
               free: Bools) -> None:  # fmt: skip
        """Rows of the table `watch`: by drug, and for all drugs of the round, where the worst mark counts."""
        month = np.datetime64(self.world.clock.months[m], "M")
        counted = (there | free, marks == YELLOW, marks == RED, unstocked, called, free)
        whole = (
            (there | free).any(axis=0), marks.max(axis=0) == YELLOW, (marks == RED).any(axis=0), unstocked.any(axis=0),
            called.any(axis=0), free.any(axis=0),
        )  # fmt: skip
        names = [*(self.world.drug_ids[d] for d in drugs), ""]
        columns = [np.vstack([one, all_[None, :]]) for one, all_ in zip(counted, whole, strict=True)]
        sums = self.place.institutions.by_level(np.concatenate(columns).astype(np.float64))
        table = sums.reshape(len(columns), len(names), len(LEVELS))
        for i, drug in enumerate(names):
            for level, name in enumerate(LEVELS):
                if table[0, i, level] > 0:
                    counts: list[Any] = [int(value + 0.5) for value in table[:, i, level].tolist()]
                    self.world.recorder.row("watch", month, round, drug, self.place.id, name, *counts)

    def close(self, drugs: list[int], law: Watch, missed: Floats) -> None:
        """An agreement year is over; ``missed`` (drugs, institutions) yuan decides on the budget of the next one."""
        self.budget[drugs] = law.next_budget(missed)
        self.marks[drugs] = self.interviews[drugs] = 0
