"""The run folder: written aside, complete or not there at all.

    with RunWriter(Path("results/pilot")) as run:
        for columns in replications:
            run.append("use", columns)
        run.finish(manifest, summary, draw=draw_all)

    folder = RunFolder.open(Path("results/pilot"))
    folder.table("use", ["month", "unmet"])

Whoever writes a run gives the manifest ``scenario``, ``variant``, ``seed``, ``replications``, ``version`` and
``digest`` (of the resolved scenario), and whatever else is worth keeping. The writer adds ``program``,
``format``, ``run_hash``, the summary's SHA-256 and, per table, rows and SHA-256; whoever opens a run compares them.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy.typing as npt

from vbp_sim.engine.tables import TABLES
from vbp_sim.errors import InputError, Problem
from vbp_sim.runs import aside, parquet, reading, target
from vbp_sim.runs.manifest import Manifest, Summary
from vbp_sim.runs.reading import Json, refused

#: version of the layout of a run folder
FORMAT = 3
#: older layouts that can be read: what they lack is empty or unknown
OLDER = (2,)
SUMMARY = "summary.json"
AGAIN = "run it again"
DAMAGED = "the run folder is damaged; delete it, or run it again with --force"
#: bytes in memory that the tables of a run may take for each byte of their files, if they take many at all; those of
#: real runs take 11 at most
MOST_ALIKE, MANY = 200, 2**26
#: what a folder that is no run may hold instead, by a file of it, and what reads that
OTHERS = {
    "comparison.json": ("holds a comparison, not a run", "its runs are in its folder runs: name one of them"),
    "plan.json": ("holds a study, not a run", "`vbp report` and `vbp explore` read it; study.csv has its numbers"),
    "backtest.json": ("holds a back-test, not a run", "`vbp report` and `vbp plot` read it"),
}


@dataclass(frozen=True)
class RunFolder:
    """A run that can be read. Columns are loaded once and are read-only."""

    path: Path
    manifest: Json
    summary: Json
    _columns: dict[tuple[str, str], parquet.Array] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def open(cls, path: Path | str) -> RunFolder:
        """Open a finished run; InputError if there is none, one of an unknown format, or not what the run wrote."""
        path = Path(path)
        if not path.exists():
            raise refused(path, "there is no such run folder", "`vbp run SCENARIO` makes one")
        if not path.is_dir():
            raise refused(path, "is a file, not a run folder", "name the folder that holds manifest.json")
        file = path / target.MANIFEST
        if not os.path.lexists(file):
            for other, (what, remedy) in OTHERS.items():
                if os.path.lexists(path / other):
                    raise refused(path, what, remedy)
            raise refused(path, "is not a run folder, or its run never finished: it has no manifest.json", AGAIN)
        manifest = reading.json_of(file, DAMAGED)
        if manifest.get("program") != target.PROGRAM:
            raise refused(file, "is not the manifest of a run of vbp_sim", "name another folder")
        if manifest.get("format") not in (FORMAT, *OLDER):
            seen = f"has format {manifest.get('format')!r}; this version of vbp_sim reads format {FORMAT}"
            raise refused(file, seen, "run the scenario again, or use the version that wrote it")
        reading.shaped(file, manifest, Manifest, DAMAGED)
        summary = reading.json_of(path / SUMMARY, DAMAGED)
        reading.shaped(path / SUMMARY, summary, Summary, DAMAGED)
        run = cls(path, manifest, summary)
        run.verify()
        return run

    @property
    def made_by(self) -> str:
        """The program that made a run of an older format, such as "vbp_sim 0.1.0"; empty for one of this format."""
        return f"vbp_sim {self.manifest['version']}" if self.manifest.get("format") in OLDER else ""

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables of the run."""
        return tuple(name for name in self.manifest["tables"] if name in TABLES)

    def table(self, name: str, columns: Iterable[str] | None = None) -> parquet.Columns:
        """Columns of a table (all by default), each of shape (rows,), in the order of replications.

        Text columns are object arrays of str, months datetime64[M], dates datetime64[D].
        KeyError for an unknown table or column; InputError if the file is missing or damaged. What a run of an older
        format lacks is nan or empty.
        """
        wanted = list(TABLES[name].names if columns is None else columns)
        missing = [c for c in wanted if (name, c) not in self._columns]
        if missing:
            if self.made_by and name not in self.manifest["tables"]:
                loaded = parquet.unknown(TABLES[name], missing, 0)
            else:
                with self._file(name) as file:
                    loaded = parquet.read(TABLES[name], file, missing, lacking=bool(self.made_by))
            for column, values in loaded.items():
                values.flags.writeable = False
                self._columns[name, column] = values
        return {c: self._columns[name, c] for c in wanted}

    def verify(self) -> None:
        """InputError that lists the files that are not the ones that the run wrote, or hold other counts than it says.

        No table is read for that: its hash and what its file says of itself are enough.
        """
        extents, problems = [parquet.Extent(0, 0, 0)], list[Problem]()
        for name in self.manifest["tables"]:
            try:
                extents.append(self._extent(name))
            except InputError as error:
                problems += error.problems
        summary = self.path / SUMMARY
        if _sha256(summary) != self.manifest.get("summary_sha256", _sha256(summary)):
            problems += refused(summary, "is not the summary that the run wrote", DAMAGED).problems
        if problems:
            raise InputError(*problems)
        if wrong := self._disagrees(extents):
            raise refused(self.path / target.MANIFEST, wrong, DAMAGED)

    def _disagrees(self, extents: Sequence[parquet.Extent]) -> str:
        """Where the manifest contradicts itself or its tables; empty if it does not."""
        tables, said = self.manifest["tables"], self.manifest["replications"]
        lacking = [name for name in TABLES if name not in tables and not self.made_by]
        if lacking:
            return f"tables.{lacking[0]}: is missing"
        if self.manifest["run_hash"] != run_hash(self.manifest["digest"], tables):
            return "run_hash: is not that of its digest and tables"
        held, rows = max(extent.replications for extent in extents), max(extent.rows for extent in extents)
        return "" if said == held <= rows else f"replications: here is {said:,}, its tables hold {min(held, rows):,}"

    def _extent(self, table: str) -> parquet.Extent:
        """What the file of a table holds; InputError if that is not what the manifest says, or far too much."""
        rows = self.manifest["tables"][table]["rows"]
        with self._file(table) as file:
            found, size = reading.once(file, parquet.extent), os.fstat(file.fileno()).st_size
            if found.rows != rows:
                raise ValueError(f"it holds {found.rows:,} rows, its manifest says {rows:,}")
            if found.memory > max(MANY, MOST_ALIKE * size):
                raise ValueError(f"{size:,} bytes that would take {found.memory / 1e9:.1f} GB are no table of a run")
        return found

    @contextmanager
    def _file(self, table: str) -> Iterator[BufferedReader]:
        """The open file of a table; InputError if it is not the one that the run wrote, or for a ValueError with it."""
        path = _table_path(self.path, table)
        with reading.regular(path, DAMAGED) as file:
            if reading.sha256(file) != self.manifest["tables"][table]["sha256"]:
                raise refused(path, "is not the table that the run wrote", DAMAGED)
            try:
                yield file
            except ValueError as error:
                raise refused(path, f"cannot be read: {error}", DAMAGED) from error


