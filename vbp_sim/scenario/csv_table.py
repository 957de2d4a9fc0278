"""One CSV file to typed rows; everything that is wrong with it is collected, with file, line and column name.

UTF-8 with or without byte-order mark and GBK (GB18030) are read; prices stay exact. What is wrong in many cells of one
column in one way is one problem, which says how many cells there are and where the first of them stand.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from vbp_sim.errors import CONTROL, InputError, Problem, visible
from vbp_sim.scenario.cells import Refused, Why, control, read_cell
from vbp_sim.scenario.limits import SHOWN, composed, cut, unfit
from vbp_sim.scenario.market_columns import MOST_COLUMNS, MOST_ROWS, Column
from vbp_sim.scenario.yaml_source import read_bytes, shown

MAX_BYTES = 200_000_000
#: a name this close to a column that is not there is a slip of the pen, not an extra column
SLIP = 0.85
#: cells of one group whose places are named
PLACES = 4
#: rows of a file that belongs to no market
MOST_OTHER = 10_000
#: wrong cells after which the rest of a file is not read
MOST_WRONG = 500_000

#: kinds of mistakes that leave cells unread, and those that show only between rows; causes before consequences
UNREAD = ("header", "row", "control", "long", "empty", "number", "range", "choice")
KINDS = (*UNREAD, "many", "twice", "unknown", "class", "sum", "nobody", "place", "nested", "unmade", "unwanted")

#: around a cell these are no part of it
_BLANK = " \t\xa0\u3000"


@dataclass
class Row:
    """One row: its line, and typed cells by column name (``None`` for an empty or missing cell)."""

    line: int
    cells: dict[str, Any]

    def __getitem__(self, column: str) -> Any:
        return self.cells[column]


@dataclass
class Group:
    """What is wrong in one way with the cells of one column: how many, and the first of them."""

    what: str
    remedy: str
    lines: list[int] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    count: int = 0

    def problem(self, file: str, column: str) -> Problem:
        """One problem for the whole group, at its first cell."""
        place = ":".join(str(part) for part in (file, self.lines[0], column) if part)
        if self.count == 1:
            return Problem(place, self.what, self.remedy)
        more = [f"line {line} {seen}".rstrip() for line, seen in zip(self.lines[1:], self.seen[1:], strict=True)]
        of = f"cells of {column}" if column else "rows"
        then = ", ".join([*more, *(["..."] if self.count > PLACES else [])])
        first = ":".join((Path(file).name, *place.removeprefix(file).split(":")[1:]))
        many = f"{self.count:,} {of} look like {self.seen[0] or 'nothing'}, first at {first}, then {then}"
        return Problem(place, f"{self.what} ({many})", self.remedy)


@dataclass
class Table:
    """The rows of one CSV file. ``data`` are the bytes as they were read.

    ``stopped`` says why the file was not read to its end, ``groups`` what is wrong by column and kind of mistake,
    ``wrong`` the number of such cells.
    """

    name: str
    columns: tuple[Column, ...]
    rows: list[Row] = field(default_factory=list)
    stopped: list[Problem] = field(default_factory=list)
    groups: dict[tuple[str, str], Group] = field(default_factory=dict)
    data: bytes = b""
    wrong: int = 0

    def note(self, line: int, column: str, kind: str, why: Why, seen: str = "") -> None:
        """Remember what is wrong with a cell; a ``why`` that is dear is asked only for the first of column and kind."""
        group = self.groups.get((column, kind))
        if group is None:
            group = self.groups[column, kind] = Group(*(why() if callable(why) else why))
        group.count += 1
        self.wrong += 1
        if group.count <= PLACES:
            group.lines.append(line)
            group.seen.append(visible(cut(seen, 20)))

    def read(self, *columns: str) -> bool:
        """Whether all cells of these columns were read, so that what they do not name is not there."""
        return not self.stopped and not any(kind in UNREAD and name in ("", *columns) for name, kind in self.groups)

    def problems(self) -> list[tuple[int, Problem]]:
        """All problems, each with the rank of its kind: causes before consequences."""
        grouped = [(1 + KINDS.index(kind), g.problem(self.name, column)) for (column, kind), g in self.groups.items()]
        return [*((0, problem) for problem in self.stopped), *grouped]

    def index(self, *key: str) -> dict[Any, Row]:
        """Rows by the text of one or more columns; a second row with the same key is a problem."""
        found: dict[Any, Row] = {}
        for row in self.rows:
            values = tuple(row[column] for column in key)
            if None in values:
                continue
            first = found.setdefault(values[0] if len(key) == 1 else values, row)
            if first is not row:
                name = " / ".join(values)
                why = f"'{cut(name)}' stands twice, first in line {first.line}", "remove one of the rows"
                self.note(row.line, key[0], "twice", why, name)
        return found


def read_table(path: Path, columns: tuple[Column, ...], most: int | None = None) -> Table:
    """Read a CSV file of ``most`` rows (default: as many as a file of its name may have). What is wrong goes to its
    ``groups`` or ``stopped``; unreadable cells are ``None``."""
    table = Table(shown(path), columns)
    try:
        table.data = read_bytes(path, table.name, MAX_BYTES)
        text = composed(decode(table.data, table.name))
        records = _records(text, table.name)
        _, header, _ = next(records, (0, [], False))
        if not header:
            remedy = f"its header is {','.join(c.name for c in columns)}"
            raise InputError(Problem(table.name, "the file is empty", remedy))
        places = _header(table, header)
        if not table.groups:
            most = MOST_ROWS.get(path.name, MOST_OTHER) if most is None else most
            _rows(table, records, header, places, bool(CONTROL.search(text.replace("\r", ""))), most)
    except InputError as error:
        table.stopped += error.problems
    return table


def decode(data: bytes, name: str) -> str:
    """Text of UTF-8 (with or without byte-order mark) or GB18030 bytes."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(Problem(name, "this is neither UTF-8 nor GBK text", "save it as 'CSV UTF-8'"))


