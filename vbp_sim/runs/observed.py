"""Months that have passed: what hospitals bought so far conditions a scenario, which then projects their year.

    seen = read("purchases.csv", scenario)
    project(scenario, seen).rows  # hospital by hospital: completion at the end of the year, the chance to miss the task

Every replication is lived through with a `Watch`, which keeps what each institution had bought of its agreed volume by
the last observed month, and by the end of the agreement year. A hospital's year is projected from the institutions of
its level, in all replications and places, that were where it is now: the nearest in completion so far, and in size.
Completion is by value, at the drugs' ceilings, which all replications share.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from vbp_sim.engine.clock import Clock, add_months, months_between
from vbp_sim.engine.institutions import counters
from vbp_sim.engine.simulation import horizon, simulate
from vbp_sim.engine.watcher import Observed
from vbp_sim.engine.world import laws_of
from vbp_sim.errors import InputError, Problem, nearest
from vbp_sim.runs import aside
from vbp_sim.runs.workers import Workers, default_workers
from vbp_sim.scenario.csv_table import read_table
from vbp_sim.scenario.limits import cut
from vbp_sim.scenario.load import Scenario
from vbp_sim.scenario.market import LEVELS
from vbp_sim.scenario.market_columns import Column, Limits

Floats = npt.NDArray[np.float64]

#: institutions of the simulation that one hospital's year is projected from; the part of its level's that they are at
#: most; what size counts beside completion
NEAREST, PART, SIZE = 300, 0.1, 0.5
#: problems of one file that are told
MOST_SHOWN = 20
#: the band of a projection
LOW, HIGH = 0.1, 0.9

_UNITS: Limits = Decimal(0), Decimal("1e12")
#: rows that a file of purchases may have
MOST_ROWS = 5_000_000
COLUMNS = (
    Column("month", "text", "month of the purchases, such as 2019-04", required=True),
    Column("hospital", "text", "PLACE/LEVEL/NUMBER, such as beijing/tertiary/1", required=True),
    Column("drug", "text", "drug of the scenario", required=True),
    Column("units", "amount", "units of the selected product bought in the month", required=True, limits=_UNITS),
    Column("agreed", "amount", "units agreed for the whole agreement year", required=True, limits=_UNITS),
)


@dataclass(frozen=True)
class Seen:
    """What was bought so far: ``months`` of the agreement year of the round that are over, the first of supply first.

    ``bought`` and ``agreed`` of each of the ``hospitals``, yuan at ceilings, (hospitals,).
    """

    round: str
    first: date
    months: int
    hospitals: tuple[str, ...]
    bought: Floats
    agreed: Floats


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

    def settled(self, place: Observed, round: str, year: int, drugs: Sequence[int], retained: Floats) -> None:
        """A place has settled an agreement year of some drugs: ``retained`` yuan, (drugs, institutions)."""
        if round != self.round or year != 1:
            return
        own, rows = self._of(place), list(drugs)
        own["agreed"] = own["agreed"] + self._worth[rows] @ place.agreed[rows]
        own["bought"] = own["bought"] + self._worth[rows] @ place.bought[rows]
        own["retained"] = own["retained"] + retained.sum(axis=0)

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


class Ledger:
    """Writes down what each institution buys of each drug, month by month, for `sample`."""

    def __init__(self, scenario: Scenario) -> None:
        self._drugs = [drug.id for drug in scenario.market.drugs]
        self.rows: list[tuple[int, str, str, float, float]] = []
        self._before: dict[int, Floats] = {}

    def month(self, m: int, place: Observed) -> None:
        """A place has received a month's goods."""
        now = place.bought.copy()
        before = self._before.get(place.index, np.zeros_like(now))
        new = now - np.where(now >= before, before, 0.0)
        self._before[place.index] = now
        names = [f"{place.id}/{level}/{number}" for level, number in numbered(place)]
        for d, i in zip(*(axis.tolist() for axis in np.nonzero(place.agreed > 0)), strict=True):
            self.rows.append((m, names[i], self._drugs[d], float(new[d, i]), float(place.agreed[d, i])))

    def settled(self, place: Observed, round: str, year: int, drugs: Sequence[int], retained: Floats) -> None:
        """Nothing to note."""


def numbered(place: Observed) -> list[tuple[str, int]]:
    """Level and number of each institution of a place, in its order there."""
    levels = [LEVELS[level] for level in place.level.tolist()]
    firsts = {level: int(counters(place.id, level, 1)[0]) for level in LEVELS}
    return [(level, int(at) - firsts[level] + 1) for level, at in zip(levels, place.at.tolist(), strict=True)]


def worth(scenario: Scenario) -> Floats:
    """Yuan per unit at which completion is weighed, (drugs,): the ceiling, else the price before, else 1."""
    prices = [drug.ceiling or drug.pre_price or 1 for drug in scenario.market.drugs]
    return np.array([float(price) for price in prices])


def names_of(scenario: Scenario) -> list[str]:
    """Hospitals of a scenario in the order in which they are generated: PLACE/LEVEL/NUMBER."""
    return [
        f"{place.id}/{level}/{number}"
        for place in scenario.market.provinces
        for level, count in zip(LEVELS, (place.tertiary, place.secondary, place.primary), strict=True)
        for number in range(1, int(count) + 1)
    ]


def _first_month(scenario: Scenario, round: str) -> date:
    start = scenario.spec.rounds[round].calendar.start
    return next(m for m in Clock(start, add_months(start, 2)).months)


