"""Axes and marks that charts share: ticks in words, rows of names, bands, whiskers, lines over time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import Formatter, FuncFormatter, MaxNLocator

from vbp_sim.report.charts import style
from vbp_sim.report.charts.bands import Band, Floats
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.runs.folder import RunFolder

#: decimals that a tick may have, less one
MOST_DECIMALS = 4


class _Ticks(Formatter):
    """Ticks in units of ``size``, with as many decimals as their steps need; ``said`` writes one with so many."""

    def __init__(self, said: Callable[[float, int], str], size: float, decimals: int = 0) -> None:
        self.said, self.size, self.decimals = said, size, decimals

    def __call__(self, x: float, pos: int | None = None) -> str:
        return style.minus(self.said(x / self.size, self.decimals))

    def format_ticks(self, values: Any) -> list[str]:
        """All ticks of an axis."""
        ticks = np.asarray(values, dtype=np.float64) / self.size
        slack = 0.01 * float(np.diff(ticks).min()) if len(ticks) > 1 else 0.0
        needed = next((d for d in range(MOST_DECIMALS) if (abs(np.round(ticks, d) - ticks) <= slack).all()), 0)
        return [style.minus(self.said(float(tick), max(needed, self.decimals))) for tick in ticks]


def percent_axis(axis: Any, label: str = "", decimals: int = 0) -> None:
    """Ticks of an axis of shares as per cent."""
    _label(axis, label)
    axis.set_major_formatter(_Ticks(lambda v, places: words.percent(v / 100, places), 0.01, decimals))


def number_axis(axis: Any, label: str = "") -> None:
    """Ticks of an axis as plain numbers, also on a logarithmic scale; a short one is numbered between its powers."""
    _label(axis, label)
    axis.set_major_formatter(_Ticks(_compact, 1.0))

    def between(value: float, _: int | None) -> str:
        low, high = axis.get_view_interval()
        half = f"{value:e}"[0] in "25"
        return style.minus(words.compact(value)) if half and low > 0 and high < 20 * low else ""

    axis.set_minor_formatter(FuncFormatter(between))


def _compact(value: float, places: int) -> str:
    """A number as `words.compact` has it, with more decimals where the ticks need them."""
    return f"{value:,.{places}f}" if abs(value) >= 100 and round(value, places) % 1 else words.compact(value)


def _label(axis: Any, label: str) -> None:
    if label:
        axis.set_label_text(label)


def scaled_axis(axis: Any, unit: str) -> None:
    """Ticks in thousands, millions or billions of the unit, as the axis label says; set limits first."""
    size, word = words.scale(max(abs(v) for v in axis.get_view_interval()))
    axis.set_major_locator(MaxNLocator(6))
    axis.set_major_formatter(_Ticks(_compact, size))
    axis.set_label_text(words.amount(word, unit))


def whole_axis(axis: Any) -> None:
    """Ticks of an axis at whole numbers only."""
    axis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))


def days(dates: npt.NDArray[Any]) -> Floats:
    """Dates as a time axis counts them."""
    return dates.astype("datetime64[D]").astype(np.float64)


def mid_month(months: npt.NDArray[Any]) -> Floats:
    """Where the value of a month stands on a time axis: in its middle."""
    return days(months) + 14.0


class _Dates(ConciseDateFormatter):
    """Ticks in the language in use: the year in January, else the month, or the day."""

    def __init__(self, locator: Any) -> None:
        year, month, day = (say(f"words.tick_{part}") for part in ("year", "month", "day"))
        hours = ["%H:%M", "%H:%M", "%S.%f"]
        formats = {"formats": [year, month, day, *hours], "zero_formats": ["", year, month, f"{month}-%d", *hours[:2]]}
        super().__init__(locator, show_offset=False, **formats)  # type: ignore[no-untyped-call]

    def format_ticks(self, values: Any) -> list[str]:
        """Labels of ticks; no zero before the number of a month or a day that is named."""
        ticks: list[str] = super().format_ticks(values)  # type: ignore[no-untyped-call]
        return [re.sub(r"^0(?=\d[月日])", "", tick) for tick in ticks]


def month_axis(axes: Axes) -> None:
    """Ticks of a time axis at the first of a month, years named once."""
    locator: Any = AutoDateLocator(minticks=4, maxticks=12)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(_Dates(locator))
    axes.grid(axis="x", visible=False)


def rows(axes: Axes, names: list[str]) -> Floats:
    """Make the y axis a list of names, the first on top; returns the height of each."""
    at = np.arange(len(names), dtype=np.float64)
    axes.set_yticks(at, names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    return at


def listed(
    run: RunFolder, title: str, how: str, names: list[str], noun: str, size: style.Size, keys: int = 0, sides: int = 1
) -> tuple[Figure, list[Axes], Floats]:
    """A page (see `style.page`) of rows with names, as many as are readable; ``noun`` counts those that are not shown.

    ``size``: width of the page and height of a row, inches; ``sides``: axes beside each other that share the rows.
    Returns the figure, its axes, and the height at which each row stands.
    """
    shown = names[: style.MOST_ROWS]
    how += style.says_rows(len(shown), len(names), noun)
    figure = style.page(run, title, how, (size[0], 0.9 + size[1] * len(shown)), keys)
    first, *others = figure.subplots(1, sides, sharey=True, width_ratios=(3, 2)[:sides], squeeze=False)[0]
    for axes in others:
        axes.tick_params(axis="y", length=0)
    return figure, [first, *others], rows(first, shown)


def says(
    axes: Axes, text: str, at: tuple[Any, Any], shift: tuple[float, float], *, pad: float | None = None, **look: Any
) -> None:
    """A small text ``shift`` points from a place; with ``pad`` on a ground of paper that is as many points larger."""
    ground = {"facecolor": "white", "edgecolor": "none", "pad": pad, "alpha": 0.85}
    bbox = None if pad is None else ground
    axes.annotate(text, at, shift, textcoords="offset points", bbox=bbox, **{"size": 8, **look})


def beside(
    axes: Axes, at: Floats, texts: Iterable[str], x: float, colour: str, head: str = "", size: float = 8
) -> None:
    """A column of texts right of the axes, one for each row, under a head."""
    look: dict[str, Any] = {"transform": axes.get_yaxis_transform(), "color": colour, "size": size}
    if head:
        axes.text(x, -0.75, head, va="bottom", **look)
    for y, text in zip(at, texts, strict=True):
        if text:
            axes.text(x, y, text, va="center", **look)


def spread(axes: Axes, band: Band, at: Floats, colour: str, width: float = 3.0) -> None:
    """The band of values along x at the heights ``at``, drawn only if there is one."""
    if band.shown:
        axes.hlines(at, band.low, band.high, color=colour, linewidth=width, alpha=0.35)


def whiskers(axes: Axes, band: Band, at: Floats, *, upright: bool = False) -> None:
    """The band of bars as whiskers, drawn only if there is one."""
    if not band.shown:
        return
    centre, reach = (band.low + band.high) / 2, (band.high - band.low) / 2  # a mean may lie outside of its band
    look: dict[str, Any] = {"fmt": "none", "ecolor": style.INK, "capsize": 2.5, "linewidth": 1.1}
    if upright:
        axes.errorbar(at, centre, yerr=reach, **look)
    else:
        axes.errorbar(centre, at, xerr=reach, **look)


def bars(axes: Axes, at: Floats, band: Band, thick: float, *, upright: bool = False, **look: Any) -> None:
    """Bars with whiskers at the places ``at``; ``look`` are matplotlib's settings of them."""
    if upright:
        axes.bar(at, band.mid, width=thick, **look)
    else:
        axes.barh(at, band.mid, height=thick, **look)
    whiskers(axes, band, at, upright=upright)


def series(axes: Axes, at: Floats, band: Band, colour: str, **line: Any) -> None:
    """A line over time, with its band if there is one; ``line`` are matplotlib's settings of it."""
    if band.shown:
        step: Any = "mid" if line.get("drawstyle") == "steps-mid" else None
        axes.fill_between(at, band.low, band.high, color=colour, alpha=0.18, linewidth=0, step=step)
    axes.plot(at, band.mid, color=colour, **line)
