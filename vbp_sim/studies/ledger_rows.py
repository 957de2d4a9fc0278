"""What a ledger may hold: its tables, and each of their cells. A ledger that came from elsewhere is doubted here.

All is checked when a ledger is opened. What is wrong is an `InputError` with file, table and row.
"""

from __future__ import annotations

import contextlib
import functools
import json
import math
import re
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from vbp_sim.errors import InputError, Problem
from vbp_sim.scenario.limits import cut

TABLES = """
CREATE TABLE point (
    point INTEGER PRIMARY KEY, sample INTEGER NOT NULL, variant TEXT NOT NULL,
    "values" TEXT NOT NULL, digest TEXT NOT NULL
);
CREATE TABLE run (
    key TEXT NOT NULL, point INTEGER NOT NULL REFERENCES point, replication INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('done', 'failed')), seconds REAL NOT NULL, program TEXT NOT NULL,
    stage TEXT NOT NULL, type TEXT NOT NULL, message TEXT NOT NULL, traceback TEXT NOT NULL,
    PRIMARY KEY (point, replication)
);
CREATE TABLE metric (metric INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
CREATE TABLE value (
    point INTEGER NOT NULL, replication INTEGER NOT NULL, metric INTEGER NOT NULL REFERENCES metric, value REAL,
    PRIMARY KEY (point, replication, metric)
) WITHOUT ROWID;
"""
#: what a damaged ledger asks for
AGAIN = "put an unchanged copy back, or begin anew with --out"
#: points and replications where no plan says how many there are
MOST = 2**31

_WHOLE = ("typeof({0}) = 'integer' AND {0} BETWEEN 0 AND 2147483647", "a whole number from 0")
_TEXT = ("typeof({0}) = 'text'", "a text")
_NUMBER = ("{0} IS NULL OR (typeof({0}) = 'real' AND abs({0}) < 9e999)", "a finite number")
_OBJECT = "CASE WHEN typeof({0}) = 'text' AND json_valid({0}) THEN json_type({0}) = 'object' ELSE 0 END"
_POINT = "typeof({0}) = 'integer' AND {0} < :points AND {0} IN (SELECT point FROM point)"
_REPLICATION = "typeof({0}) = 'integer' AND {0} >= 0 AND {0} < :replications"
#: by table and column: what a cell fulfils, as SQL that is never NULL and in words
_CELLS: dict[str, dict[str, tuple[str, str]]] = {
    "point": {
        "point": _WHOLE,
        "sample": _WHOLE,
        "variant": _TEXT,
        "values": (_OBJECT, "a JSON object"),
        "digest": _TEXT,
    },
    "run": {
        "key": _TEXT,
        "point": (_POINT, "a point of the study"),
        "replication": (_REPLICATION, "a replication of the study"),
        "status": ("{0} IS 'done' OR {0} IS 'failed'", "done or failed"),
        "seconds": ("typeof({0}) = 'real' AND {0} BETWEEN 0 AND 1e9", "a number from 0"),
        **dict.fromkeys(("program", "stage", "type", "message", "traceback"), _TEXT),
    },
    "metric": {"metric": _WHOLE, "id": _TEXT},
    "value": {
        "point": _WHOLE,
        "replication": _WHOLE,
        "metric": ("typeof({0}) = 'integer' AND {0} IN (SELECT metric FROM metric)", "a metric of the study"),
        "value": _NUMBER,
    },
}
#: tables of version 1, which had a column of runs for each metric
_OLD = ("point", "run")
#: columns of the table of runs
RUN = tuple(_CELLS["run"])
#: runs that are done, and have no value of any metric
_EMPTY = """
SELECT rowid FROM run WHERE status = 'done' AND NOT EXISTS
    (SELECT 1 FROM value WHERE value.point = run.point AND value.replication = run.replication) LIMIT 1
"""
_METRIC = re.compile(r"[a-z][a-z0-9_]*(@[\w.-]+)?")


