"""A tiny market and scenario for tests: written as CSV and YAML, read like a user's own.

scenario = small(tmp_path, sets=["seed=3"])
tables = simulate(scenario, 0)
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from vbp_sim.engine.clock import add_months
from vbp_sim.rules.local.credit import EVENTS
from vbp_sim.runs.load import load_scenario
from vbp_sim.scenario.load import Scenario

#: credit that keeps nobody out of rounds
UNBARRED: dict[str, Any] = {
    "listed": dict.fromkeys(EVENTS, 0),
    "suspended": {"serious": 0, "especially-serious": 0},
}
Rows = list[dict[str, Any]]
Tables = Mapping[str, Mapping[str, np.ndarray[Any, Any]]]

#: north has no primary institution, south no secondary one; east wants no beta
PROVINCES: Rows = [
    {"province": "north", "population": 5e6, "tertiary": 3, "secondary": 4, "primary": 0},
    {"province": "south", "population": 3e6, "tertiary": 1, "secondary": 0, "primary": 6},
    {"province": "east", "population": 1e6, "tertiary": 2, "secondary": 2, "primary": 3},
]
DRUGS: Rows = [
    {"drug": "alpha", "form": "oral-solid", "unit": "tablet", "ceiling": 2.0},
    {"drug": "beta", "form": "injection", "unit": "vial", "ceiling": 40.0},
    {"drug": "gamma", "form": "oral-solid", "unit": "tablet", "ceiling": 0.5},
]
#: the same, alpha and gamma in one class, beta alone in another
CLASSED: Rows = [
    {**drug, "class_atc": of, "ddd": ddd, "equivalence": alike}
    for drug, of, ddd, alike in zip(DRUGS, ("C10AA", "J01DC", "C10AA"), (2.0, 0.5, 1.0), (0.8, 0.3, 0.5), strict=True)
]
PRODUCTS: Rows = [
    {
        "drug": drug,
        "manufacturer": firm,
        "originator": int(firm == "brand"),
        "pre_share": 0.5 if firm == "brand" else "",
    }
    for drug, firms in {
        "alpha": ("a1", "a2", "a3", "brand"),
        "beta": ("a1", "b2", "brand"),
        "gamma": ("g1", "g2"),
    }.items()
    for firm in firms
]
DEMAND: Rows = [
    {"drug": drug, "province": province, "reported": volume}
    for drug, row in {
        "alpha": {"north": 9e5, "south": 4e5, "east": 1e5},
        "beta": {"north": 3e4, "south": 2e4},
        "gamma": {"north": 2e6, "south": 1e6, "east": 3e6},
    }.items()
    for province, volume in row.items()
]


#: settings with which use does not move of itself, nor by prices
STEADY = (
    "demand.trend=0",
    "demand.elasticity=0",
    "demand.drug_spread=0",
    "demand.place_spread=0",
    "demand.cell_spread=0",
)


def calendar(start: str) -> dict[str, str]:
    """A calendar whose supply begins on ``start``; reporting begins nine months before."""
    day = date.fromisoformat(start)
    steps = ("reporting_start", "reporting_end", "review_end", "document", "opening", "result")
    before = {step: add_months(day, ago).isoformat() for step, ago in zip(steps, (-9, -8, -7, -5, -4, -3), strict=True)}
    return {**before, "start": start}


#: up to three winners who share the provinces, with backups
SHARED: dict[str, Any] = {"extends": "expansion-2019", "backup": {"rule": "draft"}, "failure": {"rule": "backup"}}


def round_of(start: str = "2019-01-01", rules: Any = None, **more: Any) -> dict[str, Any]:
    """One round for `small`."""
    return {"rules": SHARED if rules is None else rules, "calendar": calendar(start), **more}


def national(**changes: Any) -> dict[str, Any]:
    """Laws for `small` in which the national one changes some parts."""
    return {"national": {"changes": changes}}


def write_csv(file: Path, rows: Rows) -> None:
    """Write rows; a column that a row lacks stays empty."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)


def write_scenario(
    folder: Path,
    *,
    rounds: Mapping[str, Any] | None = None,
    provinces: Rows = PROVINCES,
    drugs: Rows = DRUGS,
    products: Rows = PRODUCTS,
    demand: Rows = DEMAND,
    **top: Any,
) -> Path:
    """Write a market and a scenario of it; return the scenario's file."""
    market = folder / "market"
    market.mkdir(parents=True, exist_ok=True)
    for name, rows in (("provinces", provinces), ("drugs", drugs), ("products", products), ("demand", demand)):
        write_csv(market / f"{name}.csv", rows)
    text = {
        "scenario": "small",
        "market": "market",
        "start": "2018-04-01",
        "rounds": dict(rounds or {"first": round_of()}),
        "replications": 1,
        "seed": 1,
        **top,
    }
    file = folder / "small.yaml"
    file.write_text(json.dumps(text, indent=1), encoding="utf-8")
    return file


def small(folder: Path, *, variant: str = "", sets: Sequence[str] = (), **content: Any) -> Scenario:
    """Write a scenario as `write_scenario` does, and read it."""
    return load_scenario(write_scenario(folder, **content), variant, sets)


def rows(table: Mapping[str, np.ndarray[Any, Any]], **where: Any) -> dict[str, np.ndarray[Any, Any]]:
    """The rows of a table in which every named column has the given value."""
    keep = np.ones(len(next(iter(table.values()))), dtype=np.bool_)
    for column, value in where.items():
        keep &= table[column] == value
    return {name: values[keep] for name, values in table.items()}


def total(table: Mapping[str, np.ndarray[Any, Any]], by: Sequence[str], column: str) -> dict[tuple[Any, ...], float]:
    """Sums of a column by the values of other columns; months and dates as text."""
    sums: dict[tuple[Any, ...], float] = {}
    keys = zip(*(table[name].astype(str) for name in by), strict=True)
    for key, value in zip(keys, table[column].tolist(), strict=True):
        sums[key] = sums.get(key, 0.0) + value
    return sums


def same(a: Tables, b: Tables, names: Sequence[str] = ()) -> None:
    """Assert that two replications have the same tables, bit for bit."""
    for name in names or a:
        for column, values in a[name].items():
            np.testing.assert_array_equal(values, b[name][column], err_msg=f"{name}.{column}")
