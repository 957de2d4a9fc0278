"""Variants beside the base, as dumbbells, and their paired differences with intervals: shares in one chart, amounts and
counts in another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from vbp_sim.report.answer import answer, called
from vbp_sim.report.charts import marks, panels, spots, style
from vbp_sim.report.charts.bands import Floats
from vbp_sim.report.charts.catalogue import Chart, NothingToDraw, chart
from vbp_sim.report.compared import Compared
from vbp_sim.report.csv_table import column, table
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.runs.metrics import METRICS, Metric
from vbp_sim.studies.compare import BASE
from vbp_sim.studies.paired import LEVEL

#: letters of the longest name in a legend, and that fit into a row of it; ticks of an axis at most
WIDEST, ROOM, TICKS = 60, 132, 5
#: metrics that are drawn where none is asked for: so many, fewer if the rows of all variants are higher (inches)
MOST, TALL = 16, 13.0
#: metrics without a base that are told
FEW = 3


@chart("variants-shares", of="comparison", choice="metrics")
def shares(found: Compared, metrics: Sequence[str]) -> Chart:
    """Draw the metrics that are shares, differences in percentage points."""
    return _draw(found, metrics, shares=True)


@chart("variants-amounts", of="comparison", choice="metrics")
def amounts(found: Compared, metrics: Sequence[str]) -> Chart:
    """Draw all other metrics, differences in per cent of the base."""
    return _draw(found, metrics, shares=False)


def _draw(found: Compared, metrics: Sequence[str], *, shares: bool) -> Chart:
    given = [METRICS[id] for id in metrics if id in found.differences] if metrics else found.metrics()
    whole = [m for m in given if (m.unit == "share") == shares]
    if not whole:
        raise NothingToDraw(say("versus.no_metric"))
    drawn = [m for m in whole if shares or any(d.base for d in found.differences[m.id].values())]
    wanted = drawn if metrics else _clearest(found, drawn)
    n, title = len(found.variants), style.minus(answer(found, wanted or whole))
    unit = say("versus.points") if shares else say("versus.of_the_base")
    how = say("versus.how", unit=unit, level=words.percent(LEVEL))
    if len(wanted) < len(whole):
        how += say("versus.clearest", n=len(wanted), all=len(whole))
    how += _without_base(found, [m for m in whole if m not in drawn])
    height = _row(n) * len(wanted)
    columns = _columns_of(_names(found))
    figure = style.page(found.origin, title, how, (10, 1.0 + height), keys=-(-(n + 1) // columns))
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=(1, 1))
    at = marks.rows(left, ["\n".join(words.wrapped(panels.named(metric, 90), 46)) for metric in wanted])
    _values(left, at, found, wanted, shares)
    _differences(right, at, found, wanted, shares)
    style.legend(figure, columns)
    data = table(
        {"metric": m.id, "variant": name, "base": d.base, "value": d.variant, "difference": d.mean}
        | {"low": d.low, "high": d.high, "n": d.n, "unit": m.unit}
        for m in wanted
        for name, d in found.differences[m.id].items()
    )
    steps = {variant: step for variant, step, *_ in _looks(found)}
    y = [middle + steps[name] for m, middle in zip(wanted, at, strict=True) for name in found.differences[m.id]]
    over = spots.rows([left, right], y, range(len(y)), 0.6 / max(2, n), names=False)
    return Chart(title, figure, data, [over])


def _clearest(found: Compared, metrics: Sequence[Metric]) -> list[Metric]:
    """At most `MOST` metrics in their order, of those that differ: the wanted ones, then the clear ones, then any."""

    def rank(metric: Metric) -> tuple[bool, bool]:
        return metric.id not in METRICS.wanted, not any(d.clear for d in found.differences[metric.id].values())

    moved = [m for m in metrics if any(d.mean for d in found.differences[m.id].values())] or metrics
    kept = sorted(moved, key=rank)[: min(MOST, max(1, int(TALL / _row(len(found.variants)))))]
    return [metric for metric in metrics if metric in kept]


def _row(variants: int) -> float:
    """Height of the row of a metric, inches."""
    return 0.24 * (1 + 0.45 * variants)


def _without_base(found: Compared, metrics: Sequence[Metric]) -> str:
    """The differences of metrics that are 0 in the base, so that no part of it can be drawn: of each the largest."""
    told = []
    for metric in metrics:
        change, variant = max(((d.mean, name) for name, d in found.differences[metric.id].items()), key=_size)
        if change and metric.id in METRICS.wanted:
            said = {"metric": panels.named(metric), "change": panels.change(metric, change)}
            told.append(say("versus.from_zero", variant=called(found, variant, 40), **said))
    return say("versus.no_base", all=words.clauses(told[:FEW])) if told else ""


def _size(change: tuple[float, str]) -> float:
    return float(np.abs(np.nan_to_num(change[0])))


def _names(found: Compared) -> dict[str, str]:
    """What the legend calls each variant: its title, as far as that fits beside a mark."""
    return {variant: style.label(called(found, variant, WIDEST), WIDEST) for variant in found.variants}


def _columns_of(names: Mapping[str, str]) -> int:
    """Columns of the legend in which every name fits."""
    return max(1, min(4, ROOM // (6 + max(map(words.width, names.values())))))


def _looks(found: Compared) -> Iterator[tuple[str, float, str, str]]:
    """Variants, with the step from the middle of a row, the colour and the mark of each."""
    n = len(found.variants)
    steps = np.linspace(-0.24, 0.24, n) if n > 1 else np.zeros(1)
    for variant, step, look in zip(found.variants, steps, style.looks(n), strict=True):
        yield variant, float(step), *look


def _column(found: Compared, metrics: Sequence[Metric], variant: str, field: str) -> Floats:
    cells = (found.differences[m.id].get(variant) for m in metrics)
    return np.asarray(column(None if d is None else getattr(d, field) for d in cells), dtype=np.float64)


def _values(axes: Axes, at: Floats, found: Compared, metrics: Sequence[Metric], shares: bool) -> None:
    """Base and variants on one axis: shares as they are, others as multiples of the base."""
    names = _names(found)
    for variant, step, colour, marker in _looks(found):
        base, value = (_column(found, metrics, variant, field) for field in ("base", "variant"))
        whole = np.ones(len(base)) if shares else np.where(base == 0, np.nan, np.abs(base))
        axes.hlines(at + step, base / whole, value / whole, color=style.PALE, linewidth=2)
        axes.plot(base / whole, at + step, "o", mfc="white", color=style.GREY, markersize=5)
        axes.plot(value / whole, at + step, marker, color=colour, markersize=5, label=names[variant])
    base_name = say("versus.base") if found.base == BASE else style.label(found.base, WIDEST)
    axes.plot([], [], "o", mfc="white", color=style.GREY, markersize=5, label=base_name)
    axes.set_title(say("versus.value"))
    axes.xaxis.set_major_locator(MaxNLocator(TICKS))
    marks.percent_axis(axes.xaxis, "%" if shares else say("versus.of_the_base"))


def _differences(axes: Axes, at: Floats, found: Compared, metrics: Sequence[Metric], shares: bool) -> None:
    axes.axvline(0, color=style.INK, linewidth=1.1)
    for variant, step, colour, marker in _looks(found):
        base = _column(found, metrics, variant, "base")
        whole = np.full(len(base), 0.01) if shares else 0.01 * np.where(base == 0, np.nan, np.abs(base))
        mean, low, high = (_column(found, metrics, variant, field) / whole for field in ("mean", "low", "high"))
        clear = (low > 0) | (high < 0)
        axes.hlines(at + step, low, high, color=colour, linewidth=1.8)
        for mine, face in ((clear, colour), (~clear, "white")):
            axes.plot(mean[mine], (at + step)[mine], marker, color=colour, mfc=face, markersize=5.5)
    axes.set_title(say("versus.difference"))
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_locator(MaxNLocator(TICKS))
    marks.number_axis(axes.xaxis, say("versus.points") if shares else say("versus.of_the_base"))
