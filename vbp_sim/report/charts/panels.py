"""Panels of metrics below each other, as charts of studies have them: which metrics, in which unit, how said."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vbp_sim.report.charts import marks, spots, style
from vbp_sim.report.charts.bands import Floats, Ints
from vbp_sim.report.charts.catalogue import NothingToDraw
from vbp_sim.report.charts.spots import Spots
from vbp_sim.report.comparison import scale_of
from vbp_sim.report.studied import Studied
from vbp_sim.report.summary import meaning
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.runs.folder import RunFolder
from vbp_sim.runs.metrics import METRICS, Metric

#: axes with a list of names, and the height at which each stands
Panel = tuple[Axes, Floats]

#: metrics in one chart where the user chooses none
MOST = 4


def chosen(study: Studied, metrics: Sequence[str], *over: int) -> list[Metric]:
    """The metrics that were asked for; else of those that differ if the axes ``over`` are averaged the most wanted.

    Those of a sensitivity analysis come first.
    """
    if metrics:
        return [METRICS[name] for name in metrics]
    varying = study.differing(*over)
    if not varying:
        raise NothingToDraw(say("studies.nothing_varies"))
    analysed = [METRICS[name] for name in dict.fromkeys(e.metric for e in study.found.effects) if name in METRICS]
    return sorted(varying, key=lambda m: m not in analysed)[:MOST]


def named(metric: Metric, limit: int = 60) -> str:
    """A metric as a chart calls it."""
    return style.label(meaning(metric), limit)


def change_axis(axes: Axes, metric: Metric, largest: float) -> float:
    """Label an axis of changes of a metric, and return by what its values are to be divided."""
    size, unit = scale_of(metric, largest)
    what = "change_share" if metric.unit == "share" else "change" if unit else "change_plain"
    marks.number_axis(axes.xaxis, say(f"studies.{what}", unit=unit))
    axes.axvline(0, color=style.INK, linewidth=1.1)
    axes.grid(axis="y", visible=False)
    axes.set_title(named(metric))
    return size


def change(metric: Metric, value: float) -> str:
    """A change of a metric in words, with its sign."""
    size, unit = scale_of(metric, abs(value))
    sign = "+" if value > 0 else ""
    number = style.minus(f"{sign}{words.compact(value / size)}")
    return say("studies.points", number=number) if metric.unit == "share" else words.amount(number, unit)


def listed(
    run: RunFolder, title: str, how: str, names: Sequence[list[str]], wide: float, keys: int = 0
) -> tuple[Figure, list[Panel]]:
    """A page (see `style.page`) of panels below each other, each a list of names; ``wide`` inches wide."""
    counts = [len(own) for own in names]
    figure = style.page(run, title, how, (wide, sum(0.62 + 0.27 * n for n in counts)), keys)
    below = figure.subplots(len(names), 1, squeeze=False, height_ratios=[n + 2.2 for n in counts])[:, 0]
    return figure, [(axes, marks.rows(axes, own)) for axes, own in zip(below, names, strict=True)]


def table_rows(lengths: Sequence[int]) -> list[Ints]:
    """Rows of the table that belong to each panel, of which it has so many."""
    return np.split(np.arange(sum(lengths)), np.cumsum(lengths)[:-1])


def over(drawn: Sequence[Panel], lengths: Sequence[int]) -> list[Spots]:
    """What lies over panels that show the first of their rows of the table."""
    each = zip(drawn, table_rows(lengths), strict=True)
    return [spots.rows([axes], at, rows[: len(at)]) for (axes, at), rows in each]


def largest(*values: Floats) -> float:
    """The largest of numbers without sign; 1 if none is known."""
    known = np.abs(np.concatenate([np.ravel(v) for v in values]))
    known = known[np.isfinite(known)]
    return float(known.max()) if len(known) and known.max() > 0 else 1.0
