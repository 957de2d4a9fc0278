"""The ranking of a sensitivity analysis: a bar per uncertainty, a panel per metric."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vbp_sim.report.charts import marks, panels, spots, style
from vbp_sim.report.charts.bands import Band
from vbp_sim.report.charts.catalogue import Chart, Columns, NothingToDraw, chart
from vbp_sim.report.studied import Studied
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.runs.metrics import METRICS
from vbp_sim.studies.sensitivity import Effect


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
    counts = [len(group) for group in groups]
    how = say("studies.ranking_how", size=say(f"studies.size_{method}"))
    figure = style.page(study.origin, title, how, (8.5, panels.height(counts)))
    found = []
    for k, (axes, group) in enumerate(zip(panels.stacked(figure, counts), groups, strict=True)):
        at = marks.rows(axes, [style.label(e.uncertainty, 40) for e in group])
        sizes, lows, highs = (np.array([getattr(e, part) for e in group]) for part in ("size", "low", "high"))
        axes.barh(at, sizes, height=0.6, color=style.SKY, edgecolor=style.BLUE, linewidth=0.8)
        band = Band(np.fmin(np.nan_to_num(lows, nan=np.inf), sizes), sizes, np.fmax(highs, sizes), 2)
        marks.whiskers(axes, band, at)
        axes.set_title(panels.named(METRICS[group[0].metric]))
        axes.set_xlabel(say(f"studies.axis_{method}"))
        axes.grid(axis="y", visible=False)
        marks.number_axis(axes.xaxis)
        found.append(spots.rows([axes], at, np.arange(len(group)) + sum(counts[:k])))
    return Chart(title, figure, _data([e for group in groups for e in group]), found)


def _title(first: Effect, method: str) -> str:
    number = words.compact(first.size) if method == "morris" else f"{first.size:.2f}"
    size = say(f"studies.rank_{method}", size=number)
    name = words.short(first.uncertainty, 40)
    said = say("studies.ranking_title", metric=panels.named(METRICS[first.metric]), name=name, size=size)
    return said[0].upper() + said[1:]


def _data(effects: Sequence[Effect]) -> Columns:
    texts = {name: np.array([getattr(e, name) for e in effects], dtype=object) for name in ("metric", "uncertainty")}
    names = ("size", "low", "high", "detail", "detail_low", "detail_high", "noise")
    return texts | {name: np.array([getattr(e, name) for e in effects], dtype=np.float64) for name in names}
