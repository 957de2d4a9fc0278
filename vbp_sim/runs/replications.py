"""Runs the replications of a scenario, in this process or in several, always in the same order.

Replication k has the same luck whoever computes it, so the results do not depend on the number of workers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter

from vbp_sim.engine.layout import Table
from vbp_sim.engine.simulation import simulate
from vbp_sim.errors import RunError
from vbp_sim.runs.metrics import measure
from vbp_sim.runs.workers import WorkerDied, Workers, default_workers
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
        workers = max(1, min(default_workers(), count // WORTH_A_WORKER))
    if workers <= 1 or count == 1:
        for replication in range(first, scenario.spec.replications):
            yield run_one(scenario, replication)
        return
    yield from _in_processes(scenario, min(workers, count), first)


def _in_processes(scenario: Scenario, workers: int, first: int) -> Iterator[Result]:
    try:
        with Workers(workers, _keep, scenario) as pool:
            yield from pool.map(_run_kept, range(first, scenario.spec.replications))
    except WorkerDied as died:
        remedy = f"run it again with fewer workers than {workers} (--workers)"
        raise RunError(f"{died}; nothing was written\n    {remedy}") from died


_scenario: Scenario | None = None


def _keep(scenario: Scenario) -> None:
    global _scenario
    _scenario = scenario


def _run_kept(replication: int) -> Result:
    if _scenario is None:
        raise RuntimeError("the worker was not given a scenario")
    return run_one(_scenario, replication)
