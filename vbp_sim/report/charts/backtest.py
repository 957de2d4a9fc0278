"""A back-test: predictions with their band against what really happened; by metric, by drug, by class of bids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from vbp_sim.report.backtested import Backtested
from vbp_sim.report.charts import marks, panels, spots, style
from vbp_sim.report.charts.bands import Band, Flags, Floats
from vbp_sim.report.charts.catalogue import Chart, Columns, NothingToDraw, chart
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.runs.metrics import Metric


@chart("backtest-metrics", of="backtest")
def by_metric(test: Backtested) -> Chart:
    """Draw each metric as predicted, beside its real value: shares as they are, others in % of the real value."""
    groups = [[m for m in test.metrics if (m.unit == "share") == shares] for shares in (True, False)]
    groups = [group for group in groups if group]
    if not groups:
        raise NothingToDraw(say("backtest.no_real"))
    ordered = [metric for group in groups for metric in group]
    band, real = _band(test, ordered), _real(test, ordered)
    inside = _inside(band, real)
    title = say("backtest.metrics_title", inside=int(inside.sum()), all=len(ordered))
    counts = [len(group) for group in groups]
    how = say("backtest.metrics_how", n=band.replications)
    figure = style.page(test.origin, title, how, (9.0, panels.height(counts)), keys=1)
    found, start = [], 0
    for axes, group in zip(panels.stacked(figure, counts), groups, strict=True):
        mine = slice(start, start + len(group))
        at = marks.rows(axes, [panels.named(metric, 52) for metric in group])
        _panel(axes, at, band.at(mine), real[mine], group[0].unit == "share")
        found.append(spots.rows([axes], at, range(mine.start, mine.stop)))
        start = mine.stop
    style.legend(figure, 3)
    columns: Columns = {
        "metric": np.array([m.id for m in ordered], dtype=object),
        "unit": np.array([m.unit for m in ordered], dtype=object),
        "predicted": band.mid,
        "predicted_low": band.low,
        "predicted_high": band.high,
        "real": real,
        "in_band": inside,
    }
    return Chart(title, figure, columns, found)


@chart("backtest-drugs", of="backtest")
def by_drug(test: Backtested) -> Chart:
    """Draw the lowest selected price of each drug over its ceiling, predicted and real, the deepest real cut on top."""
    drugs = sorted(test.content["drugs"], key=lambda d: np.inf if d["real"] is None else d["real"])
    band, real = _band_of(drugs, test), _column(drugs, "real")
    if not np.isfinite(real).any():
        raise NothingToDraw(say("backtest.no_real"))
    both = np.isfinite(real) & np.isfinite(band.mid)
    inside = _inside(band, real)
    title = say("backtest.drugs_title", inside=int(inside.sum()), all=int(both.sum()))
    shown = np.arange(min(len(drugs), style.MOST_ROWS))
    how = say("backtest.drugs_how", n=band.replications) + style.says_rows(len(shown), len(drugs), "drug")
    figure = style.page(test.origin, title, how, (9.0, 0.9 + 0.2 * len(shown)), keys=1)
    axes = figure.subplots()
    at = marks.rows(axes, [style.label(drugs[i]["drug"], 36) for i in shown])
    _values(axes, at, band.at(shown), real[shown])
    axes.set_xlim(0, 1.02)
    axes.set_xlabel(say("backtest.of_ceiling"))
    marks.percent_axis(axes.xaxis)
    style.legend(figure, 3)
    columns: Columns = {
        "drug": np.array([d["drug"] for d in drugs], dtype=object),
        "qualified_firms": np.array([d["firms"] for d in drugs], dtype=np.int64),
        "predicted_price_share_of_ceiling": band.mid,
        "predicted_low": band.low,
        "predicted_high": band.high,
        "failed_share": _column(drugs, "failed"),
        "real_price_share_of_ceiling": real,
        "in_band": inside,
    }
    return Chart(title, figure, columns, [spots.rows([axes], at, shown)])


@chart("backtest-bids", of="backtest")
def by_class(test: Backtested) -> Chart:
    """Draw how generic bids spread below the ceiling, predicted and real."""
    classes = test.content["bids"]
    real = _column(classes, "real")
    if not np.isfinite(real).any():
        raise NothingToDraw(say("backtest.no_real"))
    low, mid, high = (_column(classes, name) for name in ("low", "predicted", "high"))
    band = Band(low, mid, high, int(test.content["replications"]))
    middles = [words.percent(_median(classes, shares)) for shares in (real, band.mid)]
    title = say("backtest.bids_title", real=middles[0], predicted=middles[1])
    figure = style.page(test.origin, title, say("backtest.bids_how", n=band.replications), (9.0, 4.0), keys=1)
    axes = figure.subplots()
    starts = _column(classes, "from")
    wide = float(starts[1] - starts[0])
    middle = starts + wide / 2
    look: dict[str, Any] = {"color": style.SKY, "edgecolor": style.BLUE, "linewidth": 0.8}
    axes.bar(middle, band.mid, width=wide * 0.86, label=say("backtest.predicted"), **look)
    marks.whiskers(axes, band, middle, upright=True)
    axes.plot(middle, real, "D", color=style.INK, mfc="white", markersize=5.5, label=say("backtest.real"))
    axes.set_xlim(0, 1)
    axes.set_ylim(0)
    axes.set_xlabel(say("backtest.bid_of_ceiling"))
    axes.set_ylabel(say("backtest.share_of_bids"))
    axes.grid(axis="x", visible=False)
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    marks.percent_axis(axes.xaxis)
    marks.percent_axis(axes.yaxis)
    style.legend(figure, 3)
    columns = {name: _column(classes, name) for name in ("from", "to", "predicted", "low", "high", "real")}
    over = spots.columns([axes], middle, range(len(middle)), wide)
    return Chart(title, figure, {f"{k}_share": v for k, v in columns.items()}, [over])


def _median(classes: Sequence[dict[str, Any]], shares: Floats) -> float:
    """Below which share of the ceiling half of the bids lie, evenly spread in each class."""
    return float(np.interp(0.5, np.append(0, np.cumsum(shares)), np.append(0, _column(classes, "to"))))


def _panel(axes: Axes, at: Floats, band: Band, real: Floats, shares: bool) -> None:
    whole = np.ones(len(real)) if shares else np.where(real == 0, np.nan, real)
    _values(axes, at, Band(band.low / whole, band.mid / whole, band.high / whole, band.replications), real / whole)
    for y, low, mid, high, value in zip(at, band.low, band.mid, band.high, real, strict=True):
        numbers = [words.per_cent(v, 1) if shares else words.compact(v) for v in (mid, low, high, value)]
        said = say("backtest.beside", mid=numbers[0], low=numbers[1], high=numbers[2], real=numbers[3])
        place: dict[str, Any] = {"transform": axes.get_yaxis_transform(), "size": 8, "color": style.INK}
        axes.text(1.02, y, style.minus(said), va="center", **place)
    axes.set_title(say("backtest.shares") if shares else say("backtest.others"))
    axes.set_xlabel("%" if shares else say("backtest.of_real"))
    axes.margins(x=0.06)
    marks.percent_axis(axes.xaxis)


def _values(axes: Axes, at: Floats, band: Band, real: Floats) -> None:
    axes.hlines(at, band.low, band.high, color=style.BLUE, linewidth=5, alpha=0.35, label=say("backtest.band"))
    axes.plot(band.mid, at, "o", color=style.BLUE, markersize=5.5, label=say("backtest.predicted"))
    axes.plot(real, at, "|", color=style.INK, markersize=12, mew=2.4, label=say("backtest.real"))
    axes.grid(axis="y", visible=False)


def _band(test: Backtested, metrics: Sequence[Metric]) -> Band:
    values = [test.content["metrics"][m.id] for m in metrics]
    low, mid, high = (_column(values, name) for name in ("low", "mean", "high"))
    return Band(low, mid, high, int(test.content["replications"]))


def _real(test: Backtested, metrics: Sequence[Metric]) -> Floats:
    return _column([test.content["metrics"][m.id] for m in metrics], "real")


def _band_of(drugs: Sequence[dict[str, Any]], test: Backtested) -> Band:
    low, mid, high = (_column(drugs, name) for name in ("low", "mid", "high"))
    return Band(low, mid, high, int(test.content["replications"]))


def _column(rows: Sequence[dict[str, Any]], name: str) -> Floats:
    return np.array([np.nan if row[name] is None else row[name] for row in rows], dtype=np.float64)


def _inside(band: Band, real: Floats) -> Flags:
    with np.errstate(invalid="ignore"):
        return np.asarray((real >= band.low - 1e-9) & (real <= band.high + 1e-9))
