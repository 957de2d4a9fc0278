"""A file of any usual kind to sheets of cells: xlsx, xls, ods, or delimited text of any extension and encoding.

for sheet in read_sheets(Path("return.xlsx")):
    sheet.rows[3][0]
"""

from __future__ import annotations

import csv
import io
import stat
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vbp_sim.errors import InputError, Problem
from vbp_sim.scenario.yaml_source import shown

#: bytes that a file may have, and that a packed one may unfold to
MAX_BYTES, MAX_UNPACKED = 100_000_000, 1_000_000_000
#: cells that a sheet may have
MAX_CELLS = 20_000_000

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: starts of files that are no tables, and what to call them
_OTHERS = {
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"PAR1": "a Parquet file",
    b"SQLite": "a database",
    b"{\\rtf": "a Word text",
    b"<!DO": "a web page",
    b"<htm": "a web page",
}
_DELIMITERS = (",", "\t", ";", "|")

Area = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Sheet:
    """Cells of one table. ``rows`` as long as the longest; a cell is text, a number, a date, true or false, or "".

    ``merged``: areas of joined cells, first and last (row, column), from 0; ``how``: how the file was read.
    """

    file: str
    name: str
    rows: Sequence[list[Any]]
    how: str
    merged: Sequence[Area] = field(default_factory=tuple)

    @property
    def place(self) -> str:
        """File and sheet, as messages name them."""
        return f"{self.file}[{self.name}]" if self.name else self.file


def read_sheets(path: Path) -> list[Sheet]:
    """All sheets of a file that hold anything. Raises `InputError` if it is no table."""
    name = shown(path)
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise InputError(Problem(name, "is no file", "name a spreadsheet or a text file"))
        if path.stat().st_size > MAX_BYTES:
            raise InputError(Problem(name, f"has more than {MAX_BYTES // 1_000_000} MB", "leave some of it out"))
        data = path.read_bytes()
    except OSError as error:
        raise InputError(Problem(name, f"cannot be read: {error.strerror}", "check the name")) from error
    if not data.strip():
        raise InputError(Problem(name, "the file is empty", "name a file with a table"))
    for start, what in _OTHERS.items():
        if data[: len(start)].lower() == start.lower():
            raise InputError(Problem(name, f"this is {what}, not a table", "save the table as xlsx or CSV"))
    sheets = _workbook(data, name) if data.startswith((_ZIP, _OLE)) else [_text(data, name)]
    full = [sheet for sheet in sheets if any(cell != "" for row in sheet.rows for cell in row)]
    if not full:
        raise InputError(Problem(name, "no sheet holds anything", "name a file with a table"))
    return full


def _workbook(data: bytes, name: str) -> list[Sheet]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        if data.startswith(_ZIP):
            with zipfile.ZipFile(io.BytesIO(data)) as packed:
                if sum(entry.file_size for entry in packed.infolist()) > MAX_UNPACKED:
                    raise InputError(Problem(name, "unfolds to more than 1 GB", "leave some of it out"))
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [book.get_sheet_by_name(each) for each in book.sheet_names]
        for sheet in sheets:
            if sheet.total_height * sheet.total_width > MAX_CELLS:
                raise InputError(Problem(f"{name}[{sheet.name}]", "has too many cells", "leave some of them out"))
        kind = "Excel workbook" if data.startswith(_OLE) or b"xl/" in data else "workbook"
        return [
            Sheet(name, sheet.name, sheet.to_python(skip_empty_area=False), kind, tuple(sheet.merged_cell_ranges or ()))
            for sheet in sheets
            if sheet.total_height
        ]
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        what = f"this workbook cannot be read ({str(error) or type(error).__name__})"
        remedy = "open it in a spreadsheet program and save it as xlsx, without a password"
        raise InputError(Problem(name, what, remedy)) from error


def _text(data: bytes, name: str) -> Sheet:
    text, encoding = _decoded(data, name)
    lines = [line for line in text.splitlines() if line.strip()]
    delimiter = max(_DELIMITERS, key=lambda sign: sum(min(line.count(sign), 1) * line.count(sign) for line in lines))
    if not any(delimiter in line for line in lines):
        raise InputError(Problem(name, "there is no table: nothing separates columns", "save it as CSV or xlsx"))
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise InputError(Problem(name, f"this is no delimited text: {error}", "save it as CSV")) from error
    width = max(len(row) for row in rows)
    if width * len(rows) > MAX_CELLS:
        raise InputError(Problem(name, "has too many cells", "leave some of them out"))
    called = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "vertical bars"}[delimiter]
    filled = [[cell.strip(" \t\r\n\xa0\u3000") for cell in row] + [""] * (width - len(row)) for row in rows]
    return Sheet(name, "", filled, f"{encoding} text, columns apart by {called}")


def _decoded(data: bytes, name: str) -> tuple[str, str]:
    """The text and what its encoding is called."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        tries = [("utf-16", "UTF-16")]
    elif data[:200].count(0) > len(data[:200]) // 4:
        tries = [("utf-16-le" if data[1:2] == b"\0" else "utf-16-be", "UTF-16")]
    else:
        tries = [("utf-8-sig", "UTF-8"), ("gb18030", "GBK"), ("big5", "Big5")]
    for encoding, called in tries:
        try:
            return data.decode(encoding), called
        except UnicodeDecodeError:
            continue
    raise InputError(Problem(name, "is neither a workbook nor text in UTF-8, UTF-16 or GBK", "save it as CSV or xlsx"))
