"""Tables as Parquet files: NumPy columns in, the same bytes for the same data, NumPy columns out.

Text is dictionary-encoded, floats are split by byte (BYTE_STREAM_SPLIT), and all is compressed by zstd.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from vbp_sim.engine.tables import Column, Table

Array = npt.NDArray[Any]
Columns = dict[str, Array]

_ARROW = {
    "int": pa.int64(),
    "float": pa.float64(),
    "bool": pa.bool_(),
    "text": pa.string(),
    "month": pa.date32(),
    "date": pa.date32(),
}


def schema(table: Table) -> pa.Schema:
    """Arrow schema of a declared table; units and meanings travel as metadata of the fields."""
    return pa.schema(
        [
            pa.field(c.name, _ARROW[c.kind], nullable=False, metadata={"unit": c.unit, "meaning": c.meaning})
            for c in table.columns
        ],
        metadata={"table": table.name, "meaning": table.meaning},
    )


def _stored(column: Column, values: npt.ArrayLike) -> pa.Array:
    """A column as Arrow stores it; ValueError where a value does not fit the declared type."""
    array = np.asarray(values)
    if column.kind in ("month", "date"):
        unit = "M" if column.kind == "month" else "D"
        array = array.astype(f"datetime64[{unit}]").astype("datetime64[D]")
    elif column.kind == "bool" and array.dtype != np.bool_:
        if not np.isin(array, (0, 1)).all():
            raise ValueError(f"column {column.name} is declared bool and holds other values than 0 and 1")
        array = array.astype(np.bool_)
    elif column.kind == "int" and array.dtype.kind == "f":
        if (array != np.trunc(array)).any():  # also catches nan
            raise ValueError(f"column {column.name} is declared int and holds values that are not whole")
        array = array.astype(np.int64)
    try:
        stored = pa.array(array, type=_ARROW[column.kind])
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise ValueError(f"column {column.name} is declared {column.kind}: {error}") from error
    if stored.null_count:
        raise ValueError(f"column {column.name} has missing values; unknown is nan for numbers, '' for texts")
    return stored


class TableFile:
    """One Parquet file that is being written, one row group per `append`."""

    def __init__(self, table: Table, path: Path) -> None:
        self.table = table
        self.path = path
        self.rows = 0
        self._schema = schema(table)
        self._writer = pq.ParquetWriter(
            path,
            self._schema,
            compression="zstd",
            use_dictionary=[c.name for c in table.columns if c.kind not in ("float", "bool")],
            column_encoding={c.name: "BYTE_STREAM_SPLIT" for c in table.columns if c.kind == "float"},
        )

    def append(self, columns: Mapping[str, npt.ArrayLike]) -> None:
        """Write one row group. ``columns`` has exactly the declared columns, all of one length, in any order.

        ValueError says which columns are missing, unknown, of another type or of another length.
        """
        missing = [n for n in self.table.names if n not in columns]
        unknown = [n for n in columns if n not in self.table.names]
        if missing or unknown:
            raise ValueError(f"table {self.table.name}: missing columns {missing}, unknown columns {unknown}")
        try:
            arrays = [_stored(c, columns[c.name]) for c in self.table.columns]
        except ValueError as error:
            raise ValueError(f"table {self.table.name}: {error}") from error
        lengths = {c.name: len(a) for c, a in zip(self.table.columns, arrays, strict=True)}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"table {self.table.name}: columns differ in length: {lengths}")
        rows = len(arrays[0])
        if rows:
            self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema), row_group_size=rows)
            self.rows += rows

    def close(self) -> None:
        """Write the end of the file; a file without it cannot be read."""
        self._writer.close()

    def abandon(self) -> None:
        """Give the file up; a writer that cannot write its end is not asked again."""
        with contextlib.suppress(OSError):
            self._writer.close()
        self._writer.is_open = False


def read(table: Table, path: Path, names: list[str], *, lacking: bool = False) -> Columns:
    """Columns of a file: text as object arrays of str, months as datetime64[M], dates as datetime64[D].

    ``lacking``: columns may be missing, and are `unknown` then; else ValueError.
    """
    wanted, stored = {n: table.column(n) for n in names}, set(pq.read_schema(path).names)
    there = {n: column for n, column in wanted.items() if n in stored}
    if not lacking and len(there) < len(wanted):
        raise ValueError(f"it has no column {', '.join(n for n in wanted if n not in there)}")
    with pq.ParquetFile(path, read_dictionary=[n for n, c in there.items() if c.kind == "text"]) as file:
        data, rows = file.read(columns=list(there)), int(file.metadata.num_rows)
    found = {n: _loaded(column, data.column(n)) for n, column in there.items()}
    return {**found, **unknown(table, [n for n in names if n not in found], rows)}


def unknown(table: Table, names: list[str], rows: int) -> Columns:
    """Columns of which nothing is known: numbers are nan, texts empty, dates none, nothing is true."""
    blank = {"text": np.full(rows, "", dtype=object), "bool": np.zeros(rows, dtype=np.bool_)}
    blank |= {kind: np.full(rows, np.datetime64("NaT"), f"datetime64[{kind[0].upper()}]") for kind in ("month", "date")}
    return {n: blank.get(table.column(n).kind, np.full(rows, np.nan)).copy() for n in names}


def _loaded(column: Column, data: pa.ChunkedArray) -> Array:
    if column.kind == "text":
        parts = [np.asarray(c.dictionary, dtype=object)[np.asarray(c.indices)] for c in data.chunks]
        return np.concatenate(parts) if parts else np.empty(0, dtype=object)
    array: Array = data.to_numpy()
    if column.kind in ("month", "date"):
        return array.astype("datetime64[M]" if column.kind == "month" else "datetime64[D]")
    return array
