"""The points of a sweep as columns: what each sets, and the mean of each metric over its replications."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from vbp_sim.explore.query import State
from vbp_sim.report.charts.bands import Flags, Floats
from vbp_sim.report.comparison import scale_of
from vbp_sim.report.csv_table import Columns
from vbp_sim.report.studied import Studied, lever_words
from vbp_sim.report.summary import meaning
from vbp_sim.runs.metrics import METRICS
from vbp_sim.studies import ledger
from vbp_sim.studies.ledger import Ledger

Names = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Points:
    """All points of a study, in the order of their numbers."""

    study: Studied

    def __len__(self) -> int:
        return len(self.study.design)

    @property
    def settings(self) -> list[str]:
        """Ids of levers and uncertainties."""
        return [*self.study.plan.spec.levers, *self.study.plan.spec.uncertainties]

    @cached_property
    def metrics(self) -> list[str]:
        """Metrics that differ between points, the most wanted first; all if none does."""
        return [metric.id for metric in self.study.metrics] or list(METRICS)

    @cached_property
    def _set(self) -> dict[str, list[Any]]:
        with Ledger.reading(self.study.path / ledger.NAME, self.study.design) as book:
            rows = list(book.point_values())
        return {id: [row.get(id) for row in rows] for id in self.settings}

    def is_number(self, id: str) -> bool:
        """Whether a column holds numbers: a metric, or a lever or uncertainty with numbers only."""
        return id in METRICS or all(type(value) in (int, float) for value in self._set[id])

    def numbers(self, id: str) -> Floats:
        """A column of numbers, shape (points,); the mean over the replications that are done, nan without one."""
        if id not in METRICS:
            return np.array(self._set[id], dtype=np.float64)
        values = self.study.values(id).reshape(len(self), -1)
        count = np.isfinite(values).sum(axis=1)
        mean = np.divide(np.nansum(values, axis=1), count, out=np.full(len(self), math.nan), where=count > 0)
        return np.asarray(mean)

    def words(self, id: str) -> Names:
        """A column of levers or choices in words."""
        values = self._set[id]
        keys = [json.dumps(value, sort_keys=True) for value in values]
        distinct = dict(zip(keys, values, strict=True))
        said = dict(zip(distinct, lever_words(list(distinct.values())), strict=True))
        return np.array([said[key] for key in keys], dtype=object)

    def options(self, id: str) -> tuple[str, ...]:
        """The words of a column, each once, in the order of points."""
        return tuple(dict.fromkeys(self.words(id).tolist()))

    @cached_property
    def done(self) -> npt.NDArray[np.int64]:
        """Runs of each point that are done."""
        with Ledger.reading(self.study.path / ledger.NAME, self.study.design) as book:
            found = book.done(len(self), self.study.shape[2])
        return np.asarray(found.sum(axis=1), dtype=np.int64)

    def chosen(self, state: State) -> Flags:
        """Which points lie in the ranges and words that are chosen."""
        keep = np.ones(len(self), dtype=np.bool_)
        for id in self.settings:
            if self.is_number(id):
                values = self.numbers(id)
                keep &= values >= state.number(f"min.{id}", -math.inf)
                keep &= values <= state.number(f"max.{id}", math.inf)
            elif wanted := state.all(f"only.{id}"):
                keep &= np.isin(self.words(id).astype(str), wanted)
        return keep

    def columns(self, rows: Flags, metrics: Sequence[str]) -> Columns:
        """The table of some points: number, settings, runs done, metrics."""
        data: Columns = {"point": np.flatnonzero(rows)}
        data |= {id: (self.numbers(id) if self.is_number(id) else self.words(id))[rows] for id in self.settings}
        return data | {"runs_done": self.done[rows]} | {id: self.numbers(id)[rows] for id in metrics}

    def for_people(self, rows: Flags, metrics: Sequence[str]) -> Columns:
        """The same with metrics in words and in units that are easy to read."""
        data = self.columns(rows, ())
        return data | dict(in_units(id, self.numbers(id)[rows]) for id in metrics)


def in_units(id: str, values: Floats) -> tuple[str, Floats]:
    """What a metric is, with a unit that is easy to read, and its values in that unit."""
    size, unit = scale_of(METRICS[id], float(np.abs(values[np.isfinite(values)]).max(initial=0.0)))
    said = meaning(METRICS[id])
    return f"{said}, {unit}" if unit else said, values / size
