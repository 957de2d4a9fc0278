"""Ledgers of studies, changed at random: every command ends with 0, 1 or 2 and a message, soon, never a traceback."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "studies"))

import works
from sweeping import swept, write_sweep

#: with the number of a mutation it makes that mutation again
SEED = 12
LEDGER = "ledger.sqlite"
TABLES = {
    "point": ("point", "sample", "variant", "values", "digest"),
    "run": ("key", "point", "replication", "status", "seconds", "program", "stage", "type", "message", "traceback"),
    "metric": ("metric", "id"),
    "value": ("point", "replication", "metric", "value"),
}
#: what a cell may hold besides what it should, as SQL
WRONG = (
    "NULL", "''", "'abc'", "'=1+1'", "'-1'", "-1", "3", "7", "2147483648", "9223372036854775807", "0.5", "-1.5",
    "9e999", "-9e999", "1e308", "x''", "x'ff00ff'", "zeroblob(5000)", "CAST(x'ff41' AS TEXT)", "'done'", "'failed'",
    "'dne'", "'completion'", "'__class__'", "'{}'", "'[]'", "'null'", "'{'", "'{\"growth\": null}'",
    "'{\"growth\": 1e999}'", "'{\"growth\": [1]}'", "'{\"growth\": \"x\"}'", "'{\"growth\": NaN}'",
    "'{\"growth\": 1' || printf('%.5000d', 0) || '}'", "replace(hex(zeroblob(900)), '00', '[')",
    "'{\"growth\": ' || replace(hex(zeroblob(900)), '00', '[') || replace(hex(zeroblob(900)), '00', ']') || '}'",
    "char(27) || '[31m'", "char(0)", "char(10)", "'<script>'", "printf('%.100000c', 'x')",
)  # fmt: skip
#: changes of the whole file, as SQL
SCHEMES = (
    "DROP TABLE {table}", "ALTER TABLE {table} RENAME TO other", "DELETE FROM {table}",
    "DELETE FROM {table} WHERE {column} = (SELECT max({column}) FROM {table})",
    "ALTER TABLE {table} RENAME COLUMN {column} TO other", "ALTER TABLE {table} ADD COLUMN extra REAL",
    "CREATE TABLE own AS SELECT * FROM {table}; DROP TABLE {table}; ALTER TABLE own RENAME TO {table}",
    "ALTER TABLE {table} RENAME TO own; CREATE VIEW {table} AS SELECT * FROM own",
    "DROP TABLE run; CREATE VIEW run AS WITH RECURSIVE r(point) AS (SELECT 0 UNION ALL SELECT point + 1 FROM r) "
    "SELECT 'k' AS key, point, 0 AS replication, 'done' AS status, 0.1 AS seconds, '' AS program, '' AS stage, "
    "'' AS type, '' AS message, '' AS traceback FROM r",
    "CREATE TRIGGER t AFTER INSERT ON {table} BEGIN DELETE FROM point; END",
    "PRAGMA user_version = 0", "PRAGMA user_version = 1", "PRAGMA user_version = 3", "PRAGMA user_version = -2",
    "INSERT INTO {table} SELECT * FROM {table}", "CREATE TABLE sqlite_stat9(a)", "PRAGMA journal_mode = DELETE",
    "PRAGMA auto_vacuum = 1; VACUUM", "PRAGMA journal_mode = DELETE; PRAGMA page_size = 512; VACUUM",
)  # fmt: skip


#: what may stand beside a ledger or in its place
BESIDE = (
    "wal",
    "journal",
    "shm",
    "linked wal",
    "fifo wal",
    "empty",
    "text",
    "gone",
    "folder",
    "link",
    "nowhere",
    "fifo",
)


def study(folder: Path) -> Path:
    """A study with runs that are done, that failed and that are missing."""
    file = write_sweep(folder, replications=2, levers={"growth": {"path": "demand.growth", "values": [0.1, 0.4, 0.6]}})
    swept(file, folder / "s", works.raises, points=[0, 2])
    return folder / "s"


def sql(ledger: Path, text: str) -> None:
    """Change a ledger without any of its constraints; what SQLite refuses is left as it is."""
    link = sqlite3.connect(ledger, isolation_level=None)
    try:
        link.executescript(
            "PRAGMA writable_schema = ON; PRAGMA ignore_check_constraints = ON; UPDATE sqlite_master SET sql = "
            "replace(sql, ' NOT NULL', ''); PRAGMA writable_schema = RESET;"
        )
        link.executescript(text)
    except sqlite3.Error:
        pass
    finally:
        link.close()


def cell(ledger: Path, chance: random.Random) -> str:
    """One cell, or all cells of a column, hold what they should not."""
    table = chance.choice(list(TABLES))
    column, value = chance.choice(TABLES[table]), chance.choice(WRONG)
    key, row = "metric" if table == "value" else "rowid", ""
    if chance.random() < 0.8:
        place = f"{chance.randrange(100)} % (SELECT count(*) FROM {table})"
        row = f" WHERE {key} = (SELECT {key} FROM {table} ORDER BY {key} LIMIT 1 OFFSET {place})"
    text = f'UPDATE OR REPLACE {table} SET "{column}" = {value}{row}'
    sql(ledger, text)
    return text


def scheme(ledger: Path, chance: random.Random) -> str:
    """The tables themselves are others."""
    table = chance.choice(list(TABLES))
    text = chance.choice(SCHEMES).format(table=table, column=f'"{chance.choice(TABLES[table])}"')
    sql(ledger, text)
    return text


def damage(ledger: Path, chance: random.Random) -> str:
    """Bytes of the file are others, or are gone."""
    data = bytearray(ledger.read_bytes())
    how = chance.choice(("flips", "cut", "zeros", "tail", "header"))
    if how == "flips":
        for _ in range(chance.choice((1, 10, 200))):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    elif how == "header":
        data[chance.randrange(100)] = chance.randrange(256)
    elif how == "zeros":
        at = chance.randrange(len(data))
        data[at : at + 4096] = bytes(len(data[at : at + 4096]))
    else:
        del data[chance.randrange(len(data)) :]
        data += chance.randbytes(5000) if how == "tail" else b""
    ledger.write_bytes(data)
    return how


def beside(ledger: Path, chance: random.Random) -> str:
    """Something stands beside the ledger, or in its place."""
    how = chance.choice(BESIDE)
    if how in ("wal", "journal", "shm"):
        ledger.with_name(f"{LEDGER}-{how}").write_bytes(chance.randbytes(chance.choice((10, 4000, 40_000))))
    elif how == "fifo wal":
        os.mkfifo(ledger.with_name(f"{LEDGER}-wal"))
    elif how == "linked wal":
        ledger.with_name(f"{LEDGER}-wal").symlink_to(ledger.with_name("plan.json"))
    else:
        data = ledger.read_bytes()
        ledger.unlink()
        if how == "folder":
            ledger.mkdir()
        elif how == "link":
            ledger.with_name("own").write_bytes(data)
            ledger.symlink_to("own")
        elif how == "nowhere":
            ledger.symlink_to("nowhere")
        elif how == "fifo":
            os.mkfifo(ledger)
        elif how != "gone":
            ledger.write_bytes(b"no ledger, but long enough to be one. " * (20 if how == "text" else 0))
    return how


TREE = ("--method", "tree", "--fails", "completion > 0.5", "--executor", "serial")
KINDS: tuple[Callable[[Path, random.Random], str], ...] = (cell, cell, cell, scheme, damage, beside)


def commands(folder: Path, chance: random.Random) -> list[list[Any]]:
    """What is asked of a study; reports take long and are asked of some."""
    found: list[list[Any]] = [
        ["sweep", "status", folder, "--json"],
        ["export", folder],
        ["report", folder, "--out", folder.parent / "report.html", "--quiet"],
        ["sweep", "repeat", folder, "--point", "1"],
        ["sweep", "resume", folder, "--executor", "serial", "--accept-new-code", "--quiet"],
        ["sweep", "expand", folder, "--replications", "3", "--executor", "serial", "--accept-new-code", "--quiet"],
        ["sensitivity", folder.parent / "sweep.yaml", "--out", folder, *TREE],
    ]
    return found if chance.random() < 0.2 else [words for words in found if words[0] != "report"]


def tried(vbp: Any, whole: Path, place: Path, number: int) -> list[str]:
    """What went wrong with one mutated study: exit codes, tracebacks, time."""
    chance = random.Random(f"{SEED} {number}")
    shutil.copytree(whole.parent, place)
    folder = place / whole.name
    what = chance.choice(KINDS)(folder / LEDGER, chance)
    wrong = []
    for words in commands(folder, chance):
        started = time.monotonic()
        try:
            code, _, said = vbp(*words)
        except Exception as error:
            code, said = -1, f"{type(error).__name__}: {error}"
        seconds = time.monotonic() - started
        if code not in (0, 1, 2) or "Traceback" in said or (code and not said) or seconds > 20:
            wrong.append(
                f"{number}: {what[:150]}\n  {' '.join(map(str, words[:2]))}: {code}, {seconds:.0f} s, {said[-300:]}"
            )
    shutil.rmtree(place)
    return wrong


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return study(tmp_path_factory.mktemp("whole"))


@pytest.mark.parametrize("number", range(8))
def test_a_few_changed_ledgers(vbp: Any, whole: Path, tmp_path: Path, number: int) -> None:
    assert tried(vbp, whole, tmp_path / "m", number) == []


@pytest.mark.slow
def test_three_hundred_changed_ledgers(vbp: Any, whole: Path, tmp_path: Path) -> None:
    wrong = [line for number in range(8, 308) for line in tried(vbp, whole, tmp_path / "m", number)]
    assert wrong == [], "\n".join(wrong)
