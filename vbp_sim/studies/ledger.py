"""The ledger of a study: one SQLite file with every point and every run, written by one process only.

Any number of readers may look while it is written. A run that is done is never overwritten and never counted twice.
A metric of a run is a row of its own, so that a new metric orphans no study.
"""

from __future__ import annotations

import collections
import contextlib
import json
import math
import sqlite3
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from vbp_sim.errors import InputError, Problem, RunError, visible
from vbp_sim.runs.metrics import in_order
from vbp_sim.studies import ledger_file, ledger_rows
from vbp_sim.studies.design import Design
from vbp_sim.studies.work import Receipt

NAME = "ledger.sqlite"
#: PRAGMA user_version of the layout; version 1 had a column for each metric, and is only read
VERSION = 2

_COLUMNS = ledger_rows.RUN
_INSERT = f"""
INSERT INTO run ({", ".join(_COLUMNS)}) VALUES ({", ".join("?" * len(_COLUMNS))})
ON CONFLICT (point, replication) DO UPDATE SET {", ".join(f"{c} = excluded.{c}" for c in _COLUMNS)}
WHERE run.status = 'failed'
"""

#: ledgers that were checked, as they were then, so that one command checks a ledger once
_SOUND: dict[Path, object] = {}

#: point, sample, variant, values by id, digest of the scenario
PointRow = tuple[int, int, str, Mapping[str, Any], str]


