"""One CSV file to typed rows; everything that is wrong with it is collected, with file, line and column name.

UTF-8 with or without byte-order mark and GBK (GB18030) are read; prices stay exact.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from vbp_sim.errors import InputError, Problem, nearest
from vbp_sim.scenario.market_columns import MEANING, Column
from vbp_sim.scenario.yaml_source import read_bytes, shown

MAX_BYTES = 200_000_000
#: a name this close to a column that is not there is a slip of the pen, not an extra column
SLIP = 0.85

_NUMBER = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,3})?")


@dataclass
class Row:
    """One row: its line, and typed cells by column name (``None`` for an empty or missing cell)."""

    line: int
    cells: dict[str, Any]

    def __getitem__(self, column: str) -> Any:
        return self.cells[column]


@dataclass
class Table:
    """The rows of one CSV file, and what was wrong with it. ``data`` are the bytes as they were read."""

    name: str
    columns: tuple[Column, ...]
    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    data: bytes = b""

    def note(self, line: int, column: str, what: str, remedy: str = "") -> None:
        """Remember one problem of a row."""
        self.problems.append(Problem(f"{self.name}:{line}:{column}", what, remedy))

    def index(self, *key: str) -> dict[Any, Row]:
        """Rows by the text of one or more columns; a second row with the same key is a problem."""
        found: dict[Any, Row] = {}
        for row in self.rows:
            values = tuple(row[column] for column in key)
            if None in values:
                continue
            value = values[0] if len(key) == 1 else values
            if value in found:
                what = f"'{' / '.join(values)}' stands twice, first in line {found[value].line}"
                self.note(row.line, key[0], what, "remove one of the rows")
            else:
                found[value] = row
        return found


def read_table(path: Path, columns: tuple[Column, ...]) -> Table:
    """Read a CSV file. Problems go to the table's ``problems``; unreadable cells are ``None``."""
    table = Table(shown(path), columns)
    try:
        table.data = read_bytes(path, table.name, MAX_BYTES)
        records = _records(decode(table.data, table.name), table.name)
        _, header = next(records, (0, []))
        if not header:
            raise InputError(
                Problem(table.name, "the file is empty", f"its header is {','.join(c.name for c in columns)}")
            )
        places = _header(table, header)
        if not table.problems:
            table.rows = [_row(table, line, record, header, places) for line, record in records]
            if not table.rows:
                raise InputError(
                    Problem(f"{table.name}:2", "there are no rows below the header", "add at least one row")
                )
    except InputError as error:
        table.problems += error.problems
    return table


def decode(data: bytes, name: str) -> str:
    """Text of UTF-8 (with or without byte-order mark) or GB18030 bytes."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(Problem(name, "this is neither UTF-8 nor GBK text", "save it as 'CSV UTF-8'"))


def _records(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """First line and stripped cells of every row that is not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    while True:
        try:
            record = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            raise InputError(
                Problem(f"{name}:{line}", f"this is not CSV: {error}", "check the quotes")
            ) from None
        if any(record):
            yield line, record
        line = reader.line_num + 1


def _header(table: Table, header: list[str]) -> dict[str, int]:
    """Place of each known column in the header."""
    if len(header) == 1 and any(sign in header[0] for sign in ";\t|"):
        table.note(
            1, header[0][:20], "the columns are not separated by commas", "save it as comma-separated CSV"
        )
        return {}
    twice = sorted({name for name in header if name and header.count(name) > 1})
    for name in twice:
        table.note(1, name, f"the column '{name}' stands twice", "remove one of them")
    known = [column.name for column in table.columns]
    extra = [name for name in header if name not in known]
    for column in table.columns:
        if column.name in header:
            continue
        close = get_close_matches(column.name, extra, n=1, cutoff=0.6 if column.required else SLIP)
        remedy = (
            f"rename the column '{close[0]}' to '{column.name}'" if close else f"add it: {column.description}"
        )
        if column.required:
            table.note(1, column.name, f"the column '{column.name}' is missing", remedy)
        elif close:
            table.note(1, close[0], f"there is no column '{close[0]}'; did you mean '{column.name}'?", remedy)
    return {name: header.index(name) for name in known if name in header}


def _row(table: Table, line: int, record: list[str], header: list[str], places: dict[str, int]) -> Row:
    if len(record) != len(header):
        what = f"the row has {len(record)} cells, the header has {len(header)}"
        table.problems.append(
            Problem(f"{table.name}:{line}", what, "a cell that holds a comma must be in double quotes")
        )
    cells: dict[str, Any] = {}
    for column in table.columns:
        place = places.get(column.name)
        text = record[place] if place is not None and place < len(record) else ""
        cells[column.name] = None
        if text:
            try:
                cells[column.name] = value_of(text, column)
            except ValueError as error:
                table.note(line, column.name, *error.args)
        elif column.required and len(record) == len(header):
            table.note(
                line,
                column.name,
                "the cell is empty",
                f"{MEANING[column.cell]} is wanted: {column.description}",
            )
    return Row(line, cells)


def value_of(text: str, column: Column) -> Any:
    """The typed value of a cell. Raises ValueError(what, remedy)."""
    if column.cell == "text":
        if column.choices and text not in column.choices:
            what = f"{' or '.join(column.choices)} is wanted, here is '{text}'"
            raise ValueError(what, nearest(text, [*column.choices]))
        return text
    if column.cell == "ids":
        return tuple(part for part in re.split(r"\s*[|;；、]\s*", text) if part)
    if column.cell == "flag":
        if text not in ("0", "1"):
            raise ValueError(f"0 or 1 is wanted, here is '{text}'", "")
        return text == "1"
    if not _NUMBER.fullmatch(text):
        remedy = "write it without separators and signs" if re.search(r"\d", text) else ""
        raise ValueError(f"a number is wanted, here is '{text}'", remedy)
    number = Decimal(text)
    if column.cell == "change":
        if not Decimal("-0.5") <= number <= 1:
            raise ValueError(f"a yearly change is a number from -0.5 to 1, here is {text}", "write 5 % a year as 0.05")
        return float(number)
    if number < 0 or (column.cell == "price" and number == 0):
        least = "more than 0" if column.cell == "price" else "at least 0"
        what = f"{column.name} must be {least}, here is {text}"
        raise ValueError(what, "leave the cell empty if it is not known" if not column.required else "")
    if column.cell == "price":
        return number
    if column.cell == "count":
        if number != number.to_integral_value():
            raise ValueError(f"a whole number is wanted, here is {text}", "")
        return int(number)
    if column.cell == "share" and number > 1:
        remedy = f"did you mean {number / 100:.2f}?" if number <= 100 else ""
        raise ValueError(f"a share is a number from 0 to 1, here is {text}", remedy)
    return float(number)


def unknown(table: Table, row: Row, column: str, known: list[str], what: str) -> None:
    """Note that a cell names something that another file does not have."""
    table.note(row.line, column, f"there is no {what} '{row[column]}'", nearest(str(row[column]), known[:20]))
