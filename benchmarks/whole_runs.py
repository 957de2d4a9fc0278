"""A whole run as a user starts it: `vbp run pilot-2018 --replications 20`, with its wall time and memory."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter, sleep

SCENARIO, REPLICATIONS = "pilot-2018", 20


def resident_mb(root: int) -> float:
    """Resident memory of a process and all its descendants, MB; 0 where there is no /proc."""
    parents, pages = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(stat.parent.name)], pages[int(stat.parent.name)] = int(fields[1]), int(fields[21])
    family = {root}
    while grown := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= grown
    return sum(pages.get(pid, 0) for pid in family) * 4096 / 1e6


def measured(*arguments: str) -> tuple[float, float]:
    """Wall seconds of `vbp ARGUMENTS`, and the highest sum of resident memory seen, MB."""
    command = [sys.executable, "-m", "vbp_sim", *arguments]
    started, peak = perf_counter(), 0.0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        while process.poll() is None:
            peak = max(peak, resident_mb(process.pid))
            sleep(0.02)
        assert process.stderr is not None
        if process.returncode:
            sys.exit(process.stderr.read().decode())
    return perf_counter() - started, peak


def main(
    scenario: str = SCENARIO, replications: int = REPLICATIONS, workers: Sequence[int] = (1, 2),
    charts: Sequence[bool] = (False, True),
) -> None:  # fmt: skip
    """Print one row per way to run."""
    print(f"{replications} replications of {scenario}; memory is the sum over all processes at its highest\n")
    print("| workers | charts | wall time, s | memory, MB |\n|---|---|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        for many in workers:
            for drawn in charts:
                out = str(Path(folder) / f"{many}-{drawn}")
                extra = () if drawn else ("--no-figures",)
                given = ("--replications", str(replications), "--workers", str(many), "--out", out)
                seconds, memory = measured("run", scenario, *given, *extra)
                print(f"| {many} | {'yes' if drawn else 'no'} | {seconds:.1f} | {memory:.0f} |", flush=True)