class Ledger:
    """An open ledger. ``points``: those of the plan; ``ids``: levers and uncertainties that each has a value of."""

    def __init__(
        self, file: Path, link: sqlite3.Connection, points: int = ledger_rows.MOST, ids: Sequence[str] = ()
    ) -> None:
        self.file = file
        self._link, self._points, self._ids = link, points, ids
        self.version = int(link.execute("PRAGMA user_version").fetchone()[0])

    @classmethod
    @contextlib.contextmanager
    def writing(cls, file: Path) -> Iterator[Ledger]:
        """Open for the one writer; makes the file if there is none."""
        with ledger_file.told(file, "written"):
            new = not file.exists()
            with ledger_file.written(file) as link:
                if new or not link.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                    link.execute("PRAGMA page_size = 8192")
                    link.execute("PRAGMA journal_mode = WAL")
                    link.executescript(f"BEGIN; {ledger_rows.TABLES} PRAGMA user_version = {VERSION}; COMMIT;")
                book = cls(file, link)
                book._check_version((VERSION,))
                link.execute("PRAGMA journal_mode = WAL")
                link.execute("PRAGMA synchronous = NORMAL")
                yield book

    @classmethod
    @contextlib.contextmanager
    def reading(cls, file: Path, design: Design | None = None, *, resumed: bool = False) -> Iterator[Ledger]:
        """Open to look, on any disk; InputError if there is no ledger, one of a later version, or a damaged one.

        ``design``: no run may lie outside of it. ``resumed``: not one of an older version, which is never gone on with.
        """
        if not file.is_file():
            what = "there is no such file; this is no study"
            raise InputError(Problem(str(file), what, "name the folder of a study"))
        with ledger_file.told(file, "read"), ledger_file.read(file) as link:
            book, most = cls(file, link), ledger_rows.MOST
            if design is not None:
                book = cls(file, link, len(design), [*design.spec.levers, *design.spec.uncertainties])
                most = design.spec.replications
            book._check_version((VERSION,) if resumed else range(1, VERSION + 1))
            seen = (ledger_file.state(file), book._points, most)
            if _SOUND.get(file.absolute()) != seen:
                ledger_rows.check(file, link, book.version, book._points, most)
                collections.deque(book.point_values(), maxlen=0)
                _SOUND[file.absolute()] = seen
            yield book

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
            told = map(visible, (why.stage, why.type, why.message, why.traceback) if why else ("", "", "", ""))
            status = "failed" if why else "done"
            rows.append((key, receipt.point, receipt.replication, status, receipt.seconds, program, *told))
        with self._transaction():
            number = self._numbers(id for receipt in receipts for id in receipt.metrics)
            for receipt, row in zip(receipts, rows, strict=True):
                if self._link.execute(_INSERT, row).rowcount:
                    at = (receipt.point, receipt.replication)
                    values = [(*at, number[id], v if math.isfinite(v) else None) for id, v in receipt.metrics.items()]
                    self._link.executemany("INSERT INTO value VALUES (?, ?, ?, ?)", values)

    def _check_version(self, allowed: Container[int]) -> None:
        if self.version in allowed:
            return
        if not self.version:
            raise InputError(Problem(str(self.file), "is empty, or no ledger", ledger_rows.AGAIN))
        layout = f"layout {self.version}, this one writes {VERSION}"
        remedy = "begin anew with --out in another folder, or use that version"
        if self.version < VERSION:
            remedy += "; `vbp report`, `plot` and `explore` read it as it is"
        what = f"was made by another version of vbp_sim{_maker(self.file)} ({layout})"
        raise InputError(Problem(str(self.file), what, remedy))

    def _numbers(self, ids: Iterable[str]) -> dict[str, int]:
        """The number of each metric; new ones get theirs."""
        self._link.executemany("INSERT OR IGNORE INTO metric (id) VALUES (?)", [(id,) for id in dict.fromkeys(ids)])
        return dict(self._link.execute("SELECT id, metric FROM metric"))

    @property
    def metrics(self) -> list[str]:
        """Ids of all metrics that any run has, as people see them."""
        return in_order(ledger_rows.metrics(self._link, self.version))

    def done(self, points: int, replications: int) -> npt.NDArray[np.bool_]:
        """Which runs are done, shape (points, replications)."""
        found = np.zeros((points, replications), dtype=np.bool_)
        query = "SELECT point, replication FROM run WHERE status = 'done' AND point < ? AND replication < ?"
        for run in self._link.execute(query, (points, replications)):
            found[run] = True
        return found

    def digests(self) -> dict[int, str]:
        """Digest of each point's scenario, by number."""
        return dict(self._link.execute("SELECT point, digest FROM point"))

    def point_values(self) -> Iterator[dict[str, Any]]:
        """What each point of the plan sets, by id of lever or uncertainty, in the order of points."""
        query = 'SELECT point, "values" FROM point WHERE point < ? ORDER BY point'
        for point, text in self._link.execute(query, (self._points,)):
            yield self._settings(point, text)

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

    def moved(self, stride: int, values: int, metrics: Sequence[str]) -> bool | None:
        """Whether one of the metrics differs between points ``stride`` apart that have the first and another of the
        ``values`` of a lever, all else equal; None where no two such runs are done.
        """
        pairs = (
            "SELECT 1 FROM value a JOIN value b ON b.replication = a.replication AND b.metric = a.metric"
            f" AND b.point = a.point - a.point / {stride:d} % {values:d} * {stride:d} WHERE a.point <> b.point"
        )
        own = f"a.metric IN (SELECT metric FROM metric WHERE id IN ({', '.join('?' * len(metrics))}))"
        differ = f"SELECT EXISTS({pairs}), EXISTS({pairs} AND a.value IS NOT b.value AND {own})"
        any_pair, any_other = self._link.execute(differ, list(metrics)).fetchone() if self.version > 1 else (0, 0)
        return bool(any_other) if any_pair else None

    def rows(
        self, columns: Sequence[str], where: str = "1", size: int = 20_000, metrics: Sequence[str] = ()
    ) -> Iterator[list[tuple[Any, ...]]]:
        """Blocks of rows of runs joined with their points, by point and replication; ``values`` are read from JSON.

        After the columns come the values of ``metrics``, None where one is not known or does not apply.
        """
        own = ["point", "replication", *(f'"{name}"' for name in columns)]
        if self.version == 1:
            known = set(self.metrics)
            own += [f'"{id}"' if id in known else "NULL" for id in metrics]
        query = f"SELECT {', '.join(own)} FROM run JOIN point USING (point) WHERE {where} ORDER BY point, replication"
        cursor, given = self._link.execute(query), columns.index("values") + 2 if "values" in columns else 0
        while block := cursor.fetchmany(size):
            found = self._values(block[0][0], block[-1][0], metrics) if self.version > 1 and metrics else {}
            none = (None,) * len(metrics)
            if given:
                block = [(*r[:given], self._settings(r[0], r[given]), *r[given + 1 :]) for r in block]
            yield [(*row[2:], *found.get(row[:2], none)) if self.version > 1 else row[2:] for row in block]

    def _settings(self, point: int, text: str) -> dict[str, Any]:
        return ledger_rows.settings(self.file, point, text, self._ids)

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
        with ledger_file.told(self.file, "written"):
            self._link.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                if self._link.in_transaction:
                    self._link.execute("ROLLBACK")
                raise
            self._link.execute("COMMIT")


def _maker(file: Path) -> str:
    """The version that the plan beside a ledger names, as ", 0.1.0"; empty if it names none."""
    try:
        version = json.loads((file.parent / "plan.json").read_text(encoding="utf-8")).get("version", "")
    except (OSError, ValueError, AttributeError):
        return ""
    return f", {version}" if version else ""