class RunWriter:
    """Writes one run; use it as a context manager. Leaving it without `finish` removes all that was written.

    InputError if the run may not be written there (see `target.check`); RunError if the disk is full.
    """

    def __init__(self, path: Path, *, force: bool = False) -> None:
        self._shown = Path(path)
        self._target = Path(os.path.realpath(path))
        self._force = force
        self._files: dict[str, parquet.TableFile] = {}

    def __enter__(self) -> Self:
        target.check(self._target, self._force)
        self._folder, self._lock = target.begin(self._target)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for table in self._files.values():
            table.abandon()
        shutil.rmtree(self._folder, ignore_errors=True)  # gone already if it was finished
        target.end(self._lock)

    def append(self, table: str, columns: Mapping[str, npt.ArrayLike]) -> None:
        """Add one replication's rows to a table; call it in the order of replications.

        ValueError if the columns are not those that `tables.TABLES` declares.
        """
        with target.writing(self._shown):
            self._file(table).append(columns)

    def finish(
        self,
        manifest: Mapping[str, Any],
        summary: Mapping[str, Any],
        *,
        draw: Callable[[RunFolder], None] | None = None,
    ) -> RunFolder:
        """Write what is left and give the folder its name; the manifest comes last.

        ``draw`` gets the folder while it still has its hidden name.
        """
        with target.writing(self._shown):
            aside.write_json(self._folder / SUMMARY, summary)
            whole = self._manifest(manifest)
            run = RunFolder(self._folder, whole, aside.plain(summary))
            if draw is not None:
                draw(run)
            aside.write_json(self._folder / target.MANIFEST, whole)
            target.settle(self._folder, self._target, self._force)
        return RunFolder(self._shown, run.manifest, run.summary)

    def _file(self, table: str) -> parquet.TableFile:
        if table not in self._files:
            self._files[table] = parquet.TableFile(TABLES[table], _table_path(self._folder, table))
        return self._files[table]

    def _manifest(self, given: Mapping[str, Any]) -> Json:
        tables = {}
        for name in TABLES:
            file = self._file(name)
            file.close()
            aside.settle(file.path)
            tables[name] = {"rows": file.rows, "sha256": _sha256(file.path)}
        aside.settle(self._folder / "tables")
        own = {"program": target.PROGRAM, "format": FORMAT, "run_hash": run_hash(given["digest"], tables)}
        hashes = {"summary_sha256": _sha256(self._folder / SUMMARY), "tables": tables}
        return {**own, **aside.plain(given), **hashes}


def run_hash(digest: str, tables: Mapping[str, Json]) -> str:
    """One hash for what was asked and what came out; the same in every rerun."""
    parts = [digest, *(f"{name} {entry['sha256']}" for name, entry in tables.items())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _table_path(folder: Path, table: str) -> Path:
    return folder / "tables" / f"{table}.parquet"


def _sha256(path: Path) -> str:
    with reading.regular(path, DAMAGED) as file:
        return reading.sha256(file)
