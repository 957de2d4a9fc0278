"""The pool of worker processes: deaths at any moment, errors, what tasks print, callers without a guard."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from processes import wait_until, workers_of
from small import write_scenario

from vbp_sim.errors import InputError, Problem
from vbp_sim.runs.workers import WorkerDied, Workers

#: bytes of an answer that does not fit into a pipe: its writer waits for the reader
LONG = 50_000_000


class _SlowToArrive:
    """Stops the process that reads it for a moment, so that its worker is still writing."""

    def __reduce__(self) -> tuple[object, tuple[float]]:
        return time.sleep, (1.0,)


def _long_answer() -> tuple[object, bytes]:
    return _SlowToArrive(), bytes(LONG)


def _fails(number: int) -> None:
    raise InputError(Problem("here", f"number {number}"))


class _Odd(Exception):
    """Cannot be made again from its arguments."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__("odd")


def _fails_oddly() -> None:
    raise _Odd(1, 2)


def test_results_come_in_the_order_of_the_arguments_and_arrays_whole() -> None:
    with Workers(2) as workers:
        assert list(workers.map(abs, range(-20, 0))) == list(range(20, 0, -1))
        np.testing.assert_array_equal(workers.submit(np.arange, 100_000).result(), np.arange(100_000))


def test_a_worker_killed_in_the_middle_of_an_answer_ends_nothing_but_its_task() -> None:
    """With one pipe for all, the reader waited for the rest of the answer for ever."""
    with Workers(1) as workers:
        answer = workers.submit(_long_answer)
        wait_until(lambda: workers_of(os.getpid()))
        (worker,) = workers_of(os.getpid())
        wait_until(lambda: _writes(worker))
        os.kill(worker, signal.SIGKILL)
        with pytest.raises(WorkerDied, match="signal 9"):
            answer.result(timeout=30)
        assert workers.submit(abs, -1).result(timeout=30) == 1


def _writes(pid: int) -> bool:
    """Whether a process waits for room in a pipe."""
    return "pipe" in Path(f"/proc/{pid}/wchan").read_text()


def test_every_moment_of_a_worker_is_a_moment_to_die() -> None:
    with Workers(2) as workers:
        for k in range(12):
            tasks = [workers.submit(np.zeros, 300_000) for _ in range(20)]
            wait_until(lambda: workers_of(os.getpid()))
            time.sleep(0.01 * k)
            for worker in workers_of(os.getpid())[:1]:
                os.kill(worker, signal.SIGKILL)
            died = [task for task in tasks if isinstance(task.exception(timeout=30), WorkerDied)]
            assert len(died) <= 2, "more than were under way"


def test_errors_come_back_as_they_were_and_strange_ones_as_what_they_say() -> None:
    with Workers(1) as workers:
        with pytest.raises(InputError, match="here: number 3"):
            workers.submit(_fails, 3).result()
        with pytest.raises(Exception, match="_Odd: odd"):
            workers.submit(_fails_oddly).result()
        with pytest.raises(ZeroDivisionError) as caught:
            workers.submit(divmod, 1, 0).result()
        assert any("in a worker process" in note for note in caught.value.__notes__)


def test_a_task_that_prints_reads_or_ends_its_process_disturbs_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    with Workers(1) as workers:
        workers.submit(os.system, "echo printed by a task").result()
        workers.submit(print, "printed too", flush=True).result()
        with pytest.raises(EOFError):
            workers.submit(input).result()
        with pytest.raises(WorkerDied, match="exit code 7"):
            workers.submit(os._exit, 7).result()
    out, err = capfd.readouterr()
    assert out == ""
    assert "printed by a task" in err
    assert "printed too" in err


def test_closing_at_once_ends_workers_in_the_middle_of_a_task() -> None:
    workers = Workers(2)
    tasks = [workers.submit(time.sleep, 600) for _ in range(5)]
    wait_until(lambda: len(workers_of(os.getpid())) == 2)
    workers.close(now=True)
    assert not workers_of(os.getpid())
    assert all(task.done() for task in tasks)


@pytest.mark.parametrize("way", ["script", "command", "standard input"])
def test_callers_without_a_main_guard_may_use_workers(tmp_path: Path, way: str) -> None:
    file = write_scenario(tmp_path)
    code = (
        "import vbp_sim\n"
        f"found = vbp_sim.run(vbp_sim.load({str(file)!r}, replications=8), {str(tmp_path / 'run')!r}, workers=2)\n"
        "print(found.summary['replications'])\n"
    )
    (tmp_path / "mine.py").write_text(code)
    words = {"script": ["mine.py"], "command": ["-c", code], "standard input": ["-"]}[way]
    given = code if way == "standard input" else ""
    done = subprocess.run([sys.executable, *words], cwd=tmp_path, input=given, capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "8", "")
