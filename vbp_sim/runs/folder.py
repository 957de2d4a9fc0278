"""The run folder: written aside, complete or not there at all.

    with RunWriter(Path("results/pilot")) as run:
        for columns in replications:
            run.append("use", columns)
        run.finish(manifest, summary, draw=draw_all)

    folder = RunFolder.open(Path("results/pilot"))
    folder.table("use", ["month", "unmet"])

Whoever writes a run gives the manifest ``scenario``, ``variant``, ``seed``, ``replications``, ``version`` and
``digest`` (of the resolved scenario), and whatever else is worth keeping. The writer adds ``program``,
``format``, ``run_hash`` and, per table, rows and SHA-256.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from vbp_sim.engine.tables import TABLES
from vbp_sim.errors import InputError, Problem
from vbp_sim.runs import parquet, target

#: version of the layout of a run folder
FORMAT = 3
#: older layouts that can be read: what they lack is empty or unknown
OLDER = (2,)
SUMMARY = "summary.json"
AGAIN = "run it again"
DAMAGED = f"the run folder is damaged; {AGAIN}"
#: what a folder that is no run may hold instead, by a file of it, and what reads that
OTHERS = {
    "comparison.json": ("holds a comparison, not a run", "its runs are in its folder runs: name one of them"),
    "plan.json": ("holds a study, not a run", "`vbp report` and `vbp explore` read it; study.csv has its numbers"),
    "backtest.json": ("holds a back-test, not a run", "`vbp report` and `vbp plot` read it"),
}
MANIFEST_NEEDS = ("scenario", "variant", "seed", "replications", "version", "digest")

Json = dict[str, Any]


@dataclass(frozen=True)
class RunFolder:
    """A run that can be read. Columns are loaded once and are read-only."""

    path: Path
    manifest: Json
    summary: Json
    _columns: dict[tuple[str, str], parquet.Array] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def open(cls, path: Path | str) -> RunFolder:
        """Open a finished run; InputError if there is none, or one of a format that is not known."""
        path = Path(path)
        if not path.exists():
            raise _unusable(path, "there is no such run folder", "`vbp run SCENARIO` makes one")
        if not path.is_dir():
            raise _unusable(path, "is a file, not a run folder", "name the folder that holds manifest.json")
        file = path / target.MANIFEST
        if not file.is_file():
            for other, (what, remedy) in OTHERS.items():
                if (path / other).is_file():
                    raise _unusable(path, what, remedy)
            raise _unusable(path, "is not a run folder, or its run never finished: it has no manifest.json", AGAIN)
        manifest = _read_json(file)
        if manifest.get("program") != target.PROGRAM:
            raise _unusable(file, "is not the manifest of a run of vbp_sim", "name another folder")
        if manifest.get("format") not in (FORMAT, *OLDER):
            seen = f"has format {manifest.get('format')!r}; this version of vbp_sim reads format {FORMAT}"
            raise _unusable(file, seen, "run the scenario again, or use the version that wrote it")
        return cls(path, manifest, _read_json(path / SUMMARY))

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
            file = _table_path(self.path, name)
            try:
                if self.made_by and name not in self.manifest["tables"]:
                    loaded = parquet.unknown(TABLES[name], missing, 0)
                else:
                    loaded = parquet.read(TABLES[name], file, missing, lacking=bool(self.made_by))
            except (OSError, ValueError) as error:  # Arrow's own errors are ValueErrors
                raise _unusable(file, f"cannot be read: {error}", DAMAGED) from error
            for column, values in loaded.items():
                values.flags.writeable = False
                self._columns[name, column] = values
        return {c: self._columns[name, c] for c in wanted}

    def verify(self) -> None:
        """InputError that lists the tables that are not the ones that the run wrote."""
        changed = []
        for name, entry in self.manifest["tables"].items():
            file = _table_path(self.path, name)
            if not file.is_file() or _sha256(file) != entry["sha256"]:
                changed.append(Problem(str(file), "is not the table that the run wrote", DAMAGED))
        if changed:
            raise InputError(*changed)


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
        for file in self._files.values():
            file.abandon()
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
        texts: Mapping[str, str] | None = None,
        draw: Callable[[RunFolder], None] | None = None,
    ) -> RunFolder:
        """Write what is left and give the folder its name; the manifest comes last.

        ``texts`` are further files by name; ``draw`` gets the folder while it still has its hidden name.
        """
        lacking = [key for key in MANIFEST_NEEDS if key not in manifest]
        if lacking:
            raise ValueError(f"the manifest lacks {', '.join(lacking)}")
        with target.writing(self._shown):
            whole = self._manifest(manifest)
            _write_json(self._folder / SUMMARY, summary)
            for name, text in (texts or {}).items():
                (self._folder / name).write_text(text, encoding="utf-8")
            run = RunFolder(self._folder, whole, _plain(summary))
            if draw is not None:
                draw(run)
            _write_json(self._folder / target.MANIFEST, whole)
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
            tables[name] = {"rows": file.rows, "sha256": _sha256(file.path)}
        own = {"program": target.PROGRAM, "format": FORMAT}
        return {**own, "run_hash": _run_hash(given["digest"], tables), **_plain(given), "tables": tables}


def _run_hash(digest: str, tables: Mapping[str, Json]) -> str:
    """One hash for what was asked and what came out; the same in every rerun."""
    parts = [digest, *(f"{name} {entry['sha256']}" for name, entry in tables.items())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _table_path(folder: Path, table: str) -> Path:
    return folder / "tables" / f"{table}.parquet"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _plain(value: Any) -> Any:
    """The value as JSON knows it: NumPy scalars become Python's, nan and infinity become null."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    text = json.dumps(_plain(value), indent=2, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def _read_json(path: Path) -> Json:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _unusable(path, f"cannot be read: {error}", DAMAGED) from error
    if not isinstance(value, dict):
        raise _unusable(path, "is not a JSON object", DAMAGED)
    return value


def _unusable(place: Path, what: str, remedy: str) -> InputError:
    return InputError(Problem(str(place), what, remedy))
