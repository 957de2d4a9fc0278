"""Who saved what: the one account of the months and places under agreement that metrics and charts share.

saved = Savings.of(run.table("fund"), run.table("use", ["replication", "month", "province", "agreed"]))
saved.by["fund"].sum()
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Table = Mapping[str, npt.NDArray[Any]]
Tables = Mapping[str, Table]

PAYERS = ("fund", "patient")
#: a month or a place in an order that never comes
LATE = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Savings:
    """Yuan by month and place under agreement, each of shape (rows,); ``rows`` are those of the fund table.

    ``baseline``: what the same need would have cost, that of patients whom listed drugs gained from other molecules
    too; ``paid``: what it cost, outside the list and the hospitals too;
    ``by``: what each of `PAYERS` saved.
    """

    rows: Bools
    baseline: Floats
    paid: Floats
    by: Mapping[str, Floats]

    @classmethod
    def of(cls, fund: Table, use: Table) -> Savings:
        """From the two tables of a run or of one replication."""
        keys = [key for key in ("replication", "month", "province") if key in fund]
        rows = among(fund, use, use["agreed"] > 0, *keys)
        by = {who: (fund[f"baseline_{who}"] - fund[f"{who}_paid"])[rows] for who in PAYERS}
        paid = fund["spend"] + fund["alternatives"] + np.nan_to_num(fund["outside"])  # older runs know nothing of it
        return cls(rows, fund["baseline"][rows], paid[rows], by)


def among(table: Table, other: Table, rows: Bools, *columns: str) -> Bools:
    """Rows of a table whose key (the given columns) is one of those that the given rows of the other table have."""
    mine, theirs, size = codes(table, other, *columns)
    known = np.zeros(size, dtype=np.bool_)
    known[theirs[rows]] = True
    return np.asarray(known[mine])


def codes(table: Table, other: Table, *columns: str) -> tuple[Ints, Ints, int]:
    """The key of each row of two tables as a number, equal where all columns are, and how many numbers there may be."""
    left, right = (np.zeros(len(t[columns[0]]), dtype=np.int64) for t in (table, other))
    size = 1
    for column in columns:
        a, b, n = _column(table[column], other[column])
        left, right, size = left * n + a, right * n + b, size * n
    return left, right, size


def rows_in(table: Table, other: Table, *columns: str) -> Ints:
    """Row of the other table that has the key of each row of a table; -1 where none has it."""
    mine, theirs, size = codes(table, other, *columns)
    row = np.full(size, -1, dtype=np.int64)
    row[theirs] = np.arange(len(theirs))
    return np.asarray(row[mine])


def least_by(table: Table, other: Table, values: Ints, *columns: str) -> Ints:
    """Least of the values of the other table's rows with the key of each row of a table; `LATE` where none has it."""
    mine, theirs, size = codes(table, other, *columns)
    least = np.full(size, LATE)
    np.minimum.at(least, theirs, values)
    return np.asarray(least[mine])


def mean_by(values: Floats, cell: Ints, cells: int) -> Floats:
    """Mean of the values of each cell, shape (cells,); nan where it has none."""
    count, total = np.bincount(cell, minlength=cells), np.bincount(cell, values, cells)
    return np.asarray(np.divide(total, count, out=np.full(cells, np.nan), where=count > 0))


def _column(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> tuple[Ints, Ints, int]:
    if a.dtype.kind == "M":
        a, b = (values.astype("datetime64[M]").astype(np.int64) for values in (a, b))
        first = min((int(values.min()) for values in (a, b) if len(values)), default=0)
        a, b = a - first, b - first
    if a.dtype.kind in "iu":
        most = max((int(values.max()) for values in (a, b) if len(values)), default=0)
        return a.astype(np.int64), b.astype(np.int64), most + 1
    lists = (a.tolist(),) * 2 if a is b else (a.tolist(), b.tolist())
    number = {value: i for i, value in enumerate(dict.fromkeys(lists[0]) | dict.fromkeys(lists[1]))}
    left = np.fromiter(map(number.__getitem__, lists[0]), dtype=np.int64, count=len(a))
    right = left if a is b else np.fromiter(map(number.__getitem__, lists[1]), dtype=np.int64, count=len(b))
    return left, right, max(1, len(number))
