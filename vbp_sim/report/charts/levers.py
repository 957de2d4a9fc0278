"""What each lever does: each of its values against its first, the other levers averaged, on the same draws and luck."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from vbp_sim.report.charts import panels, style
from vbp_sim.report.charts.bands import Floats
from vbp_sim.report.charts.catalogue import Chart, NothingToDraw, chart
from vbp_sim.report.csv_table import table
from vbp_sim.report.studied import Studied, lever_words
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.runs.metrics import Metric
from vbp_sim.studies.paired import LEVEL, Difference, paired

#: rows in a panel at most
MOST_ROWS = 24


@dataclass(frozen=True)
class Row:
    """One value of one lever; ``first``: what the others are compared with."""

    lever: str
    value: str
    place: int
    first: bool


@chart("levers", of="study", choice="metrics")
def draw(study: Studied, metrics: Sequence[str]) -> Chart:
    """Draw a panel per metric: a row per value of each lever."""
    rows = _rows(study)
    if not rows:
        raise NothingToDraw(say("studies.no_levers"))
    wanted = panels.chosen(study, metrics, 0, 2)
    found = {metric.id: [difference(study, metric.id, row) for row in rows] for metric in wanted}
    wanted = [metric for metric in wanted if _compares(rows, found[metric.id])]
    if not wanted:
        raise NothingToDraw(say("studies.no_pairs"))
    kept = _paired(rows, [found[metric.id] for metric in wanted])
    rows, found = [rows[i] for i in kept], {id: [every[i] for i in kept] for id, every in found.items()}
    names = [style.label(f"{row.lever}: {row.value}", 44) for row in rows[:MOST_ROWS]]
    title = _title(rows, wanted[0], found[wanted[0].id])
    how = say("studies.levers_how", level=words.percent(LEVEL)) + style.says_rows(len(names), len(rows), "value")
    figure, drawn = panels.listed(study.origin, title, how, [names] * len(wanted), 9.0, keys=1)
    for (axes, at), metric in zip(drawn, wanted, strict=True):
        _panel(axes, at, metric, rows[:MOST_ROWS], found[metric.id][:MOST_ROWS])
    style.legend(figure, 2)
    data = table(
        {"metric": metric.id, "unit": metric.unit, "lever": row.lever, "value": row.value}
        | {"mean": d.variant, "difference": d.mean, "low": d.low, "high": d.high}
        for metric in wanted
        for row, d in zip(rows, found[metric.id], strict=True)
    )
    return Chart(title, figure, data, panels.over(drawn, [len(rows)] * len(wanted)))


def difference(study: Studied, metric: str, row: Row) -> Difference:
    """A lever's value against its first: means over all else, paired by draw (by replication if there is one draw).

    Combinations of the other levers that were not run with both values, as in a search, are left out.
    """
    counts = [len(values) for values in study.design.lever_values.values()]
    lever = list(study.design.lever_values).index(row.lever)
    values = study.values(metric).reshape(study.shape[0], *counts, study.shape[2])
    pair = np.moveaxis(values, lever + 1, -1)[..., [0, row.place]]  # draws, the other levers, replications, two values
    pair = pair.reshape(study.shape[0], -1, study.shape[2], 2)
    both = np.isfinite(pair).all(axis=(0, 2, 3))
    cells = pair[:, both].mean(axis=1) if both.any() else np.full_like(pair[:, 0], np.nan)
    units = cells.mean(axis=1) if study.shape[0] > 1 else cells[0]
    return paired(units[:, 0].tolist(), units[:, 1].tolist())


def _rows(study: Studied) -> list[Row]:
    found = []
    for lever, values in study.design.lever_values.items():
        if len(values) > 1:
            found += [Row(lever, said, i, i == 0) for i, said in enumerate(lever_words(values))]
    return found


def _compares(rows: Sequence[Row], found: Sequence[Difference]) -> bool:
    return any(not row.first and np.isfinite(d.mean) for row, d in zip(rows, found, strict=True))


def _paired(rows: Sequence[Row], found: Sequence[Sequence[Difference]]) -> list[int]:
    """Places of the rows that were compared in any metric, each after the first value of its lever."""
    known = {i for i, row in enumerate(rows) if not row.first and any(np.isfinite(every[i].mean) for every in found)}
    levers = {rows[i].lever for i in known}
    return [i for i, row in enumerate(rows) if i in known or (row.first and row.lever in levers)]


def _panel(axes: Axes, at: Floats, metric: Metric, rows: Sequence[Row], found: Sequence[Difference]) -> None:
    mean, low, high = (np.array([getattr(d, part) for d in found]) for part in ("mean", "low", "high"))
    size = panels.change_axis(axes, metric, panels.largest(mean))
    first = np.array([row.first for row in rows])
    clear, other = np.array([d.clear for d in found]) & ~first, ~first
    axes.hlines(at[other], low[other] / size, high[other] / size, color=style.BLUE, linewidth=1.8)
    axes.plot(mean[clear] / size, at[clear], "o", color=style.BLUE, markersize=5.5)
    unclear = other & ~clear
    axes.plot(mean[unclear] / size, at[unclear], "o", color=style.BLUE, mfc="white", markersize=5.5)
    axes.plot(np.zeros(first.sum()), at[first], "D", color=style.GREY, mfc="white", markersize=5)
    axes.plot([], [], "D", color=style.GREY, mfc="white", markersize=5, label=say("studies.first_value"))
    axes.plot([], [], "o", color=style.BLUE, markersize=5.5, label=say("studies.other_value"))
    for edge in np.flatnonzero(first)[1:]:
        axes.axhline(at[edge] - 0.5, color=style.PALE, linewidth=0.9)


def _title(rows: Sequence[Row], metric: Metric, found: Sequence[Difference]) -> str:
    means = np.nan_to_num([d.mean for d in found])
    top = int(np.argmax(np.abs(means)))
    row, change = rows[top], panels.change(metric, float(means[top]))
    first = next(other.value for other in rows if other.lever == row.lever and other.first)
    texts = {"lever": row.lever, "value": row.value, "first": first}
    texts = {name: words.short(text, 40) for name, text in texts.items()}
    return words.sentence(say("studies.levers_title", metric=panels.named(metric), change=change, **texts))
