"""Trade-offs: combinations of levers by two metrics, with the front of those that no other beats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from vbp_sim.report.charts import marks, panels, spots, style
from vbp_sim.report.charts.bands import Flags, Floats, Ints
from vbp_sim.report.charts.catalogue import Chart, NothingToDraw, chart
from vbp_sim.report.comparison import scale_of
from vbp_sim.report.csv_table import table
from vbp_sim.report.studied import Studied
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say, told
from vbp_sim.runs.metrics import METRICS
from vbp_sim.studies.optimize import Objective
from vbp_sim.studies.paired import FEWEST, LEVEL, student

#: combinations of the front that are named in the chart
NAMED = 14
#: letters of a line beside the chart
WIDE = 54


@chart("tradeoff", of="study", choice="metrics")
def draw(study: Studied, metrics: Sequence[str]) -> Chart:
    """Draw the combinations by the first two objectives of a search, or by two metrics."""
    if study.design.combinations < 2:
        raise NothingToDraw(say("studies.no_levers"))
    wanted = _objectives(study, metrics)
    means, halves = zip(*(_by_combination(study, objective.metric) for objective in wanted), strict=True)
    values, half = np.stack(means, axis=1), np.stack(halves, axis=1)
    known = np.isfinite(values).all(axis=1)
    if not known.any():
        raise NothingToDraw(say("studies.nothing_varies"))
    best = np.zeros(len(values), dtype=np.bool_)
    best[known] = front(values[known] * [1 if objective.more else -1 for objective in wanted])
    title = _title(wanted, int(best.sum()), int(known.sum()))
    units = say("studies.unit_draws" if study.shape[0] > 1 else "studies.unit_replications")
    how = say("studies.tradeoff_how", level=words.percent(LEVEL), units=units)
    figure = style.page(study.origin, title, how, (10.0, 5.0), keys=1)
    axes, beside = figure.subplots(1, 2, width_ratios=(3, 2))
    order = np.flatnonzero(best)[np.argsort(-values[best][:, 0] * (1 if wanted[0].more else -1), kind="stable")]
    x, y = _marks(axes, wanted, values[:, :2], half[:, :2], known, best, order)
    _names(beside, study, order)
    style.legend(figure, 2)
    data = {"combination": np.arange(len(values)), **table(study.combinations)}
    for i, objective in enumerate(wanted):
        data |= {objective.metric: values[:, i], f"{objective.metric}_halfwidth": half[:, i]}
    at = np.flatnonzero(known)
    return Chart(title, figure, data | {"on_front": best, "tried": known}, [spots.marks(axes, x[at], y[at], at)])


def front(values: Floats) -> Flags:
    """Which rows of (n, objectives) no other beats: as good in all and better in one of them. More is better."""
    beaten = [((values >= row).all(axis=1) & (values > row).any(axis=1)).any() for row in values]
    return ~np.array(beaten, dtype=np.bool_)


def _objectives(study: Studied, metrics: Sequence[str]) -> list[Objective]:
    """Objectives of the search, or two metrics with a direction of their own."""
    if not metrics and study.found.objectives:
        return list(study.found.objectives)
    judged = [METRICS[name] for name in metrics] or [
        metric for metric in study.metrics if metric.better and _differs(study, metric.id)
    ]
    if len(judged) < 2:
        raise NothingToDraw(say("studies.nothing_varies"))
    return [Objective(metric.id, metric.better != "lower") for metric in judged[:2]]


def _differs(study: Studied, metric: str) -> bool:
    means = _by_combination(study, metric)[0]
    known = means[np.isfinite(means)]
    return len(known) > 1 and bool(np.ptp(known) > 1e-9 * max(1.0, float(np.abs(known).max())))


def _by_combination(study: Studied, metric: str) -> tuple[Floats, Floats]:
    """Mean of each combination and half the width of its interval over draws (over replications if there is one)."""
    values = study.values(metric)
    units = values.mean(axis=2) if study.shape[0] > 1 else values[0].T
    n = len(units)
    spread = units.std(axis=0, ddof=1) / np.sqrt(n) * student(n - 1) if n >= FEWEST else np.full(units.shape[1], np.nan)
    return units.mean(axis=0), np.asarray(spread)


def _marks(
    axes: Axes, wanted: Sequence[Objective], values: Floats, half: Floats, known: Flags, best: Flags, order: Ints
) -> tuple[Floats, Floats]:
    metrics = [METRICS[objective.metric] for objective in wanted[:2]]
    sizes, units = zip(*(scale_of(m, panels.largest(v)) for m, v in zip(metrics, values.T, strict=True)), strict=True)
    (x, y), (dx, dy) = (values / sizes).T, (half / sizes).T
    groups: tuple[tuple[Flags, dict[str, Any], str], ...] = (
        (known & ~best, {"color": style.GREY, "mfc": "white", "markersize": 5}, say("studies.off_front")),
        (best, {"color": style.BLUE, "markersize": 7}, say("studies.on_front")),
    )
    for which, look, name in groups:
        if which.any():
            reach: dict[str, Any] = {"xerr": dx[which], "yerr": dy[which], "ecolor": style.PALE}
            axes.errorbar(x[which], y[which], fmt="none", linewidth=1.2, zorder=1, **reach)
            axes.plot(x[which], y[which], "o", label=name, **look)
    axes.plot(x[order], y[order], "-", color=style.BLUE, linewidth=1, alpha=0.6, zorder=1)
    for i, j in enumerate(order[:NAMED]):
        marks.says(axes, str(i + 1), (x[j], y[j]), (6, 5), size=9, weight="bold")
    axes.margins(0.08)
    for axis, metric, objective, unit in zip((axes.xaxis, axes.yaxis), metrics, wanted, units, strict=False):
        said = panels.named(metric, 46)
        said = say("studies.metric_unit", metric=said, unit=unit) if unit else said
        marks.number_axis(axis, say("studies.more" if objective.more else "studies.less", metric=said))
    return x, y


def _names(axes: Axes, study: Studied, order: Ints) -> None:
    """What the combinations on the front set."""
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    said = [
        f"{i + 1} · " + ", ".join(f"{lever}: {value}" for lever, value in study.combinations[int(j)].items())
        for i, j in enumerate(order[:NAMED])
    ]
    texts = ["\n".join(words.wrapped(style.label(text, 2 * WIDE), WIDE)) for text in said]
    lines = [1 + text.count("\n") for text in texts]
    axes.set_ylim(max(NAMED, sum(lines)) + 1.5, -0.5)
    axes.text(0.02, 0, say("studies.front_head"), weight="bold", size=9.5, va="center")
    for i, text in enumerate(texts):
        axes.text(0.02, 0.5 + sum(lines[:i]), text, size=8, va="top")
    if len(order) > NAMED:
        more = say("studies.and_more", n=len(order) - NAMED)
        axes.text(0.02, 0.5 + sum(lines), more, size=8, va="top", color=style.GREY)


def _title(wanted: Sequence[Objective], best: int, known: int) -> str:
    names = [panels.named(METRICS[objective.metric]) for objective in wanted]
    pair = len(names) == 2
    said = say("studies.tradeoff_and", first=names[0], second=names[1]) if pair else say("studies.tradeoff_all")
    return told("studies.tradeoff_title", best, all=known, metrics=said)
