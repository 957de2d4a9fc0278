"""A run: computed once, named by what it depends on, finished or not there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from small import DEMAND, round_of, small, write_scenario

from vbp_sim.errors import InputError
from vbp_sim.runs.folder import RunFolder
from vbp_sim.runs.load import load_scenario
from vbp_sim.runs.run import run, run_id, run_name, stand_ins
from vbp_sim.scenario.load import Scenario


def counted() -> tuple[list[int], Callable[[int, int], None]]:
    done: list[int] = []
    return done, lambda n, of: done.append(n)


def test_the_same_run_is_not_computed_twice_unless_forced(tmp_path: Path) -> None:
    scenario = small(tmp_path, sets=["replications=2"])
    done, progress = counted()
    first, known = run(scenario, tmp_path / "out", progress=progress)
    assert (known, done) == (False, [1, 2])
    again, known = run(scenario, tmp_path / "out", progress=progress)
    assert (known, done) == (True, [1, 2])
    assert again.manifest == first.manifest
    forced, known = run(scenario, tmp_path / "out", progress=progress, force=True)
    assert (known, done) == (False, [1, 2, 1, 2])
    assert forced.manifest["run_hash"] == first.manifest["run_hash"]
    assert forced.manifest["tables"] == first.manifest["tables"]


def test_another_run_is_not_put_over_a_finished_one(tmp_path: Path) -> None:
    run(small(tmp_path), tmp_path / "out")
    other = small(tmp_path, sets=["seed=2"])
    with pytest.raises(InputError, match="--force"):
        run(other, tmp_path / "out")
    assert RunFolder.open(tmp_path / "out").manifest["seed"] == 1
    run(other, tmp_path / "out", force=True)
    assert RunFolder.open(tmp_path / "out").manifest["seed"] == 2


def test_the_number_of_workers_changes_no_byte(tmp_path: Path) -> None:
    scenario = small(tmp_path, sets=["replications=4"])
    one, _ = run(scenario, tmp_path / "one", workers=1)
    two, _ = run(scenario, tmp_path / "two", workers=2)
    assert one.manifest["run_hash"] == two.manifest["run_hash"]
    assert one.manifest["tables"] == two.manifest["tables"]
    assert one.summary == two.summary


def test_a_run_id_changes_with_everything_that_the_run_depends_on(tmp_path: Path) -> None:
    variants = {"same": {"changes": {"demand": {"growth": 0.14}}}}
    demand = [{**d, "reported": d["reported"] + 1} for d in DEMAND]
    later = {"first": round_of("2019-02-01")}
    scenarios: list[Scenario] = [
        small(tmp_path / "a", variants=variants),
        small(tmp_path / "a", variants=variants, sets=["seed=2"]),
        small(tmp_path / "a", variants=variants, sets=["replications=2"]),
        small(tmp_path / "a", variants=variants, sets=["behaviour.supply.rate_oral=0.06"]),
        small(tmp_path / "a", variants=variants, variant="same"),
        small(tmp_path / "b", variants=variants, demand=demand),
        small(tmp_path / "a", variants=variants, rounds=later),
    ]
    ids = [run_id(s) for s in scenarios]
    assert len(set(ids)) == len(ids)
    assert run_id(small(tmp_path / "a", variants=variants)) == ids[0]


def test_a_market_file_changed_by_a_byte_is_another_run(tmp_path: Path) -> None:
    before = run_id(small(tmp_path / "a"))
    file = write_scenario(tmp_path / "a")
    with (file.parent / "market" / "provinces.csv").open("a", encoding="utf-8") as lines:
        lines.write("\n")
    assert run_id(load_scenario(file)) != before


def test_where_a_scenario_lies_does_not_matter(tmp_path: Path) -> None:
    assert run_id(small(tmp_path / "a")) == run_id(small(tmp_path / "b"))


def test_a_run_is_named_after_scenario_variant_and_content(tmp_path: Path) -> None:
    variants = {"二": {"changes": {"demand": {"growth": 0.2}}}}
    scenario = small(tmp_path, variants=variants, variant="二", scenario="a b/c")
    assert run_name(scenario) == f"a_b_c-二-{run_id(scenario)[:12]}"


def test_the_manifest_tells_what_was_run(tmp_path: Path) -> None:
    scenario = small(tmp_path, sets=["seed=5", "replications=2"])
    folder, _ = run(scenario, tmp_path / "out")
    m = folder.manifest
    assert (m["scenario"], m["seed"], m["replications"], m["digest"]) == ("small", 5, 2, scenario.digest)
    assert m["run_id"] == run_id(scenario)
    assert m["market"]["digest"] == scenario.market.digest
    assert m["inputs"]["seed"] == 5
    assert m["tables"]["use"]["rows"] == 2 * len(folder.table("use", ["month"])["month"]) / 2
    assert stand_ins(scenario) == m["stand_ins"]
    folder.verify()


def test_a_drawing_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def draw(folder: RunFolder) -> None:
        raise ValueError("no ink")

    with pytest.raises(ValueError, match="no ink"):
        run(small(tmp_path / "s"), tmp_path / "out" / "run", draw=draw)
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_interrupted_run_ends_with_130_and_leaves_nothing(tmp_path: Path, workers: str) -> None:
    file = write_scenario(tmp_path, replications=5000)
    out = tmp_path / "out"
    command = [
        sys.executable,
        "-m",
        "vbp_sim",
        "run",
        str(file),
        "--out",
        str(out / "run"),
        "--workers",
        workers,
        "--no-figures",
    ]
    process = start(command)
    try:
        await_rows(out, process)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert "interrupted" in said
    assert list(out.iterdir()) == []


def test_what_a_killed_run_left_is_no_result_and_is_cleared(tmp_path: Path) -> None:
    file = write_scenario(tmp_path, replications=5000)
    out = tmp_path / "out"
    process = start([sys.executable, "-m", "vbp_sim", "run", str(file), "--out", str(out / "run"), "--workers", "1"])
    try:
        await_rows(out, process)
    finally:
        process.kill()
        process.communicate()
    assert not (out / "run").exists()
    for left in out.iterdir():
        assert not (left / "manifest.json").exists()
    run(small(tmp_path), out / "run")
    assert [p.name for p in out.iterdir()] == ["run"]


def start(command: list[str]) -> subprocess.Popen[Any]:
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "NO_COLOR": "1"}
    )


def await_rows(out: Path, process: subprocess.Popen[Any]) -> None:
    """Wait until the run has begun to write a table."""
    for _ in range(600):
        if any(file.stat().st_size > 0 for file in out.glob(".run.unfinished-*/tables/*.parquet")):
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.1)
    raise AssertionError("the run never began to write")
