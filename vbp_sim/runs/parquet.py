"""Tables as Parquet files: NumPy columns in, the same bytes for the same data, NumPy columns out.

Text is dictionary-encoded, floats are split by byte (BYTE_STREAM_SPLIT), and all is compressed by zstd.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from vbp_sim.engine.columns import Column, Table
from vbp_sim.errors import visible

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
#: columns go to Arrow and come from it as buffers of these: its own ways import pandas wherever that is installed
_NUMPY = {"int": np.int64, "float": np.float64, "bool": np.uint8, "month": np.int32, "date": np.int32}


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
    if column.kind == "text":
        return _texts_stored(column, array.tolist())
    if column.kind in ("month", "date"):
        array = array.astype(f"datetime64[{column.kind[0].upper()}]").astype("datetime64[D]")
        _check(column, not np.isnat(array).any(), "missing values")
        array = array.astype(np.int64)
    _check(column, array.dtype.kind in "biuf", f"values of type {array.dtype}")
    if column.kind == "bool":
        _check(column, bool(np.isin(array, (0, 1)).all()), "other values than 0 and 1")
        return _of_buffers(column, len(array), np.packbits(array.astype(np.bool_), bitorder="little"))
    if column.kind == "int" and array.dtype.kind == "f":
        _check(column, bool((array == np.trunc(array)).all()), "values that are not whole")  # nan is none
    return _of_buffers(column, len(array), np.ascontiguousarray(array, dtype=_NUMPY[column.kind]))


def _texts_stored(column: Column, values: list[Any]) -> pa.Array:
    """Texts: each different one once, and then its number for each row."""
    number: dict[Any, int] = {}
    codes = np.fromiter((number.setdefault(v, len(number)) for v in values), dtype=np.int32, count=len(values))
    _check(column, None not in number, "missing values; unknown is nan for numbers, '' for texts")
    _check(column, all(isinstance(text, str) for text in number), "other values than texts")
    data = [text.encode() for text in number]
    ends = np.cumsum([0, *map(len, data)], dtype=np.int32)
    known = pa.Array.from_buffers(pa.string(), len(data), [None, pa.py_buffer(ends), pa.py_buffer(b"".join(data))])
    indices = pa.Array.from_buffers(pa.int32(), len(codes), [None, pa.py_buffer(codes)])
    return pa.DictionaryArray.from_arrays(indices, known).dictionary_decode()


def _of_buffers(column: Column, rows: int, data: Array) -> pa.Array:
    return pa.Array.from_buffers(_ARROW[column.kind], rows, [None, pa.py_buffer(data)])


def _check(column: Column, good: bool, seen: str) -> None:
    if not good:
        raise ValueError(f"column {column.name} is declared {column.kind} and has {seen}")


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


@dataclass(frozen=True)
class Extent:
    """What a file says of itself: rows, replications (one more than the last), bytes in memory once it is read."""

    rows: int
    replications: int
    memory: int


def extent(file: BufferedReader) -> Extent:
    """The extent of an open file, of which only the end is read. ValueError if it is no table of a run."""
    with _told():
        meta = pq.read_metadata(file)
        groups = [meta.row_group(i) for i in range(meta.num_row_groups)]
        last = [-1]
        for group in groups:
            chunk = group.column(meta.schema.names.index("replication"))
            if chunk.statistics is None or not chunk.statistics.has_min_max or chunk.statistics.min < 0:
                raise ValueError("it does not say which replications it holds")
            last.append(chunk.statistics.max)
        memory = 8 * meta.num_rows * meta.num_columns + sum(group.total_byte_size for group in groups)
        return Extent(meta.num_rows, max(last) + 1, memory)


def read(table: Table, file: BufferedReader, names: list[str], *, lacking: bool = False) -> Columns:
    """Columns of an open file: text as object arrays of str, months as datetime64[M], dates as datetime64[D].

    ``lacking``: columns may be missing, and are `unknown` then; else ValueError, as for columns of another type.
    """
    with _told():
        meta = pq.read_metadata(file)
        there = [n for n in names if n in meta.schema.names]
        if not lacking and len(there) < len(names):
            raise ValueError(f"it has no column {', '.join(n for n in names if n not in there)}")
        texts = [n for n in there if table.column(n).kind == "text"]
        data = pq.ParquetFile(file, metadata=meta, read_dictionary=texts).read(columns=there)
        found = {n: _loaded(table.column(n), data.column(n)) for n in there}
    return {**found, **unknown(table, [n for n in names if n not in found], meta.num_rows)}


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Turn the errors of Arrow into a ValueError."""
    try:
        yield
    except (pa.ArrowException, LookupError, TypeError) as error:
        raise ValueError(str(error)) from error


def unknown(table: Table, names: list[str], rows: int) -> Columns:
    """Columns of which nothing is known: numbers are nan, texts empty, dates none, nothing is true."""
    blank = {"text": np.full(rows, "", dtype=object), "bool": np.zeros(rows, dtype=np.bool_)}
    blank |= {kind: np.full(rows, np.datetime64("NaT"), f"datetime64[{kind[0].upper()}]") for kind in ("month", "date")}
    return {n: blank.get(table.column(n).kind, np.full(rows, np.nan)).copy() for n in names}


def _loaded(column: Column, data: pa.ChunkedArray) -> Array:
    text = column.kind == "text"
    wanted = pa.dictionary(pa.int32(), pa.string()) if text else _ARROW[column.kind]
    _check(column, data.type == wanted, f"values of type {data.type}")
    _check(column, not data.null_count, "missing values")
    if text:
        return np.concatenate([np.empty(0, dtype=object), *map(_texts_loaded, data.chunks)])
    parts = [_numbers(chunk, np.dtype(_NUMPY[column.kind])) for chunk in data.chunks]
    array = np.concatenate([np.empty(0, dtype=_NUMPY[column.kind]), *parts])
    if column.kind in ("month", "date"):
        return array.astype(np.int64).view("datetime64[D]").astype(f"datetime64[{column.kind[0].upper()}]")
    return array.view(np.bool_) if column.kind == "bool" else array


def _numbers(chunk: pa.Array, dtype: np.dtype[Any]) -> Array:
    """A chunk of numbers, shape (rows,); bits of bools become bytes."""
    data, first, rows = chunk.buffers()[1], chunk.offset, len(chunk)
    if not rows:
        return np.empty(0, dtype=dtype)
    if pa.types.is_boolean(chunk.type):
        return np.unpackbits(np.frombuffer(data, np.uint8), count=first + rows, bitorder="little")[first:]
    return np.frombuffer(data, dtype, rows, first * dtype.itemsize)


def _texts_loaded(chunk: pa.DictionaryArray) -> Array:
    """A chunk of texts, shape (rows,), with signs in place of control characters."""
    known = np.array([visible(text) for text in chunk.dictionary.to_pylist()], dtype=object)
    return known[_numbers(chunk.indices, np.dtype(np.int32))]
