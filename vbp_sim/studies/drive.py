"""Keeps a pool busy: a bounded window of chunks, receipts entered as they come, workers that die replaced.

When a worker dies nobody knows which run killed it. So all runs that were under way are tried again one at a
time; a run that kills its worker alone, time after time, is entered as failed.
"""

from __future__ import annotations

import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

from vbp_sim.errors import RunError
from vbp_sim.studies.executors import Pool
from vbp_sim.studies.work import Chunk, Failure, Receipt, Task

#: runs in one chunk at most
LARGEST_CHUNK = 64
#: a pool whose workers die this often in a row without finishing anything is given up
HOPELESS = 8

Enter = Callable[[Sequence[Receipt]], None]
MakeChunk = Callable[[Sequence[Task]], Chunk]


@dataclass
class Stop:
    """Set to end after the runs that are under way. ``why``: what asked for it."""

    why: str = ""


@dataclass
class Drive:
    """One pass over the tasks. ``retries``: how often a run may lose its worker and be tried again."""

    pool: Pool
    make: MakeChunk
    enter: Enter
    retries: int = 2
    stop: Stop = field(default_factory=Stop)
    _seconds: float = 0.0
    _deaths: int = 0

    def all(self, tasks: Iterator[Task]) -> None:
        """Run the tasks until none is left or `stop` is set; each is entered exactly once."""
        under_way: dict[Future[list[Receipt]], tuple[Task, ...]] = {}
        while True:
            while not self.stop.why and len(under_way) < self.pool.window:
                chunk = self._next(tasks)
                if not chunk:
                    break
                self._submit(chunk, under_way)
            if not under_way:
                return
            suspects = self._collect(under_way)
            if suspects:
                suspects += [task for chunk in under_way.values() for task in chunk]
                under_way.clear()
                self._one_by_one(deque(suspects))

    def _next(self, tasks: Iterator[Task]) -> tuple[Task, ...]:
        size = 1
        if self._seconds > 0:
            size = max(1, min(LARGEST_CHUNK, int(self.pool.seconds / self._seconds)))
        return tuple(task for _, task in zip(range(size), tasks, strict=False))

    def _submit(self, chunk: tuple[Task, ...], under_way: dict[Future[list[Receipt]], tuple[Task, ...]]) -> None:
        try:
            future = self.pool.submit(self.make(chunk))
        except BaseException as error:
            if not self.pool.lost_worker(error):
                raise
            future = Future()
            future.set_exception(error)
        under_way[future] = chunk

    def _collect(self, under_way: dict[Future[list[Receipt]], tuple[Task, ...]]) -> list[Task]:
        """Enter what is ready; return the tasks of chunks whose worker died."""
        if self.stop.why:
            for future in [f for f in under_way if f.cancel()]:
                del under_way[future]
        ready, _ = wait(under_way, timeout=0.5, return_when=FIRST_COMPLETED)
        suspects: list[Task] = []
        for future in ready:
            chunk = under_way.pop(future)
            try:
                receipts = future.result()
            except (Exception, CancelledError) as error:
                if not self.pool.lost_worker(error):
                    raise
                suspects += chunk
                continue
            self._entered(receipts)
        return suspects

    def _entered(self, receipts: Sequence[Receipt]) -> None:
        self.enter(receipts)
        self._deaths = 0
        for receipt in receipts:
            share = 0.2 if self._seconds else 1.0
            self._seconds += share * (max(receipt.seconds, 1e-5) - self._seconds)

    def _one_by_one(self, suspects: deque[Task]) -> None:
        """Run the suspects alone; one that kills its worker more than `retries` times is entered as failed."""
        self.pool.again()
        attempts = 0
        while suspects and not self.stop.why:
            task = suspects[0]
            alone: dict[Future[list[Receipt]], tuple[Task, ...]] = {}
            self._submit((task,), alone)
            died: list[Task] = []
            while alone and not died:
                died = self._collect(alone)
            if not died:
                suspects.popleft()
                attempts = 0
                continue
            attempts += 1
            self._deaths += 1
            if self._deaths >= HOPELESS * (self.retries + 1):
                raise RunError(
                    "the workers die as soon as they start, perhaps for lack of memory; what is finished is kept"
                )
            self.pool.again()
            if attempts > self.retries:
                self._give_up(suspects.popleft(), attempts)
                attempts = 0

    def _give_up(self, task: Task, attempts: int) -> None:
        message = (
            f"the worker was killed or ended {attempts} times during this run: out of memory, killed from "
            "outside, or past its time limit"
        )
        failure = Failure("worker", "WorkerLost", message, "")
        self.enter([Receipt(task.point, task.replication, 0.0, failure=failure)])


@contextmanager
def interruptible(stop: Stop, tell: Callable[[str], None]) -> Iterator[None]:
    """The first Ctrl-C (or SIGTERM) sets ``stop``; the second one raises KeyboardInterrupt."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(number: int, frame: FrameType | None) -> None:
        if stop.why:
            raise KeyboardInterrupt
        stop.why = "interrupted"
        tell("finishing the runs that are under way; again to drop them")

    old = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
