"""The simulated worlds that published outcomes are held against, and one outcome in one replication of them.

A world is a shipped scenario, lived through beside itself without VBP where an outcome needs that, or the tender of a
market alone. Nothing here knows what was published.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from vbp_sim.engine.tables import TABLES
from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.runs.load import load_rules, load_scenario
from vbp_sim.runs.metrics import METRICS
from vbp_sim.runs.metrics.replication import Replication
from vbp_sim.runs.replications import replicate
from vbp_sim.runs.savings import Table, Tables
from vbp_sim.scenario.draws import Draws
from vbp_sim.scenario.market import Market
from vbp_sim.streams import Streams
from vbp_sim.truth.backtest import Prediction, blind, predict, tender_tables
from vbp_sim.truth.replay import read_market_of
from vbp_sim.truth.targets import TENDER, Target

#: more firms than qualify for any drug: a tender that asks for so many is not held
NOBODY = 300
#: the column that a dimension of a cut is in, where it has another name
_COLUMN = {"year": "contract_year"}
#: tables whose rows are the same months and places in a world without VBP
_ALIGNED = ("use", "fund")

Floats = npt.NDArray[np.float64]
Both = tuple[Tables, Tables | None]


def lives(
    name: str,
    replications: int,
    seed: int,
    *,
    control: bool,
    workers: int | None = None,
    draws: tuple[Draws, ...] = (),
) -> Iterator[Both]:
    """Tables of each replication of a world, and of the same one without VBP where ``control`` asks for it; replication
    k takes draw k of the parameters.
    """
    if name.startswith(TENDER):
        for k in range(replications):
            yield _tender(name.removeprefix(TENDER), seed, k, draws), None
        return
    sets = (f"replications:={replications}", f"seed:={seed}")
    scenario = replace(load_scenario(name, sets=sets), draws=draws)
    if not control:
        for result in replicate(scenario, workers):
            yield result.tables, None
        return
    never = [f"rounds.{round_}.rules.entry.minimum_firms={NOBODY}" for round_ in scenario.spec.rounds]
    alone = replace(load_scenario(name, sets=(*sets, *never)), draws=draws)
    for ours, theirs in zip(replicate(scenario, workers), replicate(alone, workers), strict=True):
        yield ours.tables, theirs.tables


@functools.cache
def _empty() -> dict[str, Table]:
    return {name: {column: np.array([]) for column in table.names} for name, table in TABLES.items()}


def _tender(market: str, seed: int, replication: int, draws: tuple[Draws, ...]) -> Tables:
    """The tender of a market under the rule set of its name, its bids unseen."""
    prediction = Prediction().drawn(draws, replication)
    return {**_empty(), **tender_tables(predict(*_papers(market), prediction, Streams(seed, replication)))}


@functools.cache
def _papers(market: str) -> tuple[Market, RuleSet]:
    return blind(read_market_of(market, bids=False)), load_rules(market)[0]


def values(
    world: str,
    targets: Sequence[Target],
    replications: int,
    seed: int,
    *,
    workers: int | None = None,
    draws: tuple[Draws, ...] = (),
) -> Floats:
    """What each replication of a world says of each target, (replications, targets)."""
    control = any(METRICS[target.metric].control for target in targets)
    found = lives(world, replications, seed, control=control, workers=workers, draws=draws)
    return np.array([[outcome(target, ours, theirs) for target in targets] for ours, theirs in found])


def outcome(target: Target, tables: Tables, control: Tables | None = None) -> float:
    """What a replication says of a target: its metric on its cut; nan where it does not apply."""
    formula = METRICS[target.metric].formula
    rows = {name: _kept(table, target.parts) for name, table in tables.items()}
    ours, theirs = (
        _take(tables, rows),
        None if control is None else _take(control, {name: rows[name] for name in _ALIGNED}),
    )
    how, dimensions = target.spread
    if not how:
        return float(formula(Replication(ours, theirs)))
    values = np.array([formula(Replication(*part)) for part in _parts(ours, theirs, dimensions)])
    known = values[~np.isnan(values)]
    if not len(known):
        return np.nan
    return float({"least-of": known.min(), "most-of": known.max(), "rising-of": (known > 0).mean()}[how])


def _kept(table: Table, parts: Mapping[str, tuple[str, ...]]) -> npt.NDArray[np.bool_] | None:
    """Rows that belong to the named drugs, places, levels and years; None for all."""
    kept = None
    for dimension, names in parts.items():
        column = _COLUMN.get(dimension, dimension)
        if column in table:
            mine = np.isin(table[column].astype(str), names)
            kept = mine if kept is None else kept & mine
    return kept


def _take(tables: Tables, rows: Mapping[str, npt.NDArray[np.bool_] | None]) -> dict[str, Table]:
    found = dict(tables)
    for name, kept in rows.items():
        if kept is not None:
            found[name] = {column: values[kept] for column, values in tables[name].items()}
    return found


def _parts(tables: Tables, control: Tables | None, dimensions: Sequence[str]) -> Iterator[Both]:
    """The tables of every drug, place or level by itself, in which anything was tendered."""
    split = {name: _split(table, dimensions) for name, table in tables.items() if name != "events"}
    main = split["use" if len(tables["use"]["drug"]) else "bids"]
    for key in main:
        ours, theirs = dict(tables), None if control is None else dict(control)
        for name, rows in split.items():
            mine = rows.get(tuple(value if d in tables[name] else "" for d, value in zip(dimensions, key, strict=True)))
            ours[name] = {column: values[[] if mine is None else mine] for column, values in tables[name].items()}
            if theirs is not None and name in _ALIGNED:
                theirs[name] = {column: values[[] if mine is None else mine] for column, values in theirs[name].items()}
        yield ours, theirs


def _split(table: Table, dimensions: Sequence[str]) -> dict[tuple[str, ...], npt.NDArray[np.int64]]:
    """Rows of a table by their values of the dimensions, empty for one that it does not have."""
    size = len(next(iter(table.values())))
    columns = [table[d].tolist() if d in table else [""] * size for d in dimensions]
    found: dict[tuple[str, ...], list[int]] = {}
    for row, key in enumerate(zip(*columns, strict=True)):
        found.setdefault(key, []).append(row)
    return {key: np.array(rows, dtype=np.int64) for key, rows in found.items()}
