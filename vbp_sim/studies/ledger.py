"""The ledger of a study: one SQLite file with every point and every run, written by one process only.

Any number of readers may look while it is written. A run that is done is never overwritten and never counted twice.
A metric of a run is a row of its own, so that a new metric orphans no study.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from vbp_sim.errors import InputError, Problem, RunError
from vbp_sim.runs.metrics import in_order
from vbp_sim.studies.work import Receipt

NAME = "ledger.sqlite"
#: PRAGMA user_version of the layout; version 1 had a column for each metric, and is only read
VERSION = 2

_TABLES = """
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
_COLUMNS = ("key", "point", "replication", "status", "seconds", "program", "stage", "type", "message", "traceback")
_INSERT = f"""
INSERT INTO run ({", ".join(_COLUMNS)}) VALUES ({", ".join("?" * len(_COLUMNS))})
ON CONFLICT (point, replication) DO UPDATE SET {", ".join(f"{c} = excluded.{c}" for c in _COLUMNS)}
WHERE run.status = 'failed'
"""

#: point, sample, variant, values by id, digest of the scenario
PointRow = tuple[int, int, str, Mapping[str, Any], str]


class Ledger:
    """An open ledger."""

    def __init__(self, file: Path, link: sqlite3.Connection) -> None:
        self.file = file
        self._link = link
        self.version = int(link.execute("PRAGMA user_version").fetchone()[0])

    @classmethod
    @contextlib.contextmanager
    def writing(cls, file: Path) -> Iterator[Ledger]:
        """Open for the one writer; makes the file if there is none."""
        with _told(file):
            new = not file.exists()
            link = sqlite3.connect(file, timeout=30, isolation_level=None)
            try:
                if new or not link.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                    link.execute("PRAGMA page_size = 8192")
                    link.execute("PRAGMA journal_mode = WAL")
                    link.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {VERSION}; COMMIT;")
                _check_version(file, link, (VERSION,))
                link.execute("PRAGMA journal_mode = WAL")
                link.execute("PRAGMA synchronous = NORMAL")
                yield cls(file, link)
            finally:
                link.close()

    @classmethod
    @contextlib.contextmanager
    def reading(cls, file: Path, *, resumed: bool = False) -> Iterator[Ledger]:
        """Open to look; InputError if there is no ledger, or one of a later version.

        ``resumed``: also one of an older version, which is never gone on with.
        """
        if not file.is_file():
            raise InputError(
                Problem(str(file), "there is no such file; this is no study", "name the folder of a study")
            )
        with _told(file):
            mode = "rw" if os.access(file.parent, os.W_OK) else "ro&immutable=1"
            link = sqlite3.connect(f"{file.absolute().as_uri()}?mode={mode}", uri=True, timeout=30)
            try:
                _check_version(file, link, (VERSION,) if resumed else range(1, VERSION + 1))
                yield cls(file, link)
            finally:
                link.close()

    def add_points(self, rows: Iterable[PointRow]) -> None:
        """Enter points; those that are there already must be the same."""
        with self._transaction():
            for number, sample, variant, values, digest in rows:
                text = json.dumps(values, ensure_ascii=False)
                known = self._link.execute("SELECT digest FROM point WHERE point = ?", (number,)).fetchone()
                if known is None:
                    self._link.execute(
                        "INSERT INTO point VALUES (?, ?, ?, ?, ?)", (number, sample, variant, text, digest)
                    )
                elif known[0] != digest:
                    raise RunError(f"{self.file}: point {number} is another scenario than before")

    def add_runs(self, receipts: Sequence[Receipt], keys: Sequence[str], program: str) -> None:
        """Enter what came of runs, all of them or none."""
        rows = []
        for receipt, key in zip(receipts, keys, strict=True):
            why = receipt.failure
            told = (why.stage, why.type, why.message, why.traceback) if why else ("", "", "", "")
            status = "failed" if why else "done"
            rows.append((key, receipt.point, receipt.replication, status, receipt.seconds, program, *told))
        with self._transaction():
            number = self._numbers(id for receipt in receipts for id in receipt.metrics)
            for receipt, row in zip(receipts, rows, strict=True):
                if self._link.execute(_INSERT, row).rowcount:
                    at = (receipt.point, receipt.replication)
                    values = [(*at, number[id], None if v != v else v) for id, v in receipt.metrics.items()]
                    self._link.executemany("INSERT INTO value VALUES (?, ?, ?, ?)", values)

    def _numbers(self, ids: Iterable[str]) -> dict[str, int]:
        """The number of each metric; new ones get theirs."""
        self._link.executemany("INSERT OR IGNORE INTO metric (id) VALUES (?)", [(id,) for id in dict.fromkeys(ids)])
        return dict(self._link.execute("SELECT id, metric FROM metric"))

    @property
    def metrics(self) -> list[str]:
        """Ids of all metrics that any run has, as people see them."""
        if self.version == 1:
            return in_order(row[1] for row in self._link.execute("PRAGMA table_info(run)") if row[1] not in _COLUMNS)
        return in_order(id for (id,) in self._link.execute("SELECT id FROM metric ORDER BY id"))

    def done(self, points: int, replications: int) -> npt.NDArray[np.bool_]:
        """Which runs are done, shape (points, replications)."""
        found = np.zeros((points, replications), dtype=np.bool_)
        query = "SELECT point, replication FROM run WHERE status = 'done' AND point < ? AND replication < ?"
        for point, replication in self._link.execute(query, (points, replications)):
            found[point, replication] = True
        return found

    def digests(self) -> dict[int, str]:
        """Digest of each point's scenario, by number."""
        return dict(self._link.execute("SELECT point, digest FROM point"))

    def point_values(self) -> Iterator[dict[str, Any]]:
        """What each point sets, by id of lever or uncertainty, in the order of points."""
        for (text,) in self._link.execute('SELECT "values" FROM point ORDER BY point'):
            yield json.loads(text)

    def metrics_of(self, point: int, replication: int) -> dict[str, float] | None:
        """Metrics of one run (nan: does not apply); None if it is not done."""
        ids, where = self.metrics, f"status = 'done' AND point = {point:d} AND replication = {replication:d}"
        for block in self.rows([], where, metrics=ids):
            return {id: float("nan") if v is None else v for id, v in zip(ids, block[0], strict=True)}
        return None

    def counts(self) -> dict[str, int]:
        """Runs by status, and points."""
        counts = dict(self._link.execute("SELECT status, count(*) FROM run GROUP BY status"))
        points = self._link.execute("SELECT count(*) FROM point").fetchone()[0]
        return {"points": points, "done": counts.get("done", 0), "failed": counts.get("failed", 0)}

    def seconds(self) -> float:
        """Mean seconds of a run that is done; nan if none is."""
        mean = self._link.execute("SELECT avg(seconds) FROM run WHERE status = 'done'").fetchone()[0]
        return float("nan") if mean is None else float(mean)

    def rows(
        self, columns: Sequence[str], where: str = "1", size: int = 20_000, metrics: Sequence[str] = ()
    ) -> Iterator[list[tuple[Any, ...]]]:
        """Blocks of rows of runs joined with their points, by point and replication.

        After the columns come the values of ``metrics``, None where one is not known or does not apply.
        """
        own = ["point", "replication", *columns]
        if self.version == 1:
            known = set(self.metrics)
            own += [f'"{id}"' if id in known else "NULL" for id in metrics]
        query = f"SELECT {', '.join(own)} FROM run JOIN point USING (point) WHERE {where} ORDER BY point, replication"
        cursor = self._link.execute(query)
        while block := cursor.fetchmany(size):
            if self.version == 1 or not metrics:
                yield [row[2:] for row in block]
            else:
                values = self._values(block[0][0], block[-1][0], metrics)
                none = (None,) * len(metrics)
                yield [(*row[2:], *values.get(row[:2], none)) for row in block]

    def _values(self, first: int, last: int, metrics: Sequence[str]) -> dict[tuple[Any, ...], list[float | None]]:
        """Values of some metrics by point and replication, of the points from ``first`` to ``last``."""
        number = dict(self._link.execute("SELECT id, metric FROM metric"))
        place = {number[id]: i for i, id in enumerate(metrics) if id in number}
        found: dict[tuple[Any, ...], list[float | None]] = {}
        wanted = f"point BETWEEN ? AND ? AND metric IN ({', '.join(map(str, place))})"
        for *key, metric, value in self._link.execute(f"SELECT * FROM value WHERE {wanted}", (first, last)):
            found.setdefault(tuple(key), [None] * len(metrics))[place[metric]] = value
        return found

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        with _told(self.file):
            self._link.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                if self._link.in_transaction:
                    self._link.execute("ROLLBACK")
                raise
            self._link.execute("COMMIT")


