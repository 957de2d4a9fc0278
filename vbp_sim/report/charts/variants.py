"""Variants beside the base: shares in one chart, amounts and counts in another (see `versus`)."""

from __future__ import annotations

from collections.abc import Sequence

from vbp_sim.report.charts import versus
from vbp_sim.report.charts.catalogue import Chart, NothingToDraw, chart
from vbp_sim.report.compared import Compared
from vbp_sim.report.words.language import say
from vbp_sim.runs.metrics import METRICS, Metric


@chart("variants-shares", of="comparison", choice="metrics")
def shares(found: Compared, metrics: Sequence[str]) -> Chart:
    """Draw the metrics that are shares, differences in percentage points."""
    return versus.draw(found, _wanted(found, metrics, True), shares=True)


@chart("variants-amounts", of="comparison", choice="metrics")
def amounts(found: Compared, metrics: Sequence[str]) -> Chart:
    """Draw all other metrics, differences in per cent of the base."""
    return versus.draw(found, _wanted(found, metrics, False), shares=False)


def _wanted(found: Compared, metrics: Sequence[str], shares: bool) -> list[Metric]:
    given = [METRICS[id] for id in metrics if id in found.differences] if metrics else found.metrics()
    mine = [m for m in given if (m.unit == "share") == shares]
    if not mine:
        raise NothingToDraw(say("versus.no_metric"))
    return mine
