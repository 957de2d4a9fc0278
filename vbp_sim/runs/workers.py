"""Worker processes on this machine: the one pool of the program, for runs, sweeps and fits.

    with Workers(2) as workers:
        futures = [workers.submit(run_one, scenario, k) for k in range(20)]

Each worker has pipes of its own, so one that is killed, even in the middle of an answer, ends its own pipe and
nothing else; a new one takes its place. Workers do not import the caller's main module: scripts without a guard,
notebooks and ``python -c`` work. They leave Ctrl-C to the main process and end with it, however it ends.
"""

from __future__ import annotations

import gc
import os
import pickle
import queue
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from typing import IO, Any, ParamSpec, Self, TypeVar

from vbp_sim.errors import RunError, VbpError

P = ParamSpec("P")
T = TypeVar("T")

_PROGRAM = """
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
import os, sys
sys.path[:] = sys.argv.pop().split(os.pathsep)
from vbp_sim.runs.workers import serve
serve()
"""


#: how the end of a process shows on its pipes
_GONE = (OSError, EOFError, pickle.UnpicklingError)


class WorkerDied(RunError):
    """A worker ended before it answered; `str` says how, as far as is known."""


def default_workers() -> int:
    """As many workers as this process may use processors."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Workers:
    """``count`` processes, each started with its first task; ``begin(*args)`` runs first in each."""

    def __init__(self, count: int, begin: Callable[P, None] | None = None, *args: P.args, **named: P.kwargs) -> None:
        self._tasks: queue.SimpleQueue[tuple[Future[Any], bytes] | None] = queue.SimpleQueue()
        self._begin = pickle.dumps((begin, args, named)) if begin is not None else b""
        self._alive: set[subprocess.Popen[bytes]] = set()
        self._closing = False
        self._threads = [threading.Thread(target=self._attend, daemon=True) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def submit(self, function: Callable[P, T], *args: P.args, **named: P.kwargs) -> Future[T]:
        """Have a function of a module called by the next idle worker; its future fails with `WorkerDied`."""
        future: Future[T] = Future()
        self._tasks.put((future, pickle.dumps((function, args, named))))
        return future

    def map(self, function: Callable[[Any], T], arguments: Iterable[Any]) -> Iterator[T]:
        """Results in the order of the arguments, of which a few for each worker are under way at a time."""
        waiting: deque[Future[T]] = deque()
        for argument in arguments:
            waiting.append(self.submit(function, argument))
            if len(waiting) >= 2 * len(self._threads):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def close(self, *, now: bool = False) -> None:
        """End the workers; ``now``: at once, without what they are doing."""
        self._closing = now
        for _ in self._threads:
            self._tasks.put(None)
        for process in list(self._alive) if now else ():
            process.kill()
        for thread in self._threads:
            thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        self.close(now=kind is not None)

    def _attend(self) -> None:
        """Give tasks to one worker, one after the other, and start another one when it dies."""
        process: subprocess.Popen[bytes] | None = None
        while (item := self._tasks.get()) is not None:
            future, task = item
            if self._closing or not future.set_running_or_notify_cancel():
                future.cancel()
                continue
            if process is not None and process.poll() is not None:  # it died while it had nothing to do
                self._end(process)
                process = None
            try:
                if process is None:
                    process = self._start()
                good, value = _ask(process, task)
            except _GONE:
                future.set_exception(WorkerDied(_how(self._end(process))))
                process = None
            except BaseException as error:
                future.set_exception(error)
            else:
                if good:
                    future.set_result(value)
                else:
                    future.set_exception(value)
        self._end(process)

    def _start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, os.pathsep.join(sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"OMP_NUM_THREADS": "1", **os.environ},  # one processor each
        )
        self._alive.add(process)
        if self._closing:  # `close` may have looked before this one was there
            process.kill()
        if self._begin:
            try:
                good, error = _ask(process, self._begin)
            except _GONE as gone:
                raise WorkerDied(_how(self._end(process))) from gone
            if not good:
                self._end(process)
                raise error
        return process

    def _end(self, process: subprocess.Popen[bytes] | None) -> int | None:
        """Close the pipes, which ends a worker that lives; return its exit code."""
        if process is None:
            return None
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):
                pipe.close()  # type: ignore[union-attr]
        self._alive.discard(process)
        return process.wait()


def _ask(process: subprocess.Popen[bytes], task: bytes) -> tuple[bool, Any]:
    """Send a task and wait for (True, result) or (False, exception)."""
    assert process.stdin is not None
    assert process.stdout is not None
    pickle.dump(task, process.stdin)
    process.stdin.flush()
    answer: tuple[bool, Any] = pickle.load(process.stdout)
    return answer


def _how(code: int | None) -> str:
    if code is None:
        return "a worker process could not be started"
    if code < 0:
        return f"a worker process was killed (signal {-code}), perhaps for lack of memory"
    return f"a worker process ended by itself (exit code {code})"


def serve() -> None:
    """Be a worker: answer the tasks that come on standard input. What tasks print goes to standard error."""
    tasks, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(tasks, waiting), daemon=True).start()
    _answer(waiting.get(), answers)
    gc.freeze()  # the program and what it was sent first stay: the collector need not look through them
    while True:
        _answer(waiting.get(), answers)


def _listen(tasks: IO[bytes], waiting: queue.SimpleQueue[bytes]) -> None:
    """Pass tasks on; when the main process is gone, end, whatever is being computed."""
    with suppress(*_GONE):
        while True:
            waiting.put(pickle.load(tasks))
    os._exit(0)


def _answer(task: bytes, answers: IO[bytes]) -> None:
    try:
        function, args, named = pickle.loads(task)
        answer = pickle.dumps((True, function(*args, **named)), pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        answer = _failed(error)
    answers.write(answer)
    answers.flush()


def _failed(error: Exception) -> bytes:
    """The answer of a task that failed; where the exception cannot be sent, what it says."""
    import traceback

    if not isinstance(error, VbpError):
        error.add_note("in a worker process:\n" + "".join(traceback.format_exception(error)))
    try:
        pickle.loads(answer := pickle.dumps((False, error)))
    except Exception:
        return pickle.dumps((False, RunError(f"{type(error).__name__}: {error}")))
    return answer
