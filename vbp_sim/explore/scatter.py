"""The chart of a sweep's points: any two of its levers, uncertainties and metrics against each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure

from vbp_sim.explore.points import Points, in_units
from vbp_sim.report import summary
from vbp_sim.report.charts import marks, spots, style
from vbp_sim.report.charts.bands import Flags, Floats
from vbp_sim.report.charts.catalogue import Chart
from vbp_sim.report.words.language import say
from vbp_sim.runs.metrics import METRICS

#: marks that fit beside each other, across and upwards
ROOM = (90, 40)


def axes_of(points: Points, across: Sequence[str], upwards: Sequence[str]) -> tuple[str, str]:
    """The first pair of columns at which the fewest points lie on each other."""
    pairs = [(x, y) for x in across for y in upwards]
    return min(pairs, key=lambda pair: len(points) - len(set(_cells(*(_values(points, id) for id in pair)))))


def _values(points: Points, id: str) -> Floats:
    """A column as places on an axis: numbers, or the place of each word among the options."""
    if points.is_number(id):
        return points.numbers(id)
    options = {word: i for i, word in enumerate(points.options(id))}
    return np.array([options[word] for word in points.words(id).tolist()], dtype=np.float64)


def _cells(across: Floats, up: Floats) -> list[tuple[float, ...]]:
    """Which mark's room each point lies in."""
    found = []
    for values, room in zip((across, up), ROOM, strict=True):
        known = values[np.isfinite(values)]
        size = float(np.ptp(known)) if len(known) else 0.0
        found.append(np.floor((values - known.min(initial=np.inf)) / (size or 1.0) * room))
    return list(map(tuple, np.nan_to_num(np.array(found).T, nan=-1.0, posinf=-1, neginf=-1).tolist()))


def _side_by_side(across: Floats, up: Floats) -> Floats:
    """Places across, those of points that lie on each other moved apart, within the room that their column has."""
    moved, size = across.copy(), float(np.ptp(across)) or 1.0
    gaps = np.diff(np.unique(across))
    room = min(float(gaps.min()) if len(gaps) else size, size)
    cells = _cells(across, up)
    for cell in set(cells):
        here = [i for i, other in enumerate(cells) if other == cell]
        step = min(size / ROOM[0], 0.8 * room / len(here))
        moved[here] += (np.arange(len(here)) - (len(here) - 1) / 2) * step
    return moved


def draw(points: Points, chosen: Flags, x: str, y: str, colour: str = "", marked: int = -1) -> Chart:
    """Draw the chosen points, coloured by the column ``colour`` if there is one; ``marked`` gets a ring.

    Points without a number for one of the axes are left out; a chart without table if none is left.
    """
    rows = chosen & known(points, x) & known(points, y)
    title = say("explore.scatter_title", y=named(y), x=named(x), n=int(rows.sum()))
    several = points.study.shape[2] > 1
    how = say("explore.scatter_how_means" if several else "explore.scatter_how")
    keyed = bool(colour) and not points.is_number(colour)
    keys = -(-len(points.options(colour)) // 4) if keyed else 0
    with style.rc():
        figure = style.page(points.study.origin, title, how, (9.0, 4.8), keys=keys)
        if not rows.any():
            return Chart(say("explore.no_numbers"), figure)
        axes = figure.subplots()
        across, up = (_placed(points, id, axis) for id, axis in ((x, axes.xaxis), (y, axes.yaxis)))
        across[rows] = _side_by_side(across[rows], up[rows])
        _marks(figure, axes, points, rows, across, up, colour)
        if 0 <= marked < len(points) and rows[marked]:
            axes.plot(across[marked], up[marked], "o", mfc="none", color=style.INK, markersize=15, mew=1.6)
        axes.margins(0.07)
        if keyed:
            style.legend(figure, 4)
        style.settle(figure)
    shown = list(dict.fromkeys(id for id in (x, y, colour) if id in METRICS))
    spot = spots.marks(axes, across[rows], up[rows], np.arange(int(rows.sum())))
    return Chart(title, figure, points.columns(rows, shown), [spot])


def known(points: Points, id: str) -> Flags:
    """Which points have a value in a column."""
    return np.isfinite(points.numbers(id)) if points.is_number(id) else np.ones(len(points), dtype=np.bool_)


def named(id: str) -> str:
    """What a column is, in words: the meaning of a metric, the id of a lever."""
    return summary.meaning(METRICS[id]) if id in METRICS else id


def _placed(points: Points, id: str, axis: Axis) -> Floats:
    """Where the points stand on an axis, which is given its ticks and name."""
    if not points.is_number(id):
        options = points.options(id)
        axis.set_ticks(np.arange(len(options)), [style.label(word, 24) for word in options])
        axis.set_label_text(style.label(id, 50))
        return _values(points, id)
    said, values = id, points.numbers(id)
    if id in METRICS:
        said, values = in_units(id, values)
    marks.number_axis(axis)
    axis.set_label_text(style.label(said, 70))
    return values


def _marks(figure: Figure, axes: Axes, points: Points, rows: Flags, across: Floats, up: Floats, colour: str) -> None:
    look: dict[str, Any] = {"s": 34.0, "alpha": 0.8, "linewidths": 0.6, "edgecolors": "white"}
    if not colour:
        axes.scatter(across[rows], up[rows], color=style.BLUE, **look)
    elif points.is_number(colour):
        drawn = axes.scatter(across[rows], up[rows], c=points.numbers(colour)[rows], cmap=colormaps["viridis"], **look)
        bar = figure.colorbar(drawn, ax=axes, pad=0.02)
        bar.set_label(style.label(named(colour), 50))
        marks.number_axis(bar.ax.yaxis)
    else:
        words = points.words(colour)
        for i, option in enumerate(points.options(colour)):
            mine = rows & (words == option)
            face, marker = style.LOOKS[i % len(style.LOOKS)]
            label = style.label(option, 34)
            axes.scatter(across[mine], up[mine], color=face, marker=marker, label=label, **look)
