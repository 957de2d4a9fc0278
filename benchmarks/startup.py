"""How long the commands that do no simulation take, beside Python itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

TURNS = 11
VBP = str(Path(sys.executable).with_name("vbp"))

COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "vbp --help": [VBP, "--help"],
    "vbp run --help": [VBP, "run", "--help"],
    "vbp list": [VBP, "list"],
    "vbp check pilot-2018": [VBP, "check", "pilot-2018"],
    "vbp check expansion-2019": [VBP, "check", "expansion-2019"],
    "vbp show pilot-2018": [VBP, "show", "pilot-2018"],
}


def seconds(command: list[str]) -> float:
    """Wall seconds of a command."""
    started = perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return perf_counter() - started


def main() -> None:
    """Print medians over turns; the commands take turns."""
    for command in COMMANDS.values():
        seconds(command)
    taken = {name: [0.0] * TURNS for name in COMMANDS}
    for turn in range(TURNS):
        for name, command in COMMANDS.items():
            taken[name][turn] = seconds(command)
    bare = median(taken["python -c pass"])
    print(f"medians of {TURNS} turns, wall time\n")
    print("| command | ms | times Python's own start |\n|---|---:|---:|")
    for name, values in taken.items():
        print(f"| `{name}` | {median(values) * 1000:.0f} | {median(values) / bare:.1f} |")
