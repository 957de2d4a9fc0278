"""The ledger of a study from elsewhere: on a disk that nobody can write, killed, or with what no ledger holds."""

from __future__ import annotations

import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import works
from sweeping import count, growth, kill_main, read_only, runs, swept, write_sweep

from vbp_sim.errors import InputError
from vbp_sim.studies.design import Design
from vbp_sim.studies.ledger import Ledger
from vbp_sim.studies.plan import read_plan
from vbp_sim.studies.sweep import begin, reopen, status
from vbp_sim.studies.work import Failure, Receipt

KILLED = {"levers": growth(20), "replications": 10}


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Four points with two runs each, the last one failed."""
    file = write_sweep(
        tmp_path, replications=2, levers={"growth": {"path": "demand.growth", "values": [0.1, 0.2, 0.6]}}
    )
    swept(file, tmp_path / "s", works.raises)
    return tmp_path / "s"


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """A study that was killed with its runs in the log of its ledger."""
    kill_main(write_sweep(tmp_path, **KILLED), tmp_path / "s", lambda: count(tmp_path / "s") >= 20)
    assert (tmp_path / "s" / "ledger.sqlite-wal").stat().st_size > 0
    return tmp_path / "s"


@pytest.mark.parametrize("beside", [True, False])
def test_a_killed_study_on_a_read_only_disk_has_every_finished_run(
    vbp: Any, killed: Path, tmp_path: Path, beside: bool
) -> None:
    """With the file that SQLite keeps beside the log, and without it, as a copy of the two files that matter has it."""
    if not beside:
        (killed / "ledger.sqlite-shm").unlink()
    with read_only(killed, tmp_path / "disk") as there:
        code, shown, said = vbp("sweep", "status", there, "--json")
        assert code == 0, said
        done = json.loads(shown)["done"]
        code, _, said = vbp("report", there, "--out", tmp_path / "report.html")
        assert code == 0, said
        assert f"{200 - done} runs are missing or failed" in (tmp_path / "report.html").read_text(encoding="utf-8")
        code, _, said = vbp("sweep", "resume", there)
        assert (code, "cannot be written" in said) == (2, True), said
    assert done == len(runs(killed)) >= 20


def test_a_finished_study_on_a_read_only_disk_needs_no_copy(vbp: Any, study: Path, tmp_path: Path) -> None:
    with read_only(study, tmp_path / "disk") as there:
        assert json.loads(vbp("sweep", "status", there, "--json")[1])["done"] == 4
        assert vbp("report", there, "--out", tmp_path / "report.html")[0] == 0


def test_where_no_copy_can_be_made_it_is_said_where_the_study_must_be_opened(killed: Path, tmp_path: Path) -> None:
    """No file of the process may be longer than 4 kB, as on a full disk."""
    (killed / "ledger.sqlite-shm").unlink()
    code = "import sys; from vbp_sim.cli import main; sys.exit(main())"
    with read_only(killed, tmp_path / "disk") as there:
        words = [sys.executable, "-B", "-c", code, "sweep", "status", str(there)]
        done = subprocess.run(words, capture_output=True, text=True, preexec_fn=tiny_files)
    assert done.returncode == 2, done.stderr
    assert f"{there}/ledger.sqlite: has runs in its log ledger.sqlite-wal" in done.stderr
    assert f"open it once where it can be written: copy {there} there" in done.stderr
    assert "Traceback" not in done.stderr


def tiny_files() -> None:
    """Let no file of this process grow beyond 4 kB."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))