def check(file: Path, link: sqlite3.Connection, version: int, points: int, replications: int) -> None:
    """InputError for tables and cells that no ledger has, and for runs outside of the plan or without a value."""
    for table, known in _ours().items():
        if (version > 1 or table in _OLD) and not known <= columns(link, table):
            raise InputError(Problem(f"{file}, table {table}", "is missing, or is not the one of a ledger", AGAIN))
    for (name,) in link.execute("SELECT name FROM sqlite_master WHERE type IN ('trigger', 'view')"):
        raise InputError(Problem(str(file), f"has the trigger or view '{cut(name)}'; a ledger has none", AGAIN))
    cells = _CELLS if version > 1 else {table: _CELLS[table] for table in _OLD}
    for table, tests in cells.items():
        _check_cells(file, link, table, tests, {"points": points, "replications": replications})
    for id in metrics(link, version):
        if not _METRIC.fullmatch(id):
            raise _wrong(f"{file}, table {'metric' if version > 1 else 'run'}", "id", id, "ids of metrics")
    if version == 1:
        _check_cells(file, link, "run", dict.fromkeys(metrics(link, 1), _NUMBER), {})
    else:
        for (row,) in link.execute(_EMPTY):
            raise InputError(Problem(f"{file}, table run, row {row}", "is done, and table value has none of it", AGAIN))


def _check_cells(
    file: Path, link: sqlite3.Connection, table: str, cells: Mapping[str, tuple[str, str]], limits: Mapping[str, int]
) -> None:
    """InputError for the first row with a cell that is not what it should be."""
    tests = {f'{table}."{name}"': sql for name, (sql, _) in cells.items()}
    tests = {name: f"({sql.format(name)})" for name, sql in tests.items()}
    asked = ", ".join(f"{name}, {test}" for name, test in tests.items())
    row = "quote(point) || '/' || quote(replication) || '/' || quote(metric)" if table == "value" else "rowid"
    query = f"SELECT {row}, {asked} FROM {table} WHERE NOT ({' AND '.join(tests.values())}) LIMIT 1"
    for number, *found in link.execute(query, limits) if tests else ():
        name, seen = next((n, v) for n, v, fits in zip(cells, found[::2], found[1::2], strict=True) if not fits)
        raise _wrong(f"{file}, table {table}, row {cut(str(number))}", name, seen, cells[name][1])


def columns(link: sqlite3.Connection, table: str) -> set[tuple[str, int]]:
    """Columns of a table, each with its place in the primary key (0: none)."""
    return {(row[1], row[5]) for row in link.execute(f"PRAGMA table_info({table})")}


def metrics(link: sqlite3.Connection, version: int) -> list[str]:
    """Ids of the metrics that any run has, as they are stored."""
    if version > 1:
        return [id for (id,) in link.execute("SELECT id FROM metric ORDER BY id")]
    return [row[1] for row in link.execute("PRAGMA table_info(run)") if row[1] not in RUN]


def settings(file: Path, point: int, text: str, ids: Iterable[str] = ()) -> dict[str, Any]:
    """What a point sets, by id of lever or uncertainty, all of ``ids`` among them; InputError for anything else."""
    try:
        found: dict[str, Any] = json.loads(text)
    except (ValueError, RecursionError):
        found = {}
    fits = {id for id, value in found.items() if _sized(value)}
    if not fits >= {*found, *ids}:
        wanted = ", ".join(id for id in {**found, **dict.fromkeys(ids)} if id not in fits)
        place = f"{file}, table point, row {point}"
        raise _wrong(place, "values", text, f"JSON with a finite value for each of {wanted}")
    return found


def _wrong(place: str, column: str, seen: Any, wanted: str) -> InputError:
    """A cell that no ledger has."""
    return InputError(Problem(place, f"{column} is {cut(repr(seen))}; wanted: {wanted}", AGAIN))


def _sized(value: Any) -> bool:
    """Whether a number is one that a column of a table can hold."""
    if isinstance(value, float):
        return math.isfinite(value)
    return not isinstance(value, int) or abs(value) < 2**63


@functools.cache
def _ours() -> dict[str, set[tuple[str, int]]]:
    """Columns of each table of a new ledger."""
    with contextlib.closing(sqlite3.connect(":memory:")) as link:
        link.executescript(TABLES)
        names = [name for (name,) in link.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: columns(link, name) for name in names}
