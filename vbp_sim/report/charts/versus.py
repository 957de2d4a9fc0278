"""Charts of a comparison: base and variants as dumbbells, the paired differences beside them with intervals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from vbp_sim.report.charts import marks, spots, style
from vbp_sim.report.charts.bands import Floats
from vbp_sim.report.charts.catalogue import Chart, Columns
from vbp_sim.report.compared import Compared
from vbp_sim.report.summary import meaning
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.runs.metrics import Metric
from vbp_sim.studies.compare import BASE
from vbp_sim.studies.paired import LEVEL

_LOOKS = (
    (style.BLUE, "o"),
    (style.RED, "s"),
    (style.GREEN, "D"),
    (style.PURPLE, "^"),
    (style.ORANGE, "v"),
    (style.SKY, "P"),
)


def draw(found: Compared, metrics: Sequence[Metric], *, shares: bool) -> Chart:
    """Draw metrics of one kind: shares in per cent, others with their difference in per cent of the base."""
    said = _title(found, metrics)
    unit = say("versus.points") if shares else say("versus.of_the_base")
    how = say("versus.how", unit=unit, level=words.percent(LEVEL))
    keys = -(-(len(found.variants) + 1) // 4)
    height = 0.24 * (1 + 0.45 * len(found.variants)) * len(metrics)
    figure = style.page(found.origin, said, how, (10, 1.0 + height), keys=keys)
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=(1, 1))
    at = marks.rows(left, [_named(metric) for metric in metrics])
    _values(left, at, found, metrics, shares)
    _differences(right, at, found, metrics, shares)
    style.legend(figure, 4)
    data, heights = _data(found, metrics), dict(zip((m.id for m in metrics), at, strict=True))
    steps = dict(zip(found.variants, _steps(len(found.variants)), strict=True))
    y = [heights[m] + steps[v] for m, v in zip(data["metric"], data["variant"], strict=True)]
    high = 0.6 / max(2, len(found.variants))
    return Chart(said, figure, data, [spots.rows([left, right], y, range(len(y)), high, names=False)])


def _named(metric: Metric) -> str:
    return style.label(meaning(metric), 56)


def _steps(variants: int) -> Floats:
    return np.linspace(-0.24, 0.24, variants) if variants > 1 else np.zeros(1)


def _column(found: Compared, metrics: Sequence[Metric], variant: str, field: str) -> Floats:
    cells = (found.differences[m.id].get(variant) for m in metrics)
    return np.array([np.nan if d is None else getattr(d, field) for d in cells], dtype=np.float64)


def _values(axes: Axes, at: Floats, found: Compared, metrics: Sequence[Metric], shares: bool) -> None:
    """Base and variants on one axis: shares as they are, others as multiples of the base."""
    for step, variant, (colour, marker) in zip(_steps(len(found.variants)), found.variants, _cycle(found), strict=True):
        base, value = (_column(found, metrics, variant, field) for field in ("base", "variant"))
        whole = np.ones(len(base)) if shares else np.where(base == 0, np.nan, np.abs(base))
        axes.hlines(at + step, base / whole, value / whole, color=style.PALE, linewidth=2)
        axes.plot(base / whole, at + step, "o", mfc="white", color=style.GREY, markersize=5)
        axes.plot(value / whole, at + step, marker, color=colour, markersize=5, label=style.label(variant, 34))
    base_name = say("versus.base") if found.base == BASE else style.label(found.base, 34)
    axes.plot([], [], "o", mfc="white", color=style.GREY, markersize=5, label=base_name)
    axes.set_title(say("versus.value"))
    axes.set_xlabel("%" if shares else say("versus.of_the_base"))
    marks.percent_axis(axes.xaxis)


def _differences(axes: Axes, at: Floats, found: Compared, metrics: Sequence[Metric], shares: bool) -> None:
    axes.axvline(0, color=style.INK, linewidth=1.1)
    for step, variant, (colour, marker) in zip(_steps(len(found.variants)), found.variants, _cycle(found), strict=True):
        base = _column(found, metrics, variant, "base")
        whole = np.full(len(base), 0.01) if shares else 0.01 * np.where(base == 0, np.nan, np.abs(base))
        mean, low, high = (_column(found, metrics, variant, field) / whole for field in ("mean", "low", "high"))
        clear = (low > 0) | (high < 0)
        axes.hlines(at + step, low, high, color=colour, linewidth=1.8)
        axes.plot(mean[clear], (at + step)[clear], marker, color=colour, markersize=5.5)
        axes.plot(mean[~clear], (at + step)[~clear], marker, color=colour, mfc="white", markersize=5.5)
    axes.set_title(say("versus.difference"))
    axes.set_xlabel(say("versus.points") if shares else say("versus.of_the_base"))
    axes.tick_params(axis="y", length=0)
    marks.number_axis(axes.xaxis)


def _cycle(found: Compared) -> list[tuple[str, str]]:
    return [_LOOKS[i % len(_LOOKS)] for i in range(len(found.variants))]


def _title(found: Compared, metrics: Sequence[Metric]) -> str:
    clear = sum(d.clear for m in metrics for d in found.differences[m.id].values())
    total = sum(len(found.differences[m.id]) for m in metrics)
    differences = words.counted(total, "difference")
    if not clear:
        return say("versus.none_clear", differences=differences)
    return say("versus.one_clear" if clear == 1 else "versus.clear", clear=clear, differences=differences)


def _data(found: Compared, metrics: Sequence[Metric]) -> Columns:
    rows = [(m, name, d) for m in metrics for name, d in found.differences[m.id].items()]
    fields = {"base": "base", "value": "variant", "difference": "mean", "low": "low", "high": "high"}
    numbers = {n: np.array([getattr(d, f) for _, _, d in rows], dtype=np.float64) for n, f in fields.items()}
    return {
        "metric": np.array([m.id for m, _, _ in rows], dtype=object),
        "variant": np.array([name for _, name, _ in rows], dtype=object),
        **numbers,
        "n": np.array([d.n for _, _, d in rows], dtype=np.int64),
        "unit": np.array([m.unit for m, _, _ in rows], dtype=object),
    }
