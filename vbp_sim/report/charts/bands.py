"""From tidy columns to values by group and replication, and from replications to a median with a band.

>>> volumes = sums(np.array([1.0, 2.0, 4.0]), Axis.of(np.array(["a", "b", "a"], dtype=object)))
>>> volumes.tolist()
[5.0, 2.0]
"""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vbp_sim.report.csv_table import Columns, column
from vbp_sim.studies.paired import FEWEST

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

#: the band that charts show, as quantiles over replications
LOW, HIGH = 0.05, 0.95


@dataclass(frozen=True)
class Axis:
    """Which group each row belongs to: ``codes`` of shape (rows,) point into ``names``."""

    codes: Ints
    names: list[Any]

    @classmethod
    def of(cls, *columns: npt.NDArray[Any], names: Sequence[Hashable] | None = None) -> Axis:
        """Group rows by one column, or by several (names are tuples then), in order of appearance.

        ``names`` fixes the groups and their order; KeyError if a row has another.
        """
        values = columns[0].tolist() if len(columns) == 1 else list(zip(*map(list, columns), strict=True))
        known = {name: i for i, name in enumerate(dict.fromkeys(values) if names is None else names)}
        return cls(np.array([known[v] for v in values], dtype=np.int64), list(known))

    @classmethod
    def months(cls, column: npt.NDArray[Any]) -> Axis:
        """Group rows by month, every month from the first to the last."""
        if not len(column):
            return cls(np.empty(0, dtype=np.int64), [])
        months = column.astype("datetime64[M]")
        first = months.min()
        codes = (months - first).astype(np.int64)
        return cls(codes, list(first + np.arange(int(codes.max()) + 1)))

    def __len__(self) -> int:
        return len(self.names)

    def columns(self, *columns: str) -> Columns:
        """The names as columns of a table, one for each part of a name."""
        parts = zip(*self.names, strict=True) if len(columns) > 1 else [self.names]
        return {name: column(part) for name, part in zip(columns, parts, strict=True)}


def sums(values: npt.ArrayLike, *axes: Axis) -> Floats:
    """Sum rows by the given axes; shape (len(axis), ...)."""
    shape = tuple(len(axis) for axis in axes)
    flat = np.ravel_multi_index([axis.codes for axis in axes], shape)
    size = int(np.prod(shape))
    weights = np.asarray(values, dtype=np.float64)
    return np.bincount(flat, weights=weights, minlength=size).reshape(shape).astype(np.float64)


def placed(values: npt.ArrayLike, *axes: Axis) -> Floats:
    """Put rows in their cells, nan where a cell has none; for tables with one row per cell."""
    cells = np.full(tuple(len(axis) for axis in axes), np.nan)
    cells[tuple(axis.codes for axis in axes)] = values
    return cells


def ratio(above: Floats, below: Floats) -> Floats:
    """Divide, nan where the divisor is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below == 0, np.nan, above / below)


@dataclass(frozen=True)
class Band:
    """Median over replications and the band around it; with too few of them for a band all three are the median."""

    low: Floats
    mid: Floats
    high: Floats
    replications: int

    @classmethod
    def of(cls, values: Floats) -> Band:
        """Band of values of shape (replications, ...); nan where a replication has no value."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # all nan: stays nan
            low, mid, high = np.nanquantile(values, (LOW, 0.5, HIGH), axis=0)
        return cls(low, mid, high, len(values)) if len(values) >= FEWEST else cls(mid, mid, mid, len(values))

    @classmethod
    def about_mean(cls, values: Floats) -> Band:
        """The same band around the mean, for parts that have to add up to a whole."""
        band = cls.of(values)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            mid = np.asarray(np.nanmean(values, axis=0))
        return cls(band.low, mid, band.high, len(values)) if band.shown else cls(mid, mid, mid, len(values))

    @property
    def shown(self) -> bool:
        """Whether there is a band to show: from three replications on."""
        return self.replications >= FEWEST

    def __getitem__(self, index: Any) -> Band:
        """The same band for chosen groups, in that order."""
        return Band(self.low[index], self.mid[index], self.high[index], self.replications)

    def __truediv__(self, size: Floats | float) -> Band:
        """The same band in another unit."""
        return Band(self.low / size, self.mid / size, self.high / size, self.replications)

    def columns(self, name: str) -> dict[str, Floats]:
        """The band as columns of the table behind a chart."""
        if not self.shown:
            return {name: self.mid}
        return {name: self.mid, f"{name}_low": self.low, f"{name}_high": self.high}


class Cells(dict[str, Any]):
    """The table behind a chart while it is drawn: arrays and bands of one length by name, a row per name or month."""

    def at(self, index: Any) -> Cells:
        """The same for chosen rows, in that order."""
        return Cells({name: values[index] for name, values in self.items()})

    def columns(self) -> Columns:
        """Its columns, those of a band after each other."""
        return {
            key: array
            for name, values in self.items()
            for key, array in (values.columns(name) if isinstance(values, Band) else {name: values}).items()
        }


def mean(values: Floats) -> float:
    """Mean without nan; nan if there is nothing."""
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if finite.size else float("nan")
