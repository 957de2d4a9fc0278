"""What may go wrong with real processes: no finished run is lost, none is counted twice, no broken file is read."""

from __future__ import annotations

import csv
import os
import resource
import signal
import subprocess
from pathlib import Path

import pytest
import works
from processes import wait_until, workers_of
from sweeping import count, growth, kill_main, process, read_only, runs, same_as_serial, swept, table, write_sweep

from vbp_sim.studies.sweep import Listener, Options, begin, carry_on, status
from vbp_sim.studies.work import Receipt

#: half of its values are above 0.5, which is where runs of `works` go wrong
HALF = growth(6)


@pytest.mark.parametrize("executor", ["serial", "processes"])
def test_a_run_that_raises_is_a_row(tmp_path: Path, executor: str) -> None:
    told: list[Receipt] = []
    file = write_sweep(tmp_path, levers=HALF, replications=2, seed=5)
    outcome = swept(file, tmp_path / "s", works.raises, executor=executor, listener=Listener(failure=told.append))
    assert (outcome.done, outcome.failed, len(told)) == (6, 6, 6)
    with (tmp_path / "s" / "failures.csv").open(encoding="utf-8-sig") as lines:
        rows = list(csv.DictReader(lines))
    first = rows[0]
    assert (first["point"], first["replication"], first["seed"], first["stage"]) == ("3", "0", "5", "run")
    assert (first["type"], first["message"]) == ("ZeroDivisionError", "growth 0.6 is too much")
    assert "in raises" in first["traceback"]
    assert first["command"] == f"vbp sweep repeat {tmp_path / 's'} --point 3 --replication 0"
    assert [r["status"] for r in table(tmp_path / "s")] == ["done"] * 6 + ["failed"] * 6
    assert table(tmp_path / "s")[7]["completion"] is None


def test_failed_runs_are_tried_again_and_done_ones_are_not(tmp_path: Path) -> None:
    file = write_sweep(tmp_path, levers=HALF)
    swept(file, tmp_path / "s", works.raises)
    outcome = swept(file, tmp_path / "s", works.trivial)
    assert (outcome.done, outcome.failed) == (6, 0)
    assert not (tmp_path / "s" / "failures.csv").exists()
    assert same_as_serial(file, tmp_path / "s")


def test_fail_fast_stops(tmp_path: Path) -> None:
    file = write_sweep(tmp_path, levers=HALF, replications=5)
    outcome = swept(file, tmp_path / "s", works.raises, fail_fast=True)
    assert (outcome.done, outcome.failed, outcome.stopped) == (15, 1, "a run failed")


@pytest.mark.parametrize(("executor", "work"), [("serial", "sleeps"), ("processes", "sleeps"), ("processes", "deaf")])
def test_a_run_that_hangs_is_ended_at_its_limit(tmp_path: Path, executor: str, work: str) -> None:
    file = write_sweep(tmp_path, levers={"growth": {"path": "demand.growth", "values": [0.1, 0.6, 0.2]}})
    outcome = swept(file, tmp_path / "s", getattr(works, work), executor=executor, time_limit=0.3, retries=0)
    assert (outcome.done, outcome.failed) == (2, 1)
    assert [r["status"] for r in table(tmp_path / "s")] == ["done", "failed", "done"]
    said = (tmp_path / "s" / "failures.csv").read_text(encoding="utf-8-sig")
    assert "its limit of 0.3 s" in said or "past its time limit" in said


def test_a_worker_that_dies_once_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(works.ONCE, str(tmp_path / "mark"))
    file = write_sweep(tmp_path, levers=growth(20), replications=3)
    outcome = swept(file, tmp_path / "s", works.unlucky, executor="processes", workers=2)
    assert (tmp_path / "mark").exists()
    assert (outcome.done, outcome.failed) == (60, 0)
    assert same_as_serial(file, tmp_path / "s")


