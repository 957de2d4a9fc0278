"""Keeps a pool busy: a bounded window of chunks, receipts entered as they come.

When a worker dies nobody knows which run of its chunk killed it. So the runs of that chunk are tried again alone; one
that kills its worker alone, time after time, is entered as failed.
"""

from __future__ import annotations

import signal
import threading
from collections import Counter, deque
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
    """One pass over the tasks. ``retries``: how often a run may lose its worker alone and be tried again."""

    pool: Pool
    make: MakeChunk
    enter: Enter
    retries: int = 2
    stop: Stop = field(default_factory=Stop)
    _seconds: float = 0.0
    _deaths: int = 0
    _suspects: deque[Task] = field(default_factory=deque)
    _lost: Counter[tuple[int, int]] = field(default_factory=Counter)

    def all(self, tasks: Iterator[Task]) -> None:
        """Run the tasks until none is left or `stop` is set; each is entered exactly once."""
        under_way: dict[Future[list[Receipt]], tuple[Task, ...]] = {}
        while True:
            while not self.stop.why and len(under_way) < self.pool.window:
                chunk = self._next(tasks)
                if not chunk:
                    break
                under_way[self._submitted(chunk)] = chunk
            if not under_way:
                return
            self._collect(under_way)

    def _next(self, tasks: Iterator[Task]) -> tuple[Task, ...]:
        if self._suspects:
            return (self._suspects.popleft(),)
        size = 1
        if self._seconds > 0:
            size = max(1, min(LARGEST_CHUNK, int(self.pool.seconds / self._seconds)))
        return tuple(task for _, task in zip(range(size), tasks, strict=False))

    def _submitted(self, chunk: tuple[Task, ...]) -> Future[list[Receipt]]:
        try:
            return self.pool.submit(self.make(chunk))
        except BaseException as error:
            if not self.pool.lost_worker(error):
                raise
            future: Future[list[Receipt]] = Future()
            future.set_exception(error)
            return future

    def _collect(self, under_way: dict[Future[list[Receipt]], tuple[Task, ...]]) -> None:
        """Enter what is ready."""
        if self.stop.why:
            for future in [f for f in under_way if f.cancel()]:
                del under_way[future]
        ready, _ = wait(under_way, timeout=0.5, return_when=FIRST_COMPLETED)
        for future in ready:
            chunk = under_way.pop(future)
            try:
                receipts = future.result()
            except (Exception, CancelledError) as error:
                if not self.pool.lost_worker(error):
                    raise
                self._suspect(chunk)
                continue
            self.enter(receipts)
            self._deaths = 0
            for receipt in receipts:
                share = 0.2 if self._seconds else 1.0
                self._seconds += share * (max(receipt.seconds, 1e-5) - self._seconds)

    def _suspect(self, chunk: tuple[Task, ...]) -> None:
        """Try the runs of a chunk whose worker died again, each alone; give up one that was alone too often."""
        self._deaths += 1
        if self._deaths >= HOPELESS * (self.retries + 1):
            raise RunError(
                "the workers die as soon as they start, perhaps for lack of memory; what is finished is kept"
            )
        if len(chunk) == 1:
            run = chunk[0].point, chunk[0].replication
            self._lost[run] += 1
            if self._lost[run] > self.retries:
                message = (
                    f"the worker was killed or ended {self._lost[run]} times during this run: out of memory, killed "
                    "from outside, or past its time limit"
                )
                self.enter([Receipt(*run, 0.0, failure=Failure("worker", "WorkerLost", message, ""))])
                return
        self._suspects.extend(chunk)


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
