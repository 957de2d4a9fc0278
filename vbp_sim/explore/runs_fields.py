"""What the page of a run or a comparison can choose."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from vbp_sim.explore.query import LANG, Field
from vbp_sim.explore.runs import Runs
from vbp_sim.report.charts.catalogue import catalogue
from vbp_sim.report.pages.page import in_order
from vbp_sim.runs.metrics import METRICS

#: charts that the page of a run shows where none is chosen; beside the charts of a comparison the first of them
FIRST = ("price-by-drug", "monthly-use")


def fields_of(study: Runs) -> dict[str, Field]:
    """The fields of the page: variants, drugs and so on as the study has them."""
    found, names = {"lang": LANG}, tuple(study.names)
    drugs, provinces, months = (
        _distinct(study, table, column)
        for table, column in (("awards", "drug"), ("reports", "province"), ("fund", "month"))
    )
    if study.compared:
        found |= {"variant": Field(names, many=True), "base": Field(names, default=names[:1])}
    if study.runs:
        found |= {"drug": Field(drugs, many=True), "province": Field(provinces, many=True)}
        found |= {"from": Field(months), "to": Field(months)}
    between = in_order(catalogue("comparison")) if study.compared else []
    charts = (*between, *in_order(catalogue("run") if study.runs else {}))
    first = (*between, *FIRST[:1]) if study.compared else FIRST
    found["chart"] = Field(charts, many=True, default=_among(charts, first))
    metrics = _metrics(study)
    found["metric"] = Field(metrics, many=True, default=_among(metrics, METRICS.wanted))
    return found | {"of": Field(names, default=names[:1], inner=True), "one": Field(drugs, inner=True)}


def _metrics(study: Runs) -> tuple[str, ...]:
    """Metrics that a run or the comparison has."""
    known = {m for run in study.runs.values() for m in run.summary["metrics"]}
    known |= set(study.compared.differences) if study.compared else set()
    return tuple(m for m in METRICS if m in known)


def _among(known: Iterable[str], wanted: Iterable[str]) -> tuple[str, ...]:
    """Those that are wanted, in the order of those that are known."""
    chosen = set(wanted)
    return tuple(name for name in known if name in chosen)


def _distinct(study: Runs, table: str, column: str) -> tuple[str, ...]:
    """Values of a column over all runs, sorted."""
    columns = (run.table(table, [column])[column].astype(str) for run in study.runs.values())
    return tuple(sorted({value for values in columns for value in np.unique(values).tolist()} - {""}))
