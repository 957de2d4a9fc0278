"""Replications: the same whoever computes them, and in their order."""

from __future__ import annotations

import os
import pickle
import signal
from pathlib import Path

import numpy as np
import pytest
from processes import wait_until, workers_of
from small import same, small

from vbp_sim.errors import RunError
from vbp_sim.runs.metrics import measure
from vbp_sim.runs.replications import replicate, run_one


def test_one_worker_and_two_give_the_same_in_the_same_order(tmp_path: Path) -> None:
    scenario = small(tmp_path, sets=["replications=5"])
    alone, together = list(replicate(scenario, 1)), list(replicate(scenario, 2))
    assert [r.replication for r in alone] == [r.replication for r in together] == [0, 1, 2, 3, 4]
    for a, b in zip(alone, together, strict=True):
        same(a.tables, b.tables)
        np.testing.assert_equal(a.metrics, b.metrics)


def test_more_replications_continue_the_earlier_ones(tmp_path: Path) -> None:
    few = list(replicate(small(tmp_path, sets=["replications=2"]), 1))
    many = list(replicate(small(tmp_path, sets=["replications=4"]), 1))
    for a, b in zip(few, many[:2], strict=True):
        same(a.tables, b.tables)
    assert many[2].metrics != many[3].metrics


def test_a_result_is_measured_from_its_own_tables(tmp_path: Path) -> None:
    result = run_one(small(tmp_path), 3)
    np.testing.assert_equal(result.metrics, measure(result.tables))
    assert set(result.tables["use"]["replication"]) == {3}


def test_a_scenario_crosses_a_process_border_unchanged(tmp_path: Path) -> None:
    scenario = small(tmp_path)
    copy = pickle.loads(pickle.dumps(scenario))
    assert copy.digest == scenario.digest
    same(run_one(copy, 0).tables, run_one(scenario, 0).tables)


def test_a_killed_worker_is_a_failed_run_with_a_remedy(tmp_path: Path) -> None:
    results = replicate(small(tmp_path, sets=["replications=200"]), 2)
    next(results)
    os.kill(workers_of(os.getpid())[-1], signal.SIGKILL)
    with pytest.raises(RunError, match=r"signal 9(.|\n)*--workers"):
        list(results)
    wait_until(lambda: not workers_of(os.getpid()))


def test_workers_end_if_nobody_wants_the_rest(tmp_path: Path) -> None:
    results = replicate(small(tmp_path, sets=["replications=50"]), 2)
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert not workers_of(os.getpid())
