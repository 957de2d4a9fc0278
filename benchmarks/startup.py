"""How long the commands that do no simulation take, beside Python itself."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
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
    """Wall seconds of a command; one that fails is an error, and no time."""
    started = perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return perf_counter() - started


def main(commands: Mapping[str, list[str]] = COMMANDS, turns: int = TURNS) -> None:
    """Print medians over turns; the commands take turns. The first one is what the others are compared with."""
    for command in commands.values():
        seconds(command)
    taken = {name: [0.0] * turns for name in commands}
    for turn in range(turns):
        for name, command in commands.items():
            taken[name][turn] = seconds(command)
    bare = median(next(iter(taken.values())))
    print(f"medians of {turns} turns, wall time\n")
    print("| command | ms | times Python's own start |\n|---|---:|---:|")
    for name, values in taken.items():
        print(f"| `{name}` | {median(values) * 1000:.0f} | {median(values) / bare:.1f} |")
