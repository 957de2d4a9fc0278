"""Tables as CSV for Excel and others: UTF-8 with a mark, empty for unknown, and no cell that runs as a formula.

>>> csv_bytes({"drug": np.array(["=1+1"], dtype=object), "price": np.array([1.5])})
b"\\xef\\xbb\\xbfdrug,price\\n'=1+1,1.5\\n"
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from vbp_sim.runs import aside

#: columns of one length, by name
Columns = dict[str, npt.NDArray[Any]]


def column(values: Iterable[Any]) -> npt.NDArray[Any]:
    """Values as a column: texts as objects, None as nan."""
    known = [np.nan if value is None else value for value in values]
    return np.array(known, dtype=object if any(isinstance(value, str) for value in known) else None)


def table(rows: Iterable[Mapping[str, Any]]) -> Columns:
    """Rows that all have the same keys as a table of one column per key; empty without rows."""
    found = list(rows)
    return {name: column(row[name] for row in found) for name in (found[0] if found else ())}


def write_csv(path: Path, data: Columns) -> None:
    """Write a table (see `csv_bytes`)."""
    aside.write(path, csv_bytes(data), lasting=False)


def csv_bytes(data: Columns) -> bytes:
    """A table as the bytes of a CSV file."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(map(_cell, data))
    writer.writerows(zip(*(map(_cell, column.tolist()) for column in data.values()), strict=True))
    return text.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return str(int(value))
    if isinstance(value, float):
        return f"{value:.10g}" if math.isfinite(value) else ""
    return str(value) if isinstance(value, int) else aside.harmless(str(value))