def read(file: Path, scenario: Scenario, round: str = "") -> Seen:
    """Read purchases of the months that are over of a round's first agreement year (default: the first round).

    InputError with file, line and column: a month that is none, before the start of supply or beyond the year, an
    unknown hospital or drug, a hospital without a month that others have, agreed volumes that change.
    """
    round = round or min(scenario.spec.rounds, key=lambda name: scenario.spec.rounds[name].calendar.start)
    table = read_table(file, COLUMNS, most=MOST_ROWS)
    first, known = _first_month(scenario, round), set(names_of(scenario))
    drugs = {drug.id: d for d, drug in enumerate(scenario.market.drugs)}
    seen: dict[tuple[str, str], tuple[float, int]] = {}
    bought: dict[str, float] = defaultdict(float)
    months: dict[str, set[int]] = defaultdict(set)
    value, problems = worth(scenario), [p for _, p in sorted(table.problems(), key=lambda ranked: ranked[0])]
    for row in () if problems else table.rows:
        wrong = _wrong(row.cells, first, known, drugs, seen)
        if wrong:
            column, what, remedy = wrong
            problems.append(Problem(f"{table.name}:{row.line}:{column}", what, remedy))
            if len(problems) == MOST_SHOWN:
                break
            continue
        hospital, drug = row["hospital"], row["drug"]
        seen.setdefault((hospital, drug), (float(row["agreed"]), row.line))
        bought[hospital] += float(row["units"]) * value[drugs[drug]]
        months[hospital].add(months_between(first, _month(row["month"])))
    if not problems and not bought:
        problems.append(Problem(table.name, "there are no purchases", "one row per month, hospital and drug"))
    count = max((m for of in months.values() for m in of), default=-1) + 1
    short = [name for name, of in months.items() if len(of) < count]
    if not problems and short:
        what = f"{short[0]} has no purchases in {count - len(months[short[0]])} of the {count} months that others have"
        problems.append(Problem(table.name, what, "write rows with 0 units where nothing was bought"))
    if problems:
        raise InputError(*problems)
    agreed: dict[str, float] = defaultdict(float)
    for (hospital, drug), (units, _) in seen.items():
        agreed[hospital] += units * value[drugs[drug]]
    hospitals = tuple(sorted(bought))
    both = np.array([[bought[name], agreed[name]] for name in hospitals])
    return Seen(round, first, count, hospitals, both[:, 0], both[:, 1])


def _month(text: str) -> date:
    year, month = text.split("-")[:2]
    return date(int(year), int(month), 1)


def _wrong(
    row: dict[str, Any],
    first: date,
    known: set[str],
    drugs: dict[str, int],
    seen: dict[tuple[str, str], tuple[float, int]],
) -> tuple[str, str, str] | None:
    """Column, what is wrong with it, and what to do."""
    try:
        month = _month(row["month"])
    except ValueError:
        return "month", f"'{cut(row['month'])}' is no month", "write it as 2019-04"
    if month < first:
        return "month", f"{month:%Y-%m} lies before supply begins in {first:%Y-%m}", "leave it out"
    if month >= add_months(first, 12):
        last = add_months(first, 11)
        return (
            "month",
            f"{month:%Y-%m} lies beyond the first agreement year, which ends with {last:%Y-%m}",
            "leave it out",
        )
    if row["hospital"] not in known:
        return (
            "hospital",
            f"the scenario has no hospital '{cut(row['hospital'])}'",
            nearest(row["hospital"], sorted(known)),
        )
    if row["drug"] not in drugs:
        return "drug", f"the scenario has no drug '{cut(row['drug'])}'", nearest(row["drug"], list(drugs))
    before = seen.get((row["hospital"], row["drug"]))
    if before is not None and before[0] != float(row["agreed"]):
        return "agreed", f"line {before[1]} has another agreed volume, {before[0]:g}", "one figure for the whole year"
    return None


def project(
    scenario: Scenario, seen: Seen, workers: int | None = None, progress: Callable[[int, int], None] | None = None
) -> Projection:
    """Live all replications through, and project the year of each hospital that was seen. InputError if none of its
    level comes about in the simulation."""
    count, until = scenario.spec.replications, add_months(seen.first, seen.months - 1)
    lived = []
    for done, one in enumerate(_all(scenario, seen.round, until, count, workers), 1):
        lived.append(one)
        if progress is not None:
            progress(done, count)
    pool = {name: np.concatenate([one[name] for one in lived]) for name in lived[0]}
    book = laws_of(scenario, Clock(scenario.spec.start, horizon(scenario)))
    place = [p.id for p in scenario.market.provinces].index(seen.hospitals[0].split("/")[0])
    task = float(book.part("assessment", place, months_between(scenario.spec.start, until)).task)
    return _projected(seen, pool, task)


def _all(scenario: Scenario, round: str, until: date, count: int, workers: int | None) -> Iterable[dict[str, Floats]]:
    workers = min(default_workers() if workers is None else workers, count)
    if workers <= 1:
        return (_live(scenario, round, until, k) for k in range(count))
    with Workers(workers) as pool:
        futures = [pool.submit(_live, scenario, round, until, k) for k in range(count)]
        return [future.result() for future in futures]


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


def sample(
    scenario: Scenario, replication: int, months: int, round: str = ""
) -> list[tuple[str, str, str, float, float]]:
    """What the hospitals of one replication buy in the first months of a round, as rows of `COLUMNS`."""
    round = round or min(scenario.spec.rounds, key=lambda name: scenario.spec.rounds[name].calendar.start)
    ledger = Ledger(scenario)
    simulate(scenario, replication, ledger)
    months_of_run = Clock(scenario.spec.start, horizon(scenario)).months
    since = months_of_run.index(_first_month(scenario, round))
    shown = range(since, since + months)
    return [
        (f"{months_of_run[m]:%Y-%m}", name, drug, units, agreed)
        for m, name, drug, units, agreed in ledger.rows
        if m in shown
    ]
