"""Charts of a comparison: base and variants as dumbbells, the paired differences beside them with intervals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from vbp_sim.report import marks, style, words
from vbp_sim.report.bands import Floats
from vbp_sim.report.catalogue import Chart, Columns
from vbp_sim.report.compared import Compared
from vbp_sim.studies.metric_ids import Metric
from vbp_sim.studies.paired import LEVEL

_LOOKS = (
    (style.BLUE, "o"),
    (style.RED, "s"),
    (style.GREEN, "D"),
    (style.PURPLE, "^"),
    (style.ORANGE, "v"),
    (style.SKY, "P"),
)
SHARES, OTHERS = "How do shares differ?", "How do amounts and counts differ?"


def draw(found: Compared, metrics: Sequence[Metric], question: str) -> Chart:
    """Draw metrics of one kind: shares in per cent, others with their difference in per cent of the base."""
    shares = question == SHARES
    said = _title(found, metrics)
    unit = "percentage points" if shares else "% of the base"
    how = (
        f"Left: value of each variant. Right: difference from the base in {unit}, replication by replication on the "
        f"same luck, with its {LEVEL:.0%} interval; a filled mark is clearly different from zero."
    )
    keys = -(-(len(found.variants) + 1) // 4)
    height = 0.24 * (1 + 0.45 * len(found.variants)) * len(metrics)
    with style.rc():
        figure = style.page(found.origin, said, how, (10, 1.0 + height), keys=keys)
        left, right = figure.subplots(1, 2, sharey=True, width_ratios=(1, 1))
        at = marks.rows(left, [_named(metric) for metric in metrics])
        _values(left, at, found, metrics, shares)
        _differences(right, at, found, metrics, shares)
        style.legend(figure, 4)
        style.settle(figure)
    return Chart(said, figure, _data(found, metrics))


def kinds(found: Compared) -> list[tuple[str, list[Metric]]]:
    """The charts of a comparison: the question of each, and its metrics."""
    shares = [m for m in found.metrics() if m.unit == "share"]
    others = [m for m in found.metrics() if m.unit != "share"]
    return [(question, metrics) for question, metrics in ((SHARES, shares), (OTHERS, others)) if metrics]


def _named(metric: Metric) -> str:
    return style.label(metric.meaning, 56)


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
    axes.plot([], [], "o", mfc="white", color=style.GREY, markersize=5, label="base")
    axes.set_title("Value")
    axes.set_xlabel("%" if shares else "% of the base")
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
    axes.set_title("Difference from the base")
    axes.set_xlabel("percentage points" if shares else "% of the base")
    axes.tick_params(axis="y", length=0)
    marks.number_axis(axes.xaxis)


def _cycle(found: Compared) -> list[tuple[str, str]]:
    return [_LOOKS[i % len(_LOOKS)] for i in range(len(found.variants))]


def _title(found: Compared, metrics: Sequence[Metric]) -> str:
    clear = sum(d.clear for m in metrics for d in found.differences[m.id].values())
    total = sum(len(found.differences[m.id]) for m in metrics)
    if not clear:
        return f"None of {words.counted(total, 'difference')} is clear: each interval holds zero"
    are = "is" if clear == 1 else "are"
    return f"{clear} of {words.counted(total, 'difference')} {are} clear: the interval leaves out zero"


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
