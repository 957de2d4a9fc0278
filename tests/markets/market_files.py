"""What the tests of the shipped markets share: CSV files, and the source tables where they are at hand."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MARKETS = ROOT / "scenarios" / "markets"
NAMES = ("pilot-2018", "expansion-2019", "batch-2", "batch-3")
ROUND = {"pilot-2018": "R1_4plus7", "expansion-2019": "R1x_alliance", "batch-2": "R2", "batch-3": "R3"}
Rows = list[dict[str, str]]


def rows(market: str, file: str) -> Rows:
    """The rows of one file of a shipped market."""
    with (MARKETS / market / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def source(file: str) -> Rows:
    """A source table; skips the test where there is none."""
    folder = Path(os.environ.get("VBP_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / file).is_file():
        pytest.skip(f"source table {file} is not here: set VBP_DATA to its folder")
    with (folder / file).open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))
