"""The ranking of a sensitivity analysis: a bar per uncertainty, a panel per metric."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vbp_sim.report.charts import marks, panels, style
from vbp_sim.report.charts.bands import Band
from vbp_sim.report.charts.catalogue import Chart, NothingToDraw, chart
from vbp_sim.report.csv_table import table
from vbp_sim.report.studied import Studied
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.runs.metrics import METRICS
from vbp_sim.studies.paired import FEWEST
from vbp_sim.studies.sensitivity import Effect

COLUMNS = ("metric", "uncertainty", "size", "low", "high", "detail", "detail_low", "detail_high", "noise")


@chart("ranking", of="study", choice="metrics")
def draw(study: Studied, metrics: Sequence[str]) -> Chart:
    """Draw the indices that `vbp sensitivity` left in the study, metrics that come first."""
    effects, method = study.found.effects, study.found.method
    if not effects:
        raise NothingToDraw(say("studies.no_effects"))
    wanted = panels.chosen(study, metrics, 1, 2)
    groups = [[e for e in effects if e.metric == metric.id] for metric in wanted]
    groups = [group for group in groups if group]
    if not groups:
        raise NothingToDraw(say("studies.nothing_varies"))
    title = _title(groups[0][0], method)
    how = say("studies.ranking_how", size=say(f"studies.size_{method}"))
    names = [[style.label(e.uncertainty, 40) for e in group] for group in groups]
    figure, drawn = panels.listed(study.origin, title, how, names, 8.5)
    for (axes, at), group in zip(drawn, groups, strict=True):
        metric = METRICS[group[0].metric]
        unit = panels.change_axis(axes, metric, group[0].size) if method == "morris" else 1.0
        sizes, lows, highs = (np.array([getattr(e, part) for e in group]) / unit for part in ("size", "low", "high"))
        band = Band(np.fmin(np.nan_to_num(lows, nan=np.inf), sizes), sizes, np.fmax(highs, sizes), FEWEST)
        marks.bars(axes, at, band, 0.6, color=style.SKY, edgecolor=style.BLUE, linewidth=0.8)
        if method != "morris":
            axes.set_title(panels.named(metric))
            axes.grid(axis="y", visible=False)
            marks.number_axis(axes.xaxis, say(f"studies.axis_{method}"))
    data = table({name: getattr(e, name) for name in COLUMNS} for group in groups for e in group)
    return Chart(title, figure, data, panels.over(drawn, [len(group) for group in groups]))


def _title(first: Effect, method: str) -> str:
    metric = METRICS[first.metric]
    number = panels.change(metric, first.size).lstrip("+") if method == "morris" else f"{first.size:.2f}"
    size, name = say(f"studies.rank_{method}", size=number), words.short(first.uncertainty, 40)
    return words.sentence(say("studies.ranking_title", metric=panels.named(metric), name=name, size=size))
