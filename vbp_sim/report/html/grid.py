"""A table of the report: text cells that a person reads, and the same numbers in full as a CSV download."""

from __future__ import annotations

import base64
import math
import re
from dataclasses import dataclass
from typing import Any

from vbp_sim.report import words
from vbp_sim.report.csv_table import Columns, csv_bytes

#: rows that the page shows; the download has them all
MOST_ROWS = 200


@dataclass(frozen=True)
class Grid:
    """A table: ``numeric`` says which columns are numbers, ``left_out`` how many rows are only in the download."""

    name: str
    caption: str
    header: list[str]
    rows: list[list[str]]
    numeric: list[bool]
    left_out: int
    href: str

    @classmethod
    def of(cls, name: str, caption: str, data: Columns) -> Grid:
        """The table of columns of one length; numbers are shortened on the page and whole in the download."""
        columns = {key: column.tolist() for key, column in data.items()}
        numeric = [column.dtype.kind in "fiu" for column in data.values()]
        rows = [list(map(shown, row)) for row in zip(*columns.values(), strict=True)]
        encoded = base64.b64encode(csv_bytes(data)).decode("ascii")
        return cls(
            name,
            caption,
            [key.replace("_", " ") for key in columns],
            rows[:MOST_ROWS],
            numeric,
            max(0, len(rows) - MOST_ROWS),
            f"data:text/csv;charset=utf-8;base64,{encoded}",
        )


def shown(value: Any) -> str:
    """A cell as people read it; a dash where nothing is known."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return signs(words.compact(value)) if math.isfinite(value) else "–"
    if isinstance(value, int):
        return signs(f"{value:,}") if abs(value) > 9999 else signs(str(value))
    return str(value)


def signs(text: str) -> str:
    """Numbers with a minus sign instead of a hyphen."""
    return re.sub(r"(?<!\S)-(?=[\d.])", "\N{MINUS SIGN}", text)
