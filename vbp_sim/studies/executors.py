"""Where the runs of a study are computed: in this process, in several, or on a Dask cluster.

Each is a `Pool`: it takes chunks and gives `concurrent.futures.Future`s, and goes on after a worker died. A pool
knows nothing of sweeps.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Protocol

from vbp_sim.errors import InputError, Problem, nearest
from vbp_sim.runs.workers import WorkerDied, Workers, default_workers
from vbp_sim.studies.work import Chunk, Receipt, perform

EXECUTORS = ("serial", "processes", "dask")


class Pool(Protocol):
    """Something that runs chunks.

    ``window``: chunks under way at most; ``seconds``: how long a chunk should take; ``hard``: whether a worker
    may be ended when a run does not end by itself.
    """

    window: int
    seconds: float
    hard: bool

    def submit(self, chunk: Chunk) -> Future[list[Receipt]]:
        """Begin a chunk."""
        ...

    def lost_worker(self, error: BaseException) -> bool:
        """Whether a future's error means that its worker died; RunError if there are no more workers."""
        ...

    def close(self, *, now: bool = False) -> None:
        """End the workers; ``now``: without waiting for what they do."""
        ...


@contextlib.contextmanager
def opened(name: str, workers: int | None, scheduler: str = "") -> Iterator[Pool]:
    """The pool of that name while work goes on; InputError for an unknown name or a missing library."""
    if name not in EXECUTORS:
        raise InputError(Problem(f"--executor {name}", "there is no such executor", nearest(name, list(EXECUTORS))))
    if scheduler and name != "dask":
        raise InputError(Problem("--scheduler", "is for --executor dask", "add --executor dask"))
    pool: Pool
    if name == "serial":
        pool = Serial()
        yield pool
        return
    if name == "processes":
        pool = Processes(workers or default_workers())
    else:
        from vbp_sim.studies.dask_pool import DaskPool

        pool = DaskPool(workers or default_workers(), scheduler)
    try:
        yield pool
    except BaseException:
        pool.close(now=True)
        raise
    pool.close()


class Serial:
    """Runs each chunk in this process, at once."""

    window = 1
    seconds = 0.0
    hard = False

    def submit(self, chunk: Chunk) -> Future[list[Receipt]]:
        future: Future[list[Receipt]] = Future()
        future.set_result(perform(chunk))
        return future

    def lost_worker(self, error: BaseException) -> bool:
        return False

    def close(self, *, now: bool = False) -> None:
        """Nothing is to be ended."""


class Processes:
    """Worker processes on this machine."""

    seconds = 0.25
    hard = True

    def __init__(self, workers: int) -> None:
        self.window = 3 * workers
        self._workers = Workers(workers)
        self.close = self._workers.close

    def submit(self, chunk: Chunk) -> Future[list[Receipt]]:
        return self._workers.submit(perform, chunk)

    def lost_worker(self, error: BaseException) -> bool:
        return isinstance(error, WorkerDied)
