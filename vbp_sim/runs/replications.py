"""Runs the replications of a scenario, in this process or in several, always in the same order.

Replication k has the same luck whoever computes it, so the results do not depend on the number of workers.
"""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from time import perf_counter

from vbp_sim.engine.layout import Table
from vbp_sim.engine.simulation import simulate
from vbp_sim.errors import RunError
from vbp_sim.runs.metrics import measure
from vbp_sim.scenario.load import Scenario

#: below this number of replications for each worker, starting workers costs more than it saves
WORTH_A_WORKER = 4


@dataclass(frozen=True)
class Result:
    """One replication: its tables, its metrics, and the seconds that it took."""

    replication: int
    tables: dict[str, Table]
    metrics: dict[str, float]
    seconds: float


def run_one(scenario: Scenario, replication: int) -> Result:
    """Simulate and measure one replication."""
    started = perf_counter()
    scenario.plugins.use()
    tables = simulate(scenario, replication)
    return Result(replication, tables, measure(tables), perf_counter() - started)


def replicate(scenario: Scenario, workers: int | None = None, first: int = 0) -> Iterator[Result]:
    """Yield the results of all replications from ``first`` on, in order.

    ``workers`` processes (default: what the machine has).
    """
    count = scenario.spec.replications - first
    if workers is None:
        workers = max(1, min(os.cpu_count() or 1, count // WORTH_A_WORKER))
    if workers <= 1 or count == 1:
        for replication in range(first, scenario.spec.replications):
            yield run_one(scenario, replication)
        return
    yield from _in_processes(scenario, min(workers, count), first)


def _in_processes(scenario: Scenario, workers: int, first: int) -> Iterator[Result]:
    pool = ProcessPoolExecutor(workers, get_context("spawn"), initializer=_start_worker, initargs=(scenario,))
    waiting: deque[Future[Result]] = deque()
    try:
        for replication in range(first, scenario.spec.replications):
            waiting.append(pool.submit(_in_worker, replication))
            if len(waiting) >= 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool as broken:
        raise RunError(
            "a worker process died, perhaps for lack of memory; nothing was written. "
            f"Run it again with fewer workers than {workers} (--workers)"
        ) from broken
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


_scenario: Scenario | None = None


def _start_worker(scenario: Scenario) -> None:
    """Keep the scenario, leave Ctrl-C to the main process, and end with it."""
    global _scenario
    _scenario = scenario
    gc.freeze()  # the program and the scenario stay: the collector need not look through them
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _in_worker(replication: int) -> Result:
    if _scenario is None:
        raise RuntimeError("the worker was not given a scenario")
    return run_one(_scenario, replication)