def test_a_run_that_kills_its_worker_every_time_is_found_and_others_are_not_blamed(tmp_path: Path) -> None:
    file = write_sweep(
        tmp_path, levers={"growth": {"path": "demand.growth", "values": [0.1, 0.6, 0.2, 0.3]}}, replications=4
    )
    outcome = swept(file, tmp_path / "s", works.poison, executor="processes", workers=2, retries=0)
    assert (outcome.done, outcome.failed) == (12, 4)
    assert [p for p, _, state in runs(tmp_path / "s") if state == "failed"] == [1] * 4
    assert "out of memory, killed from outside" in (tmp_path / "s" / "failures.csv").read_text(encoding="utf-8-sig")


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that runs of `works.held` wait for: a study is in their midst until it is there."""
    monkeypatch.setenv(works.GATE, str(tmp_path / "gate"))
    return tmp_path / "gate"


#: a cluster starts in seconds
DASK = pytest.param("dask", marks=pytest.mark.slow)


@pytest.mark.parametrize("executor", ["processes", DASK])
def test_a_worker_killed_from_outside_costs_no_run(tmp_path: Path, gate: Path, executor: str) -> None:
    if executor == "dask":
        pytest.importorskip("distributed")
    file = write_sweep(tmp_path, levers=growth(20), replications=10)
    study = process(file, tmp_path / "s", executor, "held")
    wait_until(lambda: count(tmp_path / "s") >= 20)
    os.kill(workers_of(study.pid)[0], signal.SIGKILL)
    gate.touch()
    shown, said = study.communicate(timeout=300)
    assert (study.returncode, shown.strip()) == (0, '[200, 0, ""]'), said
    assert len(runs(tmp_path / "s")) == 200
    assert same_as_serial(file, tmp_path / "s")


def test_a_main_process_that_is_killed_leaves_a_whole_ledger_and_no_orphans(tmp_path: Path, gate: Path) -> None:
    file = write_sweep(tmp_path, levers=growth(20), replications=10)
    before = kill_main(file, tmp_path / "s", lambda: count(tmp_path / "s") >= 15, work="held")
    found = runs(tmp_path / "s")
    assert 15 <= before <= len(found) < 200
    assert {state for _, _, state in found} == {"done"}
    assert not (tmp_path / "s" / "study.parquet").exists()
    assert status(tmp_path / "s")["at_work"] is False
    outcome = swept(file, tmp_path / "s", works.trivial)
    assert outcome.done == len(runs(tmp_path / "s")) == 200
    assert same_as_serial(file, tmp_path / "s")


@pytest.mark.parametrize("executor", ["serial", "processes", DASK])
def test_ctrl_c_finishes_what_is_under_way_and_can_be_gone_on_with(tmp_path: Path, gate: Path, executor: str) -> None:
    """As on a terminal, where the signal goes to the workers, too."""
    if executor == "dask":
        pytest.importorskip("distributed")
    file = write_sweep(tmp_path, levers=growth(20), replications=10)
    study = process(file, tmp_path / "s", executor, "held", start_new_session=True)
    wait_until(lambda: count(tmp_path / "s") >= 10)
    os.killpg(study.pid, signal.SIGINT)
    assert study.stderr
    assert study.stderr.readline().startswith("finishing the runs that are under way")
    gate.touch()
    shown, said = study.communicate(timeout=300)
    assert study.returncode == 130, said
    assert '"interrupted"' in shown
    kept = len(runs(tmp_path / "s"))
    assert 10 <= kept < 200
    assert len(table(tmp_path / "s")) == kept
    swept(file, tmp_path / "s", works.trivial)
    assert same_as_serial(file, tmp_path / "s")


def test_a_full_disk_ends_with_a_message_and_keeps_what_is_done(tmp_path: Path) -> None:
    """No file may grow beyond 160 kB, which is what a full disk does to the ledger."""
    file = write_sweep(tmp_path, levers=growth(20), replications=100)
    (tmp_path / "s").mkdir()
    full = process(file, tmp_path / "s", "serial", "trivial", preexec_fn=small_files)
    _, said = full.communicate(timeout=300)
    assert full.returncode == 1, said
    assert "cannot be written" in said
    assert "Traceback" not in said
    kept = runs(tmp_path / "s")
    assert 0 < len(kept) < 2000
    outcome = swept(file, tmp_path / "s")
    assert outcome.done == len(runs(tmp_path / "s")) == 2000
    assert same_as_serial(file, tmp_path / "s")


def small_files() -> None:
    """Let no file of this process grow beyond 160 kB."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (160_000, 160_000))


def test_a_folder_that_cannot_be_written_is_wrong_input(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with read_only(tmp_path / "there", tmp_path / "disk") as there:
        refused = process(write_sweep(tmp_path), there / "s", "serial", "trivial")
        _, said = refused.communicate(timeout=300)
    assert refused.returncode == 2, said
    assert "cannot be written" in said


@pytest.mark.slow
def test_ten_thousand_runs_leave_the_memory_of_the_main_process_flat(tmp_path: Path) -> None:
    """The peak since the program began; getrusage would count what the process that tests had before."""
    file = write_sweep(tmp_path, levers=growth(500), replications=20)
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import works; from pathlib import Path\n"
        "from vbp_sim.studies.sweep import *\n"
        "o = carry_on(begin(Path(sys.argv[2]), Path(sys.argv[3])), Options(workers=2), works.trivial)\n"
        "peak = next(line for line in open('/proc/self/status') if line.startswith('VmHWM'))\n"
        "print(o.done, int(peak.split()[1]) // 1024)"
    )
    words = [os.sys.executable, "-c", code, str(Path(works.__file__).parent), str(file), str(tmp_path / "s")]  # type: ignore[attr-defined]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    finished, megabytes = map(int, done.stdout.split())
    assert finished == 10_000
    assert megabytes < 300
    assert status(tmp_path / "s")["megabytes"] < 1000


def test_the_command_ends_with_1_if_a_run_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from vbp_sim.cli.sweep import go_on

    monkeypatch.setattr(carry_on, "__defaults__", (works.raises, None))
    study = begin(write_sweep(tmp_path, levers=HALF), tmp_path / "s")
    assert go_on(study, False, True, {"executor": "serial"}) == 1
    assert Options().retries == 2
