"""Sweeps killed at random moments: no finished run is ever lost, and going on gives the same table to the bit."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "studies"))

import works
from processes import wait_until, workers_of
from sweeping import count, growth, kill_main, process, read_only, runs, same_as_serial, swept, write_sweep

from vbp_sim.studies.sweep import status

pytestmark = pytest.mark.slow
SEED = 30


def after(seconds: float) -> Callable[[], bool]:
    """A condition that comes true after so many seconds."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end


def test_thirty_kills_at_random_times(tmp_path: Path) -> None:
    """Six studies, each killed five times, from before it has a plan until it is written."""
    chance, started = random.Random(SEED), time.monotonic()
    process(write_sweep(tmp_path, levers=growth(20), replications=10), tmp_path / "s", "processes", "short").wait(120)
    long = time.monotonic() - started
    for number in range(6):
        file = write_sweep(tmp_path, levers=growth(20), replications=10, seed=number)
        folder, kept = tmp_path / f"s{number}", 0
        for _ in range(5):
            executor = chance.choice(("serial", "processes", "processes"))
            before = kill_main(file, folder, after(chance.uniform(0, long)), executor)
            assert before >= kept
            found = runs(folder) if (folder / "ledger.sqlite").exists() else []
            assert len(found) >= before
            assert {state for _, _, state in found} <= {"done"}
            kept = len(found)
        assert swept(file, folder, works.trivial).done == 200
        assert same_as_serial(file, folder)


def test_ten_workers_killed_at_random_moments(tmp_path: Path) -> None:
    chance = random.Random(SEED + 1)
    for number in range(10):
        file = write_sweep(tmp_path, levers=growth(20), replications=10, seed=number)
        folder = tmp_path / f"s{number}"
        study = process(file, folder, "processes", "short")
        goal = chance.randrange(1, 150)
        wait_until(lambda goal=goal, folder=folder: count(folder) >= goal)
        os.kill(chance.choice(workers_of(study.pid)), signal.SIGKILL)
        assert study.communicate(timeout=90)[0].strip() == '[200, 0, ""]'
        assert same_as_serial(file, folder)


@pytest.mark.parametrize("number", range(5))
def test_killed_studies_on_a_read_only_disk_have_every_finished_run(tmp_path: Path, number: int) -> None:
    chance = random.Random(f"{SEED} {number}")
    file = write_sweep(tmp_path, levers=growth(20), replications=10, seed=number)
    goal = chance.randrange(1, 190)
    kill_main(file, tmp_path / "s", lambda: count(tmp_path / "s") >= goal)
    if number % 2:
        (tmp_path / "s" / "ledger.sqlite-shm").unlink()
    with read_only(tmp_path / "s", tmp_path / "disk") as there:
        done = status(there)["done"]
    assert done == len(runs(tmp_path / "s"))
