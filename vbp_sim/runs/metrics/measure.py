"""Metrics of one replication, of a run, and their summary over replications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from vbp_sim.engine.tables import TABLES
from vbp_sim.runs.metrics.agreements import Agreements
from vbp_sim.runs.metrics.metric import METRICS, in_order
from vbp_sim.runs.metrics.replication import Replication
from vbp_sim.runs.savings import Tables

if TYPE_CHECKING:
    from vbp_sim.runs.folder import RunFolder

#: the metrics of one replication, by id
Row = dict[str, float]

#: quantiles over replications that `low` and `high` give
BAND = (0.05, 0.95)


def measure(tables: Tables, control: Tables | None = None) -> Row:
    """Return every metric of one replication; nan where it does not apply (no backup ever delivered).

    ``control``: the same replication in a world without VBP; metrics that need one are left out without it.

    With several rounds a metric that declares the cut ``round`` is of the first agreement of each drug and place, and
    ``ID@ROUND`` and ``ID@renewals`` follow the plain ids.
    """
    agreements, whole = Agreements(tables), Replication(tables, control)
    first = agreements.first()
    known = {id: m for id, m in METRICS.items() if control is not None or not m.control}
    found = {id: float(m.formula(first if "round" in m.cuts else whole)) for id, m in known.items()}
    cut = [m for m in METRICS.values() if "round" in m.cuts]
    found |= {f"{m.id}@{part}": float(m.formula(run)) for part, run in agreements.parts() for m in cut}
    return {id: found[id] for id in in_order(found)}


def metrics_of(folder: RunFolder) -> list[Row]:
    """Metrics of each replication of a finished run, measured from its tables."""
    tables = {name: folder.table(name) for name in TABLES}
    found = []
    for k in range(int(folder.manifest["replications"])):
        own = {}
        for name, columns in tables.items():
            first, last = np.searchsorted(columns["replication"], [k, k + 1])
            own[name] = {column: values[first:last] for column, values in columns.items()}
        found.append(measure(own))
    return found


def summarize(values: Sequence[Mapping[str, float]]) -> dict[str, dict[str, Any]]:
    """Return ``{id: {mean, low, high, n, unit}}`` over replications.

    ``low`` and ``high`` are the 5 % and 95 % quantiles over the ``n`` replications in which the metric applies;
    a metric that never applies is left out.
    """
    summary: dict[str, dict[str, Any]] = {}
    for id in in_order(id for row in values for id in row):
        column = np.array([row.get(id, np.nan) for row in values], dtype=np.float64)
        known = column[~np.isnan(column)]
        if len(known) == 0:
            continue
        low, high = (float(q) for q in np.quantile(known, BAND))
        unit = METRICS[id].unit
        summary[id] = {"mean": float(known.mean()), "low": low, "high": high, "n": len(known), "unit": unit}
    return summary