def _records(text: str, name: str) -> Iterator[tuple[int, list[str], bool]]:
    """First line and stripped cells of every row that is not blank, and whether it spans lines."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    while True:
        try:
            record = [cell.strip(_BLANK) for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            raise InputError(Problem(f"{name}:{line}", f"this is not CSV: {error}", "check the quotes")) from None
        if any(record):
            yield line, record, reader.line_num > line
        line = reader.line_num + 1


def _header(table: Table, header: list[str]) -> dict[str, int]:
    """Place of each known column in the header."""

    def note(column: str, what: str, remedy: str) -> None:
        table.note(1, cut(column, 20), "header", (what, remedy), column)

    if len(header) > MOST_COLUMNS:
        note("", f"there are {len(header):,} columns", f"a market's file has at most {MOST_COLUMNS}")
        return {}
    if len(header) == 1 and any(sign in header[0] for sign in ";\t|"):
        note(header[0], "the columns are not separated by commas", "save it as comma-separated CSV")
        return {}
    for name in header:
        if sign := unfit(name):
            note(name, f"a control character ({sign}) in the name of a column", "remove it")
    twice = sorted({name for name in header if name and header.count(name) > 1})
    for name in twice:
        note(name, f"the column '{cut(name)}' stands twice", "remove one of them")
    known = [column.name for column in table.columns]
    extra = [cut(name) for name in header if name not in known]
    for column in table.columns:
        if column.name in header:
            continue
        close = get_close_matches(column.name, extra, n=1, cutoff=0.6 if column.required else SLIP)
        remedy = f"rename the column '{close[0]}' to '{column.name}'" if close else f"add it: {column.description}"
        if column.required:
            note(column.name, f"the column '{column.name}' is missing", remedy)
        elif close:
            note(close[0], f"there is no column '{close[0]}'; did you mean '{column.name}'?", remedy)
    return {name: header.index(name) for name in known if name in header}


def _rows(
    table: Table,
    records: Iterator[tuple[int, list[str], bool]],
    header: list[str],
    places: dict[str, int],
    strange: bool,
    most: int,
) -> None:
    """Read the rows below the header, ``most`` at most. ``strange``: somewhere in the file is a control character."""
    missing: dict[str, Any] = {column.name: None for column in table.columns}
    there = [(column, places[column.name]) for column in table.columns if column.name in places]
    for line, record, spans in records:
        if len(table.rows) >= most:
            raise InputError(Problem(f"{table.name}:{line}", f"there are more than {most:,} rows", "leave some out"))
        if table.wrong >= MOST_WRONG:
            what = f"more than {MOST_WRONG:,} cells above are wrong; the rows from here on were not read"
            raise InputError(Problem(f"{table.name}:{line}", what, "correct the first ones"))
        row = Row(line, dict(missing))
        table.rows.append(row)
        if len(record) != len(header):
            seen = f"{len(record)} cells"
            remedy = "a cell that holds a comma must be in double quotes"
            table.note(line, "", "row", (f"the row has {seen}, the header has {len(header)}", remedy), seen)
            continue
        for column, place in there:
            text = record[place]
            try:
                if not text:
                    if column.required:
                        what = f"{column.holds} is wanted: {column.description}"
                        raise Refused("empty", ("the cell is empty", what))
                    continue
                if strange or spans:
                    control(text)
                row.cells[column.name] = read_cell(text, column)
            except Refused as refused:
                table.note(line, column.name, refused.kind, refused.why, text)
    if not table.rows:
        raise InputError(Problem(f"{table.name}:2", "there are no rows below the header", "add at least one row"))


def unknown(table: Table, row: Row, column: str, name: str, known: Collection[str], file: str) -> None:
    """Note that a cell names something that another file does not have."""

    def what() -> tuple[str, str]:
        near = itertools.islice(known, 1000)
        remedy = get_close_matches(name[:SHOWN], near, n=1, cutoff=0.6)
        said = f"there is no {column.removesuffix('s')} in {file} '{cut(name)}'"
        return said, f"did you mean '{remedy[0]}'?" if remedy else "allowed: " + ", ".join(itertools.islice(known, 20))

    table.note(row.line, column, "unknown", what, name)
