"""Where the runs of a study are computed: in this process, in several, or on a Dask cluster.

Each is a `Pool`: it takes chunks and gives `concurrent.futures.Future`s, and can be started again after a worker
died. A pool knows nothing of sweeps.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from typing import Protocol

from vbp_sim.errors import InputError, Problem, nearest
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
        """Whether a future's error means that its worker died."""
        ...

    def again(self) -> None:
        """Start anew after a worker died."""
        ...

    def close(self, *, now: bool = False) -> None:
        """End the workers; ``now``: without waiting for what they do."""
        ...


def default_workers() -> int:
    """As many workers as this process may use processors."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


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
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # workers inherit it: one processor each
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

    def again(self) -> None:
        """Nothing can have died."""

    def close(self, *, now: bool = False) -> None:
        """Nothing is to be ended."""


class Processes:
    """Worker processes on this machine, started afresh (spawn); they end with the main process, however it ends."""

    seconds = 0.25
    hard = True

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self.window = 3 * workers
        self._pool = self._start()

    def _start(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self.workers, get_context("spawn"), initializer=_start_worker)

    def submit(self, chunk: Chunk) -> Future[list[Receipt]]:
        return self._pool.submit(perform, chunk)

    def lost_worker(self, error: BaseException) -> bool:
        from concurrent.futures.process import BrokenProcessPool

        return isinstance(error, BrokenProcessPool)

    def again(self) -> None:
        self.close(now=True)
        self._pool = self._start()

    def close(self, *, now: bool = False) -> None:
        children = list((getattr(self._pool, "_processes", None) or {}).values())
        self._pool.shutdown(wait=not now, cancel_futures=True)
        for child in children if now else ():
            child.kill()
        for child in children if now else ():
            child.join()


def _start_worker() -> None:
    """Leave Ctrl-C to the main process, and end with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
