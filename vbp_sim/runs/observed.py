"""Months that have passed: what hospitals bought so far conditions a scenario, which then projects their year.

    project(scenario, read(Path("purchases.csv"), scenario)).rows  # hospital by hospital, with the chance to miss

Every replication is lived through with a `Watch`, which keeps what each institution had bought of its agreed volume by
the last observed month, and by the end of the agreement year. A hospital's year is projected from the institutions of
its level, in all replications and places, that were where it is now: the nearest in completion so far, and in size.
Completion is by value, at the drugs' ceilings, which all replications share.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass, fields
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from vbp_sim.engine.clock import Clock, add_months, months_between
from vbp_sim.engine.simulation import horizon, simulate
from vbp_sim.engine.watcher import Observed, Settled
from vbp_sim.engine.world import laws_of
from vbp_sim.errors import InputError, Problem
from vbp_sim.rules.arrays import FloatArray as Floats
from vbp_sim.runs import aside
from vbp_sim.runs.purchases import Seen, worth
from vbp_sim.runs.workers import Workers, default_workers
from vbp_sim.scenario.load import Scenario
from vbp_sim.scenario.market import LEVELS

#: institutions of the simulation that one hospital's year is projected from; the part of its level's that they are at
#: most; what size counts beside completion
NEAREST, PART, SIZE = 300, 0.1, 0.5
#: the band of a projection
LOW, HIGH = 0.1, 0.9


@dataclass(frozen=True)
class Projected:
    """One hospital: completion ``so_far`` and at the end of the year (median and band), the chance to miss the task,
    what would be missing of it (yuan at ceilings, mean), and the retained surplus to expect (yuan, mean)."""

    hospital: str
    so_far: float
    low: float
    median: float
    high: float
    chance_to_miss: float
    missing: float
    retained: float


@dataclass(frozen=True)
class Projection:
    """All hospitals, and how wide a band would be without what was observed (mean of their levels')."""

    seen: Seen
    task: float
    rows: tuple[Projected, ...]
    width_before: float

    @property
    def width(self) -> float:
        """Mean width of the bands."""
        return float(np.mean([row.high - row.low for row in self.rows]))

    def totals(self) -> dict[str, float]:
        """Hospitals that are expected to miss their task, what will be missing, what to reserve for retention."""
        rows = self.rows
        return {
            "hospitals": float(len(rows)),
            "expected_to_miss": float(sum(row.chance_to_miss for row in rows)),
            "likely_to_miss": float(sum(row.chance_to_miss > 0.5 for row in rows)),
            "missing_yuan": float(sum(row.missing for row in rows)),
            "retained_yuan": float(sum(row.retained for row in rows)),
        }


def write(scenario: Scenario, found: Projection, folder: Path) -> Path:
    """Write projection.csv, a row per hospital, those most likely to miss first, and projection.json with the totals;
    returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    header = [field.name for field in fields(Projected)]
    rows = sorted(found.rows, key=lambda row: (-row.chance_to_miss, -row.missing, row.hospital))
    aside.write_csv(folder / "projection.csv", header, [astuple(row) for row in rows])
    spec, seen = scenario.spec, found.seen
    about = {
        "scenario": spec.scenario,
        "variant": scenario.variant,
        "seed": spec.seed,
        "replications": spec.replications,
    }
    of_year = {"round": seen.round, "first": f"{seen.first:%Y-%m}", "months": seen.months, "task": found.task}
    width = {"width": found.width, "width_before": found.width_before}
    aside.write_json(folder / "projection.json", {**about, **of_year, **found.totals(), **width})
    return folder


class Watch:
    """Keeps of one replication what each institution had bought of its agreed volume, by value at ceilings.

    Arrays (institutions,) of all places in turn: ``so_far`` by the last observed month, ``agreed``, ``bought`` and
    ``retained`` of the first agreement year.
    """

    def __init__(self, scenario: Scenario, round: str, until: date) -> None:
        self.round, self._until = round, months_between(Clock(scenario.spec.start, until).months[0], until)
        self._worth = worth(scenario)
        self._drugs = {drug.id: d for d, drug in enumerate(scenario.market.drugs)}
        self.kept: dict[int, dict[str, Floats]] = {}
        self.level: dict[int, npt.NDArray[np.intp]] = {}

    def month(self, m: int, place: Observed) -> None:
        """A place has received a month's goods."""
        if m == self._until:
            own = self._of(place)
            own["so_far"] = self._worth @ place.bought
            own["now"] = self._worth @ place.agreed

    def settled(self, place: Observed, year: Settled) -> None:
        """A place has settled an agreement year of some drugs."""
        if year.round != self.round or year.year != 1:
            return
        own, worth = self._of(place), self._worth[year.drugs]
        own["agreed"] = own["agreed"] + worth @ year.agreed
        own["bought"] = own["bought"] + worth @ year.bought
        own["retained"] = own["retained"] + year.retained.sum(axis=0)

    def _of(self, place: Observed) -> dict[str, Floats]:
        self.level[place.index] = place.level
        empty = np.zeros(len(place.at))
        names = ("so_far", "now", "agreed", "bought", "retained")
        return self.kept.setdefault(place.index, dict.fromkeys(names, empty))

    def lived(self) -> dict[str, Floats]:
        """All places in turn; ``level`` as an index of `LEVELS`."""
        places = sorted(self.kept)
        found = {name: np.concatenate([self.kept[p][name] for p in places]) for name in self.kept[places[0]]}
        found["level"] = np.concatenate([self.level[p] for p in places]).astype(np.float64)
        return found


def project(
    scenario: Scenario, seen: Seen, workers: int | None = None, progress: Callable[[int, int], None] | None = None
) -> Projection:
    """Live all replications through, and project the year of each hospital that was seen. InputError if none of its
    level comes about in the simulation."""
    count, until = scenario.spec.replications, add_months(seen.first, seen.months - 1)
    lived = []
    for done, one in enumerate(_all(functools.partial(_live, scenario, seen.round, until), count, workers), 1):
        lived.append(one)
        if progress is not None:
            progress(done, count)
    pool = {name: np.concatenate([one[name] for one in lived]) for name in lived[0]}
    book = laws_of(scenario, Clock(scenario.spec.start, horizon(scenario)))
    place = [p.id for p in scenario.market.provinces].index(seen.hospitals[0].split("/")[0])
    task = float(book.part("assessment", place, months_between(scenario.spec.start, until)).task)
    return _projected(seen, pool, task)


def _all(live: Callable[[int], dict[str, Floats]], count: int, workers: int | None) -> Iterator[dict[str, Floats]]:
    workers = min(default_workers() if workers is None else workers, count)
    if workers <= 1:
        yield from map(live, range(count))
        return
    with Workers(workers) as pool:
        yield from pool.map(live, range(count))


def _live(scenario: Scenario, round: str, until: date, replication: int) -> dict[str, Floats]:
    scenario.plugins.use()
    watch = Watch(scenario, round, until)
    simulate(scenario, replication, watch)
    return watch.lived()


def _projected(seen: Seen, pool: dict[str, Floats], task: float) -> Projection:
    """From the institutions of all replications to the hospitals that were seen."""
    usable = (pool["agreed"] > 0) & (pool["now"] > 0)
    level, now, agreed = pool["level"][usable], pool["now"][usable], pool["agreed"][usable]
    so_far, end, kept = pool["so_far"][usable] / now, pool["bought"][usable] / agreed, pool["retained"][usable] / agreed
    rows, before = [], []
    for name, bought, own in zip(seen.hospitals, seen.bought, seen.agreed, strict=True):
        mine = level == LEVELS.index(name.split("/")[1])
        if not mine.any() or own <= 0:
            what = f"no hospital like {name} has an agreed volume in the simulation"
            raise InputError(Problem(name, what, "check the scenario's rounds and volumes, or leave it out"))
        far, size = _scaled(so_far[mine], bought / own), SIZE * _scaled(np.log(now[mine]), np.log(own))
        most = min(NEAREST, max(1, round(PART * int(mine.sum()))))
        near = np.argsort(far**2 + size**2, kind="stable")[:most]
        ends = end[mine][near]
        low, median, high = np.quantile(ends, [LOW, 0.5, HIGH])
        whole = np.quantile(end[mine], [LOW, HIGH])
        before.append(float(whole[1] - whole[0]))
        rows.append(
            Projected(
                name, float(bought / own), float(low), float(median), float(high), float((ends < task).mean()),
                float(np.maximum(task - ends, 0).mean() * own), float(kept[mine][near].mean() * own),
            )
        )  # fmt: skip
    return Projection(seen, task, tuple(rows), float(np.mean(before)))


def _scaled(values: Floats, at: float) -> Floats:
    """Distance from a value, in standard deviations."""
    spread = float(values.std())
    return np.asarray((values - at) / (spread if spread > 0 else 1.0))