WRONG = [
    ("point", "sample = x'00'", "row 0: sample is b'\\x00'; wanted: a whole number"),
    ("point", "variant = NULL", "row 0: variant is None; wanted: a text"),
    ("point", "\"values\" = '{'", "row 0: values is '{'; wanted: a JSON object"),
    ("point", "\"values\" = '[1]'", "row 0: values is '[1]'; wanted: a JSON object"),
    ("point", "\"values\" = '{}'", "row 0: values is '{}'; wanted: JSON with a finite value for each of growth"),
    ("point", '"values" = \'{"growth": 1e999}\'', "wanted: JSON with a finite value for each of growth"),
    ("point", "\"values\" = '{\"growth\": 1' || hex(zeroblob(20)) || '}'", "a finite value for each of growth"),
    ("run", "replication = -1", "row 1: replication is -1; wanted: a replication of the study"),
    ("run", "replication = 2147483647", "row 1: replication is 2147483647; wanted: a replication of the study"),
    ("run", "replication = 2", "row 1: replication is 2; wanted: a replication of the study"),
    ("run", "replication = 0.5", "row 1: replication is 0.5; wanted: a replication of the study"),
    ("run", "point = 'x'", "row 1: point is 'x'; wanted: a point of the study"),
    ("run", "point = 3", "row 1: point is 3; wanted: a point of the study"),
    ("run", "point = -1", "row 1: point is -1; wanted: a point of the study"),
    ("run", "status = 'dne'", "row 1: status is 'dne'; wanted: done or failed"),
    ("run", "status = NULL", "row 1: status is None; wanted: done or failed"),
    ("run", "seconds = 'long'", "row 1: seconds is 'long'; wanted: a number from 0"),
    ("run", "seconds = 9e999", "row 1: seconds is inf; wanted: a number from 0"),
    ("run", "message = x'00'", "row 1: message is b'\\x00'; wanted: a text"),
    ("metric", "id = '=1+1'", "id is '=1+1'; wanted: ids of metrics"),
    ("metric", "id = x'00'", "row 1: id is b'\\x00'; wanted: a text"),
    ("value", "value = 'many'", "row 0/0/1: value is 'many'; wanted: a finite number"),
    ("value", "value = -9e999", "row 0/0/1: value is -inf; wanted: a finite number"),
    ("value", "value = x'00'", "row 0/0/1: value is b'\\x00'; wanted: a finite number"),
    ("value", "replication = 'x'", "row 0/'x'/1: replication is 'x'; wanted: a whole number"),
    ("value", "metric = 77", "row 0/0/77: metric is 77; wanted: a metric of the study"),
    ("value", "replication = 7", "is done, and table value has none of it"),
]
ROWS = {
    "point": "point = 0",
    "run": "point = 0 AND replication = 0",
    "metric": "metric = 1",
    "value": "point = 0 AND replication = 0",
}


def changed(study: Path, text: str) -> None:
    """Change the ledger of a study without any of its constraints."""
    link = sqlite3.connect(study / "ledger.sqlite", isolation_level=None)
    link.executescript(
        "PRAGMA writable_schema = ON; PRAGMA ignore_check_constraints = ON;"
        "UPDATE sqlite_master SET sql = replace(sql, ' NOT NULL', ''); PRAGMA writable_schema = RESET;"
    )
    link.executescript(text)
    link.close()


@pytest.mark.parametrize(("table", "change", "said"), WRONG)
def test_a_cell_that_no_ledger_has_is_named(vbp: Any, study: Path, table: str, change: str, said: str) -> None:
    metric = " AND metric = 1" if change.startswith(("value", "metric")) else ""
    changed(study, f"UPDATE {table} SET {change} WHERE {ROWS[table]}{metric if table == 'value' else ''}")
    for words in (["report", study], ["sweep", "resume", study, "--accept-new-code", "--executor", "serial"]):
        code, _, told = vbp(*words)
        assert code == 2, told
        assert f"{study}/ledger.sqlite, table {'run' if 'is done' in said else table}" in told
        assert said in told


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("DROP TABLE value", "table value: is missing"),
        ("ALTER TABLE run RENAME COLUMN status TO other", "table run: is missing, or is not the one of a ledger"),
        (
            "CREATE TABLE own AS SELECT * FROM run; DROP TABLE run; ALTER TABLE own RENAME TO run",
            "table run: is missing",
        ),
        ("ALTER TABLE point RENAME TO own; CREATE VIEW point AS SELECT * FROM own", "table point: is missing"),
        ("CREATE TRIGGER gone AFTER INSERT ON run BEGIN DELETE FROM point; END", "the trigger or view 'gone'"),
        ("UPDATE point SET variant = CAST(x'ff' AS TEXT)", "Could not decode to UTF-8 column"),
        ("PRAGMA user_version = 0", "is empty, or no ledger"),
    ],
)
def test_tables_that_no_ledger_has_are_named(study: Path, change: str, said: str) -> None:
    changed(study, change)
    with pytest.raises(InputError) as caught, Ledger.reading(study / "ledger.sqlite") as book:
        list(book.rows(["variant"]))
    assert said in str(caught.value)
    assert f"{study}/ledger.sqlite" in str(caught.value)


