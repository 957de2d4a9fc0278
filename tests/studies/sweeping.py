"""Writes small sweeps for tests and reads what they leave. As a program: carries one on in a process of its own.

python sweeping.py SWEEP DIR EXECUTOR WORK
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import works  # noqa: E402
from processes import alive, children, wait_until  # noqa: E402
from small import DEMAND, DRUGS, PRODUCTS, PROVINCES, write_scenario  # noqa: E402

from vbp_sim.studies.sweep import Listener, Options, Outcome, begin, carry_on  # noqa: E402

#: 2 provinces and 2 drugs
TINY = {
    "provinces": PROVINCES[:2],
    "drugs": DRUGS[:2],
    "products": [row for row in PRODUCTS if row["drug"] != "gamma"],
    "demand": [row for row in DEMAND if row["drug"] != "gamma" and row["province"] != "east"],
}
GROWTH = {"path": "demand.growth", "values": [0.1, 0.2, 0.3, 0.4]}


def write_sweep(folder: Path, scenario: dict[str, Any] | None = None, **content: Any) -> Path:
    """Write a tiny scenario and a sweep of it; the default has one lever, growth."""
    write_scenario(folder, **{**TINY, **(scenario or {})})
    text = {"sweep": "tiny", "scenario": "small.yaml", "levers": {"growth": GROWTH}, **content}
    file = folder / "sweep.yaml"
    file.write_text(json.dumps(text, indent=1), encoding="utf-8")
    return file


def growth(count: int) -> dict[str, Any]:
    """A lever of so many values, from 0 to 1."""
    return {"growth": {"path": "demand.growth", "low": 0.0, "high": 1.0, "steps": count}}


def swept(file: Path, out: Path, work: Any = works.trivial, *, listener: Any = None, **options: Any) -> Outcome:
    """Begin or go on with a study in this process."""
    options.setdefault("executor", "serial")
    return carry_on(begin(file, out, accept_new_code=True), Options(**options), work, listener or Listener())


def table(folder: Path) -> list[dict[str, Any]]:
    """Rows of the study table."""
    rows: list[dict[str, Any]] = pq.read_table(folder / "study.parquet").to_pylist()
    return rows


def runs(folder: Path) -> list[tuple[int, int, str]]:
    """Point, replication and status of every run of the ledger, which must be whole."""
    link = sqlite3.connect(folder / "ledger.sqlite")
    try:
        assert link.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return link.execute("SELECT point, replication, status FROM run ORDER BY 1, 2").fetchall()
    finally:
        link.close()


def process(file: Path, out: Path, executor: str, work: str, **popen: Any) -> subprocess.Popen[str]:
    """Carry a study on in a process of its own."""
    words = [sys.executable, str(HERE / "sweeping.py"), str(file), str(out), executor, work]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **popen)


def count(folder: Path) -> int:
    """Runs in the ledger of a study that is being computed; 0 before there is one."""
    try:
        link = sqlite3.connect(f"file:{folder / 'ledger.sqlite'}?mode=ro", uri=True)
        try:
            return int(link.execute("SELECT count(*) FROM run").fetchone()[0])
        finally:
            link.close()
    except sqlite3.OperationalError:
        return 0


def same_as_serial(file: Path, folder: Path) -> bool:
    """Whether a study has the table of the same study without any fault."""
    whole = swept(file, folder.with_name(f"{folder.name}-whole")).folder
    return (folder / "study.parquet").read_bytes() == (whole / "study.parquet").read_bytes()


def kill_main(
    file: Path, folder: Path, ready: Callable[[], object], executor: str = "processes", work: str = "short"
) -> int:
    """Kill a process that carries a study on as soon as something is true; runs in the ledger right before.

    Its workers must end, and the ledger must be whole and have every run that it had.
    """
    study = process(file, folder, executor, work)
    wait_until(lambda: ready() or study.poll() is not None)
    before, mine = count(folder), children(study.pid)
    study.kill()
    study.communicate()
    wait_until(lambda: not any(alive(child) for child in mine), 20)
    return before


@contextmanager
def read_only(source: Path, place: Path) -> Iterator[Path]:
    """A copy of a folder where nobody can write, the administrator neither; skips where that cannot be made."""
    place.mkdir()
    copy = place / source.name
    mounted = not subprocess.run(["mount", "-t", "tmpfs", "none", str(place)], capture_output=True).returncode
    try:
        shutil.copytree(source, copy)
        if mounted:
            subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
        else:
            copy.chmod(0o500)
        if os.access(copy, os.W_OK):
            pytest.skip("neither a read-only mount nor a folder without permission can be made here")
        yield copy
    finally:
        if mounted:
            subprocess.run(["umount", str(place)], check=True)
        else:
            copy.chmod(0o700)


if __name__ == "__main__":
    from vbp_sim.cli.common import guarded

    sweep, out, executor, work = sys.argv[1:]

    def go() -> int:
        study = begin(Path(sweep), Path(out), accept_new_code=True)
        options = Options(executor=executor, workers=2, scheduler=os.environ.get("VBP_TEST_SCHEDULER", ""))
        listener = Listener(tell=lambda text: print(text, file=sys.stderr, flush=True))
        outcome = carry_on(study, options, getattr(works, work), listener)
        print(json.dumps([outcome.done, outcome.failed, outcome.stopped]))
        return 130 if outcome.stopped == "interrupted" else 0

    sys.exit(guarded(go))
