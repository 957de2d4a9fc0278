"""What a worker does: a chunk of runs in, one small receipt per run out. A run that fails is a receipt too."""

from __future__ import annotations

import faulthandler
import functools
import pickle
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from vbp_sim.errors import RunError
from vbp_sim.runs.replications import run_one
from vbp_sim.scenario.load import Scenario
from vbp_sim.scenario.tree import Address
from vbp_sim.studies.base import Base

#: computes the metrics of one replication of a scenario; a function of a module, so that it can be sent
Work = Callable[[Scenario, int], Mapping[str, float]]

#: seconds that a run gets beyond its limit to end by itself; then its worker is ended
GRACE = 2.0


class TimeLimit(RunError):
    """A run took longer than it may."""


@dataclass(frozen=True)
class Task:
    """One run: a replication of a point. ``digest`` is of the point's scenario as it was checked."""

    point: int
    replication: int
    variant: str
    settings: tuple[tuple[Address, Any], ...]
    digest: str


@dataclass(frozen=True)
class Chunk:
    """Runs for one worker. ``base`` is the pickled `Base` with its digest; ``limit``: seconds per run."""

    tasks: tuple[Task, ...]
    base: bytes
    base_digest: str
    work: Work
    limit: float
    hard: bool


@dataclass(frozen=True)
class Failure:
    """Why a run has no metrics: where it failed (scenario, run, worker), the error, and its traceback."""

    stage: str
    type: str
    message: str
    traceback: str


@dataclass(frozen=True)
class Receipt:
    """What came of one run: metrics by id (nan: does not apply), or a failure."""

    point: int
    replication: int
    seconds: float
    metrics: Mapping[str, float] = field(default_factory=dict)
    failure: Failure | None = None


def measured(scenario: Scenario, replication: int) -> Mapping[str, float]:
    """The work of every real sweep: simulate and measure."""
    return run_one(scenario, replication).metrics


def perform(chunk: Chunk) -> list[Receipt]:
    """Run a chunk; never raises for a run that fails."""
    return [_receipt(chunk, task) for task in chunk.tasks]


def _receipt(chunk: Chunk, task: Task) -> Receipt:
    started, stage = perf_counter(), "scenario"
    try:
        scenario = _scenario(chunk, task)
        stage, started = "run", perf_counter()
        with _limited(chunk.limit, chunk.hard):
            found = chunk.work(scenario, task.replication)
        metrics = {id: float(value) for id, value in found.items()}
        return Receipt(task.point, task.replication, perf_counter() - started, metrics)
    except Exception as error:
        failure = Failure(stage, type(error).__name__, str(error), traceback.format_exc(limit=-12))
        return Receipt(task.point, task.replication, perf_counter() - started, failure=failure)


#: the scenario that was used last: replications of one point follow each other
_last: tuple[tuple[str, str], Scenario] | None = None


def _scenario(chunk: Chunk, task: Task) -> Scenario:
    global _last
    key = (chunk.base_digest, task.digest)
    if _last is not None and _last[0] == key:
        return _last[1]
    scenario = _base(chunk.base).scenario(task.variant, dict(task.settings))
    if scenario.digest != task.digest:
        raise RunError(
            "the worker makes another scenario of this point than the one that was checked: "
            "its program or its files differ"
        )
    _last = key, scenario
    return scenario


@functools.lru_cache(maxsize=2)
def _base(data: bytes) -> Base:
    base: Base = pickle.loads(data)
    return base


@contextmanager
def _limited(seconds: float, hard: bool) -> Iterator[None]:
    """Raise `TimeLimit` in this thread after so many seconds, as soon as it runs Python code.

    With ``hard`` the process ends if that does not help within `GRACE`.
    """
    thread = threading.get_ident()
    timer = threading.Timer(seconds, _raise_in, (thread, TimeLimit))
    timer.daemon = True
    timer.start()
    if hard:
        faulthandler.dump_traceback_later(seconds + GRACE, exit=True, file=sys.__stderr__ or sys.stderr)
    try:
        yield
    except TimeLimit:
        raise TimeLimit(f"the run took longer than its limit of {seconds:g} s") from None
    finally:
        timer.cancel()
        _raise_in(thread, None)  # what came too late is taken back
        if hard:
            faulthandler.cancel_dump_traceback_later()


def _raise_in(thread: int, error: type[Exception] | None) -> None:
    """Raise an exception in a thread as soon as it runs Python code again; none takes back one that waits."""
    import ctypes

    what = ctypes.py_object(error) if error is not None else None
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), what)
