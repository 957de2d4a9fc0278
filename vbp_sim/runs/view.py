"""A part of a run: the same folder to whoever reads it, with only the rows of chosen drugs, provinces and months.

part = RunView.of(run, Cut(drugs=("amlodipine",)))
drawn = draw("monthly-use", part)
part.left_whole  # what could not be cut: {"month": ("reports",)}
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from vbp_sim.engine.tables import TABLES
from vbp_sim.rules.arrays import BoolArray as Bools
from vbp_sim.runs import parquet
from vbp_sim.runs.folder import RunFolder
from vbp_sim.runs.metrics import METRICS, Row, in_order, metrics_of, summarize


@dataclass(frozen=True)
class Cut:
    """What is kept; empty means all. ``first`` and ``last`` are months such as 2019-04, both kept."""

    drugs: tuple[str, ...] = ()
    provinces: tuple[str, ...] = ()
    first: str = ""
    last: str = ""

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Of drug, province and month those that are cut."""
        given = {"drug": self.drugs, "province": self.provinces, "month": self.first or self.last}
        return tuple(name for name, kept in given.items() if kept)

    def without(self, dimensions: Iterable[str]) -> Cut:
        """The cut with some dimensions whole."""
        whole = set(dimensions)
        first, last = ("", "") if "month" in whole else (self.first, self.last)
        return Cut(() if "drug" in whole else self.drugs, () if "province" in whole else self.provinces, first, last)

    def of_metric(self, metric: str) -> Cut:
        """What of the cut a metric can follow; metrics are always of the whole time."""
        return self.without({"month", "drug", "province"}.difference(METRICS[metric].cuts))


@dataclass(frozen=True)
class RunView(RunFolder):
    """A run cut down. ``asked`` collects the tables that were read."""

    run: RunFolder = field(kw_only=True)
    cut: Cut = field(kw_only=True)
    asked: set[str] = field(default_factory=set, kw_only=True, compare=False)
    _rows: dict[str, Bools | None] = field(default_factory=dict, kw_only=True, repr=False, compare=False)

    @classmethod
    def of(cls, run: RunFolder, cut: Cut, said: str = "") -> Self:
        """The part of a run, its summary measured anew; ``said``: the cut in words, for its manifest."""
        summary = run.summary
        if cut.without(["month"]) != Cut():
            summary = {**summary, "metrics": summarize(rows_of(run, cut))}
        return cls(run.path, {**run.manifest, "cut": said}, summary, run=run, cut=cut)

    def table(self, name: str, columns: Iterable[str] | None = None) -> parquet.Columns:
        """The chosen rows of a table, as `RunFolder.table` gives them.

        A row that belongs to no drug (or no province) is kept, such as the opening of a round; a table without
        the column is not cut by it.
        """
        self.asked.add(name)
        whole = self.run.table(name, columns)
        if name not in self._rows:
            cut = [c for dimension in self.cut.dimensions for c in _columns(name, dimension)]
            kept = (_among(values, column, self.cut) for column, values in self.run.table(name, cut).items())
            self._rows[name] = functools.reduce(np.logical_and, kept) if cut else None
        rows = self._rows[name]
        return whole if rows is None else {column: values[rows] for column, values in whole.items()}

    @property
    def left_whole(self) -> dict[str, tuple[str, ...]]:
        """By dimension of the cut, the tables read so far that have no such column."""
        found = {d: tuple(t for t in sorted(self.asked) if not _columns(t, d)) for d in self.cut.dimensions}
        return {dimension: tables for dimension, tables in found.items() if tables}


def rows_of(run: RunFolder, cut: Cut) -> list[Row]:
    """Metrics of each replication of the part of a run; each metric follows the cut as far as it can."""
    measured = {
        part: metrics_of(run if part == Cut() else RunView(run.path, run.manifest, {}, run=run, cut=part))
        for part in dict.fromkeys(cut.of_metric(id) for id in METRICS)
    }
    ids = in_order(id for rows in measured.values() for row in rows for id in row)
    count = range(int(run.manifest["replications"]))
    return [{id: measured[cut.of_metric(id)][k].get(id, np.nan) for id in ids} for k in count]


def _columns(table: str, dimension: str) -> list[str]:
    """Columns of a table that a dimension cuts: dates are cut by months."""
    kinds = ("month", "date")
    return [c.name for c in TABLES[table].columns if c.name == dimension or (dimension == "month" and c.kind in kinds)]


def _among(values: parquet.Array, column: str, cut: Cut) -> Bools:
    if column in ("drug", "province"):
        kept = {"", *(cut.drugs if column == "drug" else cut.provinces)}
        return np.fromiter((value in kept for value in values.tolist()), dtype=np.bool_, count=len(values))
    months = values.astype("datetime64[M]")
    within = np.ones(len(values), dtype=np.bool_)
    if cut.first:
        within &= months >= np.datetime64(cut.first, "M")
    if cut.last:
        within &= months <= np.datetime64(cut.last, "M")
    return within