def _check_version(file: Path, link: sqlite3.Connection, allowed: Container[int]) -> None:
    version = link.execute("PRAGMA user_version").fetchone()[0]
    if version not in allowed:
        what = f"was made by another version of vbp_sim{_maker(file)} (layout {version}, this one writes {VERSION})"
        remedy = "begin anew with --out in another folder, or use that version"
        if version < VERSION:
            remedy += "; `vbp report`, `plot` and `explore` read it as it is"
        raise InputError(Problem(str(file), what, remedy))


def _maker(file: Path) -> str:
    """The version that the plan beside a ledger names, as ", 0.1.0"; empty if it names none."""
    try:
        version = json.loads((file.parent / "plan.json").read_text(encoding="utf-8")).get("version", "")
    except (OSError, ValueError, AttributeError):
        return ""
    return f", {version}" if version else ""


@contextlib.contextmanager
def _told(file: Path) -> Iterator[None]:
    """Turn SQLite's errors into messages that name the file and what to do."""
    try:
        yield
    except sqlite3.OperationalError as error:
        what = f"{file}: cannot be written: {error}; every run that was entered is kept"
        raise RunError(f"{what}\n    free some space or see to the folder, then resume") from error
    except sqlite3.DatabaseError as error:
        raise InputError(Problem(str(file), f"is not a ledger: {error}", "name the folder of a study")) from error
