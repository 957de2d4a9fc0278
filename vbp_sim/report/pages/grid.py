"""A table of the report: text cells that a person reads, and the same numbers in full as a CSV download."""

from __future__ import annotations

import base64
import math
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from vbp_sim.report.csv_table import Columns, csv_bytes
from vbp_sim.report.words import words
from vbp_sim.report.words.language import language, messages, say, term

#: rows that the page shows; the download has them all
MOST_ROWS = 200
#: columns by which the rows of a table, and the marks of its chart, can be chosen on the page
CHOICES = ("variant", "round", "drug", "province")
#: numbers that a mark of a chart tells
TOLD = 12


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
    data: Columns

    @classmethod
    def of(cls, name: str, caption: str, data: Columns) -> Grid:
        """The table of columns of one length; numbers are shortened on the page and whole in the download."""
        columns = {key: _values(column) for key, column in data.items()}
        numeric = [column.dtype.kind in "fiu" for column in data.values()]
        said = ([cell(key, value) for value in column] for key, column in columns.items())
        rows = list(map(list, zip(*said, strict=True)))
        encoded = base64.b64encode(csv_bytes(data)).decode("ascii")
        return cls(
            name,
            caption,
            [head(key) for key in columns],
            rows[:MOST_ROWS],
            numeric,
            max(0, len(rows) - MOST_ROWS),
            f"data:text/csv;charset=utf-8;base64,{encoded}",
            data,
        )

    @cached_property
    def chosen_by(self) -> list[dict[str, str]]:
        """What each row can be chosen by, by the name of the column."""
        keys = [name for name in CHOICES if name in self.data]
        columns = [[str(value) for value in self.data[name].tolist()] for name in keys]
        rows = zip(*columns, strict=True) if keys else [()] * self._length
        return [dict(zip(keys, row, strict=True)) for row in rows]

    def told(self, row: int) -> str:
        """A row as a small text: what it is of in the first line, then a line per number, with its band."""
        values = {name: _values(column[row : row + 1])[0] for name, column in self.data.items()}
        texts = [name for name, column in self.data.items() if column.dtype.kind in "OM"]
        names = [name for name in texts if self._tells(self.data[name])] or list(values)[:1]
        numbers = {name: value for name, value in values.items() if name not in (*texts, *names) and _known(value)}
        first = " · ".join(shown(values[name]) for name in names)
        ends = {f"{name}_{end}" for name in numbers for end in ("low", "high")}
        whole = [name for name in numbers if name not in ends]
        lines = [say("words.labelled", label=head(name), value=_banded(name, values)) for name in whole]
        return "\n".join([first, *lines[:TOLD], *["…"] * (len(lines) > TOLD)])

    @property
    def _length(self) -> int:
        return len(next(iter(self.data.values())))

    def _tells(self, column: Any) -> bool:
        """Whether a column of texts tells rows apart."""
        return self._length == 1 or len(set(column.tolist())) > 1


def head(column: str) -> str:
    """A column of a table as its head names it; what is said of another column takes its name."""
    for end in ("low", "high", "halfwidth"):
        name = column.removesuffix(f"_{end}")
        if name != column and column not in messages("columns") and _named(name):
            return say(f"columns.of_{end}", column=_named(name))
    return _named(column) or column.replace("_", " ")


def _named(column: str) -> str:
    """The word for a column; metrics are columns by their ID, which English readers see as it is."""
    if column in messages("columns"):
        return term("columns", column)
    return term("metrics", column) if column in messages("metrics") and language() != "en" else ""


def _values(column: Any) -> list[Any]:
    """Values of a column; months as 2019-04."""
    return list(map(str, column)) if column.dtype == "datetime64[M]" else list(column.tolist())


def _banded(name: str, values: dict[str, Any]) -> str:
    """A number with its band, where it has one."""
    ends = [values.get(f"{name}_{end}") for end in ("low", "high")]
    if any(end is None or not _known(end) for end in ends):
        return shown(values[name])
    return say("page.banded", mid=shown(values[name]), band=words.span(*map(shown, ends)))


def _known(value: Any) -> bool:
    return not (isinstance(value, float) and math.isnan(value)) and value != ""


def cell(column: str, value: Any) -> str:
    """A cell of a column as people read it: units in words, anything else as `shown`."""
    return term("units", value) if column == "unit" else shown(value)


def shown(value: Any) -> str:
    """A cell as people read it; a dash where nothing is known."""
    if isinstance(value, bool):
        return say("words.yes" if value else "words.no")
    if isinstance(value, float):
        return signs(words.compact(value)) if math.isfinite(value) else "–"
    if isinstance(value, int):
        return signs(f"{value:,}") if abs(value) > 9999 else signs(str(value))
    return str(value)


def signs(text: str) -> str:
    """Numbers with a minus sign instead of a hyphen."""
    return re.sub(r"(?<![^\s～])-(?=[\d.])", "\N{MINUS SIGN}", text)
