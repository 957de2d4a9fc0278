"""Published outcomes as data: what was found, by whom, and which metric of which simulated world it is.

    for target in read_targets("pilot"):
        print(target.id, target.metric, target.value)

A file of `scenarios/targets` has one row per outcome. ``unused`` rows say why they are none to measure by.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from vbp_sim.errors import InputError, Problem, nearest
from vbp_sim.runs.load import scenario_file, shipped
from vbp_sim.runs.metrics import METRICS
from vbp_sim.runs.reading import Known
from vbp_sim.scenario.csv_table import Row, read_table
from vbp_sim.scenario.limits import cut as shortened
from vbp_sim.scenario.market_columns import Column, Limits

Status = Literal["fitted", "seen", "predicted", "unused"]
STATUSES: tuple[Status, ...] = ("fitted", "seen", "predicted", "unused")
#: a world that is the tender of a market alone, predicted by the models of the back-test
TENDER = "tender:"
#: how the values of a metric over all parts of a dimension become one
SPREADS = ("least-of", "most-of", "rising-of")
#: what a cut may name: dimensions of metrics, and the agreement year of what is settled
PARTS = ("drug", "province", "level", "round", "year")

_NUMBER: Limits = Decimal("-1e15"), Decimal("1e15")

COLUMNS = (
    Column("id", "text", "id of the target", required=True),
    Column("world", "text", "shipped scenario that is run, or tender:MARKET, whose tender alone is predicted"),
    Column("metric", "text", "metric that the outcome is"),
    Column("cut", "ids", "what of it: province=a+b, drug=a, level=a, year=2, least-of=drug, rising-of=drug+province"),
    Column("outcome", "text", "what was found, in short", required=True),
    Column("definition", "text", "what exactly was counted, against which base", required=True),
    Column("weight", "text", "what weighs the parts of a mean: unit, value, drug, product", required=True),
    Column("population", "text", "drugs, places, institutions", required=True),
    Column("period", "text", "months that were counted", required=True),
    Column("unit", "text", "unit of the value; that of the metric", required=True),
    Column("value", "amount", "published value", limits=_NUMBER),
    Column("low", "amount", "lower end of the published interval", limits=_NUMBER),
    Column("high", "amount", "upper end of the published interval", limits=_NUMBER),
    Column("naive", "amount", "what somebody without the model would have said", limits=_NUMBER),
    Column("naive_is", "text", "whence the naive forecast"),
    Column("status", "text", "fitted, seen, predicted or unused", required=True, choices=STATUSES),
    Column("why", "text", "what was fitted to it; why it is not used; what to bear in mind"),
    Column("source", "text", "address of what was read", required=True),
    Column("grade", "text", "S read in a page, D data, I derived", required=True, choices=("S", "D", "I")),
    Column("study", "text", "who found it", required=True),
)


@dataclass(frozen=True)
class Target:
    """One published outcome; the fields are the columns of `COLUMNS`, numbers nan where empty."""

    id: str
    world: str
    metric: str
    cut: tuple[str, ...]
    outcome: str
    definition: str
    weight: str
    population: str
    period: str
    unit: str
    value: Known
    low: Known
    high: Known
    naive: Known
    naive_is: str
    status: Status
    why: str
    source: str
    grade: str
    study: str

    @property
    def used(self) -> bool:
        """Whether it is something to measure by."""
        return self.status != "unused"

    @property
    def parts(self) -> dict[str, tuple[str, ...]]:
        """What is looked at: ``{"province": ("beijing", "xian")}``, without how parts become one."""
        pairs = (item.partition("=") for item in self.cut)
        return {name: tuple(values.split("+")) for name, _, values in pairs if name in PARTS}

    @property
    def spread(self) -> tuple[str, tuple[str, ...]]:
        """How parts become one, and of which dimensions: ``("rising-of", ("drug", "province"))``; empty for none."""
        for name, _, values in (item.partition("=") for item in self.cut):
            if name in SPREADS:
                return name, tuple(values.split("+"))
        return "", ()


def folder() -> Path:
    """The folder of the shipped targets."""
    return shipped() / "targets"


def shipped_targets() -> list[str]:
    """Names of the shipped sets of targets."""
    return sorted(file.stem for file in folder().glob("*.csv"))


def read_targets(name: str | Path) -> tuple[Target, ...]:
    """Read a shipped set of targets by name, or a file. Raises `InputError` with the place of all that is wrong."""
    file = Path(name)
    if file.suffix != ".csv":
        file = folder() / f"{name}.csv"
    if not file.is_file():
        what = "there is no such file, and no shipped set of targets of that name"
        raise InputError(Problem(f"--targets {name}", what, nearest(str(name), shipped_targets())))
    table = read_table(file, COLUMNS)
    table.index("id")
    problems = [problem for _, problem in sorted(table.problems(), key=lambda ranked: ranked[0])]
    if not problems:
        wrong = ((row.line, found) for row in table.rows for found in _wrong(row))
        problems = [Problem(f"{table.name}:{line}:{column}", what, remedy) for line, (column, what, remedy) in wrong]
    if problems:
        raise InputError(*problems)
    return tuple(_target(row) for row in table.rows)


def _target(row: Row) -> Target:
    empty: dict[str, Any] = {"text": "", "amount": float("nan"), "ids": ()}
    return Target(**{c.name: empty[c.cell] if row[c.name] is None else row[c.name] for c in COLUMNS})


def _wrong(row: Row) -> Iterator[tuple[str, str, str]]:
    """Column, what is wrong with it beside the other cells, what to do."""
    if row["status"] == "unused":
        if not row["why"]:
            yield "why", "an outcome that is not used says why", "say what is missing, or use it"
        return
    for column in ("world", "metric", "value"):
        if row[column] is None:
            yield column, f"an outcome that is used needs a {column}", "fill it in, or say `unused` and why"
    values = [row[column] for column in ("low", "value", "high") if row[column] is not None]
    if values != sorted(values):
        yield "value", "the value lies outside of its interval", "low <= value <= high"
    if row["world"] is not None and (problem := _no_world(row["world"])):
        yield "world", *problem
    if row["metric"] is None:
        return
    metric = METRICS.get(row["metric"])
    if metric is None:
        yield "metric", f"there is no metric '{shortened(row['metric'])}'", nearest(row["metric"], list(METRICS))
        return
    if row["unit"] != metric.unit:
        yield "unit", f"{metric.id} has the unit {metric.unit}, here is {shortened(str(row['unit']))}", "convert it"
    for item in row["cut"] or ():
        name, _, values_ = item.partition("=")
        named = values_.split("+") if name in SPREADS else [name]
        if name not in (*SPREADS, *PARTS) or not values_:
            yield (
                "cut",
                f"'{shortened(item)}' is no cut",
                f"NAME=VALUE+VALUE, NAME one of {', '.join((*PARTS, *SPREADS))}",
            )
        elif unknown := [d for d in named if d != "year" and d not in metric.cuts]:
            yield "cut", f"{metric.id} cannot be told of {', '.join(unknown)}", f"allowed: {', '.join(metric.cuts)}"


def _no_world(name: str) -> tuple[str, str] | None:
    """What is wrong with the name of a world, and what to do; None if it can be run."""
    if name.startswith(TENDER):
        known = sorted(path.name for path in (shipped() / "markets").iterdir() if path.is_dir())
        market = name.removeprefix(TENDER)
        return None if market in known else (f"no market '{shortened(market)}' is shipped", nearest(market, known))
    try:
        scenario_file(name)
    except InputError as error:
        return f"no scenario '{shortened(name)}' is shipped", error.problems[0].remedy
    return None
