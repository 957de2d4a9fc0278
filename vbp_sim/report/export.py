"""A run for spreadsheets: its summary and tables as CSV files or one Excel workbook, with a data dictionary."""

from __future__ import annotations

import functools
import io
import math
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from vbp_sim.engine.tables import TABLES
from vbp_sim.errors import InputError, Problem, check_names
from vbp_sim.report.csv_table import Columns, table, write_csv
from vbp_sim.report.summary import meaning
from vbp_sim.report.words.language import restate, say
from vbp_sim.report.words.names import FACTS, SAID, with_sentences
from vbp_sim.runs import aside
from vbp_sim.runs.folder import RunFolder
from vbp_sim.runs.metrics import METRICS

#: rows that a sheet of Excel holds, its header among them
EXCEL_ROWS = 1_048_576
#: rows of a table that goes into a workbook without being named; a longer one makes it slow to write and to open
FEW = 100_000
#: characters that a cell of Excel holds
EXCEL_TEXT = 32_767

#: texts stay texts, whatever they begin with
_TEXTS = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
#: what identifies a run, by its key in the manifest
_ABOUT = ["scenario", "title", "variant", "seed", "replications", "version", "commit", "finished", "digest", "run_hash"]


def to_csv(run: RunFolder, out: Path, tables: Sequence[str] = ()) -> list[Path]:
    """Write summary, about, dictionary and tables (all by default) as OUT/NAME.csv; returns the files."""
    wanted = _wanted(run, tables)
    out.mkdir(parents=True, exist_ok=True)
    files = []
    for name, data in _sheets(run, wanted):
        files.append(out / f"{name}.csv")
        write_csv(files[-1], data())
    return files


def to_excel(run: RunFolder, out: Path, tables: Sequence[str] = ()) -> list[str]:
    """Write the same as one workbook; tables of more than `FEW` rows go in if they are named.

    Returns the tables that were left out, as the sheet ``about`` has them. InputError if a table has more rows than a
    sheet holds.
    """
    wanted = _wanted(run, tables)
    left_out = [] if tables else [name for name in wanted if run.manifest["tables"][name]["rows"] > FEW]
    wanted = [name for name in wanted if name not in left_out]
    long = [name for name in wanted if run.manifest["tables"][name]["rows"] >= EXCEL_ROWS]
    if long:
        what = f"has {run.manifest['tables'][long[0]]['rows']:,} rows, and a sheet of Excel holds {EXCEL_ROWS:,}"
        raise InputError(Problem(f"table {long[0]}", what, "use --format csv, or choose others with --tables"))
    out.parent.mkdir(parents=True, exist_ok=True)
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {**_TEXTS, "constant_memory": True}) as book:
        made = run.manifest.get("finished")
        book.set_properties({"created": datetime.fromisoformat(made) if made else datetime(2000, 1, 1)})
        head = book.add_format({"bold": True})
        for name, data in _sheets(run, wanted, left_out):
            _fill(book.add_worksheet(name), data(), head)
    aside.write(out, file.getvalue())
    return left_out


def dictionary(tables: Sequence[str]) -> Columns:
    """What every column of the tables and every metric means, in the language in use."""
    rows: list[tuple[str, ...]] = []
    for name in tables:
        for c in TABLES[name].columns:
            rows.append((name, c.name, c.kind, c.unit, restate("tables", c.meaning)))
            if FACTS.get(name) == c.name:
                rows.append((name, SAID, c.kind, c.unit, say("tables.the_same_as_a_sentence")))
    rows += [("summary", m.id, "metric", m.unit, meaning(m)) for m in METRICS.values()]
    return table(dict(zip(("table", "column", "type", "unit", "meaning"), row, strict=True)) for row in rows)


def summary(run: RunFolder) -> Columns:
    """The headline metrics, one row each."""
    metrics: dict[str, Any] = run.summary["metrics"]
    means = {name: meaning(METRICS[name]) if name in METRICS else "" for name in metrics}
    keys = ("mean", "low", "high", "n", "unit")
    return table(
        {"metric": name, **{key: value[key] for key in keys}, "meaning": means[name]} for name, value in metrics.items()
    )


def _about(run: RunFolder, left_out: Sequence[str]) -> Columns:
    """What identifies the run, and what is not in the workbook."""
    told = [(key, str(run.manifest.get(key, ""))) for key in _ABOUT]
    rows = {name: run.manifest["tables"][name]["rows"] for name in left_out}
    told += [("left out", f"{name} ({n:,} rows): as CSV, or with --tables {name}") for name, n in rows.items()]
    return table({"what": what, "is": value} for what, value in told)


def _sheets(
    run: RunFolder, tables: Sequence[str], left_out: Sequence[str] = ()
) -> Iterator[tuple[str, Callable[[], Columns]]]:
    yield "summary", functools.partial(summary, run)
    yield "about", functools.partial(_about, run, left_out)
    yield "dictionary", functools.partial(dictionary, tables)
    for name in tables:
        yield name, functools.partial(with_sentences, run, name)


def _wanted(run: RunFolder, tables: Sequence[str]) -> list[str]:
    check_names(tables, run.tables, "--tables", "this run has no table of that name")
    return [name for name in run.tables if not tables or name in tables]


def _fill(sheet: Any, data: Columns, head: Any) -> None:
    """Write a table with a header that stays in sight and a filter; unknown numbers are empty cells."""
    sheet.freeze_panes(1, 0)
    rows = len(next(iter(data.values())))
    sheet.autofilter(0, 0, rows, len(data) - 1)
    for column, name in enumerate(data):
        sheet.set_column(column, column, max(10, min(40, len(name) + 4)))
        sheet.write_string(0, column, name, head)
    numeric = [column.dtype.kind in "fiub" for column in data.values()]
    for row, values in enumerate(zip(*(column.tolist() for column in data.values()), strict=True), start=1):
        for column, value in enumerate(values):
            if not numeric[column]:
                sheet.write_string(row, column, str(value)[:EXCEL_TEXT])
            elif math.isfinite(value):
                sheet.write_number(row, column, value)