def test_a_cut_ledger_is_told(vbp: Any, study: Path) -> None:
    os.truncate(study / "ledger.sqlite", 9000)
    code, _, said = vbp("sweep", "status", study)
    assert (code, "ledger.sqlite: is not a ledger, or is damaged" in said) == (2, True)


@pytest.mark.parametrize("end", ["", "-wal", "-shm", "-journal"])
def test_a_ledger_never_leads_elsewhere(study: Path, tmp_path: Path, end: str) -> None:
    """Neither when it is read nor when it is written."""
    mine = tmp_path / "mine"
    mine.write_bytes((study / "ledger.sqlite").read_bytes())
    (study / f"ledger.sqlite{end}").unlink(missing_ok=True)
    (study / f"ledger.sqlite{end}").symlink_to(mine)
    before = mine.read_bytes()
    for opened in (lambda: status(study), lambda: reopen(study), lambda: begin(tmp_path / "sweep.yaml", study)):
        with pytest.raises(InputError, match=f"ledger.sqlite{end}: is a link"):
            opened()
    with pytest.raises(InputError, match="is a link"), Ledger.writing(study / "ledger.sqlite"):
        pass
    assert mine.read_bytes() == before


def test_a_fifo_beside_a_ledger_keeps_nobody_waiting(study: Path) -> None:
    os.mkfifo(study / "ledger.sqlite-wal")
    assert status(study)["done"] == 4


def test_points_of_an_expansion_that_was_killed_before_its_plan_are_no_points_yet(study: Path) -> None:
    with Ledger.writing(study / "ledger.sqlite") as book:
        book.add_points([(3, 0, "", {"growth": 0.3}, "d")])
    with Ledger.reading(study / "ledger.sqlite", Design(read_plan(study).spec)) as book:
        assert [values["growth"] for values in book.point_values()] == [0.1, 0.2, 0.6]


def test_a_ledger_that_changed_is_doubted_again(study: Path) -> None:
    assert status(study)["done"] == 4
    changed(study, "UPDATE run SET seconds = 'x' WHERE point = 0")
    with pytest.raises(InputError, match="seconds is 'x'"):
        status(study)


def test_an_infinite_metric_does_not_apply(tmp_path: Path) -> None:
    with Ledger.writing(tmp_path / "l") as book:
        book.add_points([(0, 0, "", {}, "a")])
        book.add_runs([Receipt(0, 0, 0.1, {"margin": float("inf"), "hhi": 1.0})], ["k"], "p")
    with Ledger.reading(tmp_path / "l") as book:
        assert list(book.rows([], metrics=["margin", "hhi"])) == [[(None, 1.0)]]


def test_a_failure_is_entered_whatever_its_message_holds(tmp_path: Path) -> None:
    """Such as the name of a file that is no text."""
    with Ledger.writing(tmp_path / "l") as book:
        book.add_points([(0, 0, "", {}, "a")])
        failure = Failure("run", "OSError", "no such file: \udcff\x1b[31m", "a\nb")
        book.add_runs([Receipt(0, 0, 0.1, failure=failure)], ["k"], "p")
        assert list(book.rows(["message", "traceback"])) == [[("no such file: \ufffd\ufffd[31m", "a\nb")]]


def test_a_copy_of_ledger_and_log_is_the_study(killed: Path, tmp_path: Path) -> None:
    """As a backup has it that leaves the lock and SQLite's own file out."""
    (tmp_path / "copy").mkdir()
    for name in ("plan.json", "ledger.sqlite", "ledger.sqlite-wal"):
        shutil.copy(killed / name, tmp_path / "copy" / name)
    assert status(tmp_path / "copy")["done"] == len(runs(killed))
