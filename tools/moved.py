"""Lists which numbers of golden summaries moved, so that a person can write the cause beside each.

    python -m tools.moved BASE.json NEW.json
    python -m tools.moved                      # every file of tests/golden, against the last commit
    python -m tools.moved --since REVISION     # against another one

A row for each metric whose mean, low or high is another one: its mean before and now, the change, and the same in
widths of the old band (high - low). Files of hashes list the entries that differ. Ends with 0, whatever moved.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
GOLDEN = Path("tests/golden")
#: relative difference below which a number has not moved, as in the tests of golden summaries
SAME = 1e-9
HEAD = ("metric", "before", "now", "change", "bands", "unit", "cause")


@dataclass(frozen=True)
class Move:
    """One metric that moved: its mean ``before`` and ``now`` (nan = there is none), and the ``width`` of its old
    band."""

    metric: str
    before: float
    now: float
    width: float
    unit: str

    @property
    def change(self) -> float:
        """Relative change of the mean; nan from 0 or where there is none."""
        return (self.now - self.before) / abs(self.before) if self.before else math.nan

    @property
    def bands(self) -> float:
        """Change of the mean in widths of the old band; infinite where that is a point."""
        change = self.now - self.before
        if self.width > 0 or math.isnan(change):
            return change / self.width if self.width > 0 else math.nan
        return math.copysign(math.inf, change) if change else 0.0


def moves(base: Mapping[str, Any], new: Mapping[str, Any]) -> list[Move]:
    """What moved between two summaries, the farthest first in old bands; new and lost metrics come before all."""
    old, now = base["metrics"], new["metrics"]
    found = []
    for metric in [*old, *(name for name in now if name not in old)]:
        a, b = old.get(metric, {}), now.get(metric, {})
        if all(_same(a.get(key), b.get(key)) for key in ("mean", "low", "high")):
            continue
        width = float(a["high"]) - float(a["low"]) if a else math.nan
        unit = str({**a, **b}.get("unit", ""))
        found.append(Move(metric, float(a.get("mean", math.nan)), float(b.get("mean", math.nan)), width, unit))
    return sorted(found, key=lambda move: -math.inf if math.isnan(move.bands) else -abs(move.bands))


def differing(base: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Entries of a file without metrics that are not the same in both."""
    return [key for key in dict.fromkeys([*base, *new]) if base.get(key) != new.get(key)]


def lines(base: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """The rows of a comparison, to be filled in with the cause of each."""
    if "metrics" not in base or "metrics" not in new:
        yield from (f"| {key} | | | | | | |" for key in differing(base, new))
        return
    for move in moves(base, new):
        numbers = ((move.before, ".6g"), (move.now, ".6g"), (move.change, "+.2%"), (move.bands, "+.2f"))
        shown = ["" if math.isnan(value) else format(value, how) for value, how in numbers]
        yield f"| {' | '.join([move.metric, *shown, move.unit])} | |"


def _same(a: float | None, b: float | None) -> bool:
    return a == b or (a is not None and b is not None and math.isclose(a, b, rel_tol=SAME))


def _read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return content


def _at(revision: str, file: Path) -> dict[str, Any]:
    """A file as it was committed; empty if there was none."""
    asked = ["git", "-C", str(ROOT), "show", f"{revision}:{file.as_posix()}"]
    found = subprocess.run(asked, capture_output=True, text=True, check=False)
    return json.loads(found.stdout) if found.returncode == 0 else {"metrics": {}}


def main(arguments: Sequence[str]) -> int:
    """Print what moved; the table is in Markdown."""
    parser = argparse.ArgumentParser(prog="python -m tools.moved", description="Which golden numbers moved.")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="BASE.json NEW.json; none: tests/golden")
    parser.add_argument("--since", default="HEAD", metavar="REVISION", help="compare tests/golden with this commit")
    asked = parser.parse_args(arguments)
    if len(asked.files) not in (0, 2):
        parser.error(f"two files or none are compared, here are {len(asked.files)}")
    if asked.files:
        pairs = [(str(asked.files[1]), _read(asked.files[0]), _read(asked.files[1]))]
    else:
        golden = sorted((ROOT / GOLDEN).glob("*.json"))
        pairs = [(file.name, _at(asked.since, GOLDEN / file.name), _read(file)) for file in golden]
    for name, base, new in pairs:
        rows = list(lines(base, new))
        print(f"{name}: {len(rows)} moved")
        if rows:
            print(f"\n| {' | '.join(HEAD)} |\n|{'---|' * len(HEAD)}")
            print("\n".join(rows) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
