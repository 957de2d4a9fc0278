"""A whole run as a user starts it: `vbp run pilot-2018 --replications 20`, with its wall time and memory."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, sleep

REPLICATIONS = 20


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


def main() -> None:
    """Print one row per way to run."""
    print(f"{REPLICATIONS} replications of pilot-2018; memory is the sum over all processes at its highest\n")
    print("| workers | charts | wall time, s | memory, MB |\n|---|---|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        for workers in ("1", "2"):
            for charts in (False, True):
                out = str(Path(folder) / f"{workers}-{charts}")
                extra = () if charts else ("--no-figures",)
                seconds, memory = measured(
                    "run",
                    "pilot-2018",
                    "--replications",
                    str(REPLICATIONS),
                    "--workers",
                    workers,
                    "--out",
                    out,
                    *extra,
                )
                print(f"| {workers} | {'yes' if charts else 'no'} | {seconds:.1f} | {memory:.0f} |", flush=True)
