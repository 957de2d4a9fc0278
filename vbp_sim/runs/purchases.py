"""Purchases of months that have passed: the file of `vbp run --observed`, read and, to try it, written.

seen = read(Path("purchases.csv"), scenario)
seen.bought / seen.agreed  # completion so far, by hospital
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from vbp_sim.engine.clock import Clock, add_months, months_between
from vbp_sim.engine.institutions import numbers
from vbp_sim.engine.simulation import horizon, simulate
from vbp_sim.engine.watcher import Observed, Settled
from vbp_sim.errors import InputError, Problem, nearest
from vbp_sim.rules.arrays import FloatArray as Floats
from vbp_sim.scenario.csv_table import read_table
from vbp_sim.scenario.limits import cut
from vbp_sim.scenario.load import Scenario
from vbp_sim.scenario.market import LEVELS
from vbp_sim.scenario.market_columns import Column, Limits

#: problems of one file that are told
MOST_SHOWN = 20
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


class Ledger:
    """Writes down what each institution buys of each drug in some ``months``, for `sample`."""

    def __init__(self, scenario: Scenario, months: range) -> None:
        self._months = months
        self._drugs = [drug.id for drug in scenario.market.drugs]
        self.rows: list[tuple[int, str, str, float, float]] = []
        self._before: dict[int, Floats] = {}

    def month(self, m: int, place: Observed) -> None:
        """A place has received a month's goods."""
        now = place.bought.copy()
        before = self._before.get(place.index, np.zeros_like(now))
        self._before[place.index] = now
        if m not in self._months:
            return
        new = now - np.where(now >= before, before, 0.0)
        names = [f"{place.id}/{level}/{number}" for level, number in numbered(place)]
        for d, i in zip(*(axis.tolist() for axis in np.nonzero(place.agreed > 0)), strict=True):
            self.rows.append((m, names[i], self._drugs[d], float(new[d, i]), float(place.agreed[d, i])))

    def settled(self, place: Observed, year: Settled) -> None:
        """Nothing to note."""


def numbered(place: Observed) -> list[tuple[str, int]]:
    """Level and number of each institution of a place, in its order there."""
    of_level = numbers(place.id, place.level, place.at)
    return [(LEVELS[level], number) for level, number in zip(place.level.tolist(), of_level.tolist(), strict=True)]


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


def first_round(scenario: Scenario) -> str:
    """The round whose supply begins first."""
    return min(scenario.spec.rounds, key=lambda name: scenario.spec.rounds[name].calendar.start)


def first_month(scenario: Scenario, round: str) -> date:
    start = scenario.spec.rounds[round].calendar.start
    return Clock(start, add_months(start, 2)).months[0]


def read(file: Path, scenario: Scenario, round: str = "") -> Seen:
    """Read purchases of the months that are over of a round's first agreement year (default: the first round).

    InputError with file, line and column: a month that is none, before the start of supply or beyond the year, an
    unknown hospital or drug, a hospital without a month that others have, agreed volumes that change.
    """
    round = round or first_round(scenario)
    table = read_table(file, COLUMNS, most=MOST_ROWS)
    first, known = first_month(scenario, round), set(names_of(scenario))
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
        what = f"{month:%Y-%m} lies beyond the first agreement year, which ends with {last:%Y-%m}"
        return "month", what, "leave it out"
    if row["hospital"] not in known:
        what = f"the scenario has no hospital '{cut(row['hospital'])}'"
        return "hospital", what, nearest(row["hospital"], sorted(known))
    if row["drug"] not in drugs:
        return "drug", f"the scenario has no drug '{cut(row['drug'])}'", nearest(row["drug"], list(drugs))
    before = seen.get((row["hospital"], row["drug"]))
    if before is not None and before[0] != float(row["agreed"]):
        return "agreed", f"line {before[1]} has another agreed volume, {before[0]:g}", "one figure for the whole year"
    return None


def sample(scenario: Scenario, replication: int, months: int) -> list[tuple[str, str, str, float, float]]:
    """What the hospitals of one replication buy in the first months of the first round, as rows of `COLUMNS`."""
    months_of_run = Clock(scenario.spec.start, horizon(scenario)).months
    since = months_of_run.index(first_month(scenario, first_round(scenario)))
    ledger = Ledger(scenario, range(since, since + months))
    simulate(scenario, replication, ledger)
    return [(f"{months_of_run[m]:%Y-%m}", name, drug, units, agreed) for m, name, drug, units, agreed in ledger.rows]
