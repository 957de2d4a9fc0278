"""A back-test: predictions with their band against what really happened; by metric, by drug, by class of bids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from vbp_sim.report.backtested import Backtested
from vbp_sim.report.charts import marks, panels, spots, style
from vbp_sim.report.charts.bands import Band, Flags, Floats
from vbp_sim.report.charts.catalogue import Chart, Columns, NothingToDraw, chart
from vbp_sim.report.csv_table import table
from vbp_sim.report.summary import says_range
from vbp_sim.report.words import words
from vbp_sim.report.words.language import language, say


@chart("backtest-metrics", of="backtest")
def by_metric(test: Backtested) -> Chart:
    """Draw each metric as predicted, beside its real value: shares as they are, others in % of the real value."""
    groups = [[m for m in test.metrics if (m.unit == "share") == shares] for shares in (True, False)]
    groups = [group for group in groups if group]
    if not groups:
        raise NothingToDraw(say("backtest.no_real"))
    ordered = [metric for group in groups for metric in group]
    found, band = _read(test, [test.content["metrics"][m.id] for m in ordered], "mean")
    inside = _inside(band, found["real"])
    title = say("backtest.metrics_title", inside=int(inside.sum()), all=len(ordered))
    how = _how("metrics", band)
    names = [[panels.named(metric, 64) for metric in group] for group in groups]
    figure, drawn = panels.listed(test.origin, title, how, names, 9.0, keys=1)
    counts = [len(group) for group in groups]
    for (axes, at), mine, group in zip(drawn, panels.table_rows(counts), groups, strict=True):
        axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
        _panel(axes, at, band[mine], found["real"][mine], group[0].unit == "share")
    style.legend(figure, 3)
    columns = table({"metric": m.id, "unit": m.unit} for m in ordered) | _columns("predicted", band)
    columns |= {"real": found["real"], "in_band": inside}
    return Chart(title, figure, columns, panels.over(drawn, counts))


def _called(drugs: Sequence[Mapping[str, Any]]) -> list[str]:
    """What drugs are called in the language in use; a name that several have is followed by the id."""
    given = [str(d.get("name_zh") or d["drug"]) if language() == "zh" else str(d["drug"]) for d in drugs]
    alike = Counter(given)
    return [
        name if alike[name] == 1 else say("words.aside", name=name, aside=d["drug"])
        for name, d in zip(given, drugs, strict=True)
    ]


@chart("backtest-drugs", of="backtest")
def by_drug(test: Backtested) -> Chart:
    """Draw the lowest selected price of each drug over its ceiling, predicted and real, the deepest real cut on top."""
    drugs = sorted(test.content["drugs"], key=lambda d: np.inf if d["real"] is None else d["real"])
    found, band = _read(test, drugs, "mid")
    real = found["real"]
    if not np.isfinite(real).any():
        raise NothingToDraw(say("backtest.no_real"))
    both = np.isfinite(real) & np.isfinite(band.mid)
    inside = _inside(band, real)
    title = say("backtest.drugs_title", inside=int(inside.sum()), all=int(both.sum()))
    how, names = _how("drugs", band), [style.label(name, 36) for name in _called(drugs)]
    figure, (axes,), at = marks.listed(test.origin, title, how, names, "drug", (9.0, 0.2), keys=1)
    _values(axes, at, band[: len(at)], real[: len(at)])
    axes.set_xlim(0, 1.02)
    marks.percent_axis(axes.xaxis, say("backtest.of_ceiling"))
    style.legend(figure, 3)
    columns = {"drug": found["drug"], "qualified_firms": found["firms"]}
    columns |= _columns("predicted_price_share_of_ceiling", band) | {"failed_share": found["failed"]}
    columns |= {"real_price_share_of_ceiling": real, "in_band": inside}
    return Chart(title, figure, columns, [spots.rows([axes], at, range(len(at)))])


@chart("backtest-bids", of="backtest")
def by_class(test: Backtested) -> Chart:
    """Draw how generic bids spread below the ceiling, predicted and real."""
    found, band = _read(test, test.content["bids"], "predicted")
    real, ends = found["real"], found["to"]
    if not np.isfinite(real).any():
        raise NothingToDraw(say("backtest.no_real"))
    middles = [words.percent(_median(ends, shares)) for shares in (real, band.mid)]
    title = say("backtest.bids_title", real=middles[0], predicted=middles[1])
    figure = style.page(test.origin, title, _how("bids", band), (9.0, 4.0), keys=1)
    axes = figure.subplots()
    wide = float(found["from"][1] - found["from"][0])
    middle = found["from"] + wide / 2
    look: dict[str, Any] = {"color": style.SKY, "edgecolor": style.BLUE, "linewidth": 0.8}
    marks.bars(axes, middle, band, wide * 0.86, upright=True, label=say("backtest.predicted"), **look)
    axes.plot(middle, real, "D", color=style.INK, mfc="white", markersize=5.5, label=say("backtest.real"))
    axes.set_xlim(0, 1)
    axes.set_ylim(0)
    axes.grid(axis="x", visible=False)
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    marks.percent_axis(axes.xaxis, say("backtest.bid_of_ceiling"))
    marks.percent_axis(axes.yaxis, say("backtest.share_of_bids"))
    style.legend(figure, 3)
    over = spots.columns([axes], middle, range(len(middle)), wide)
    return Chart(title, figure, {f"{name}_share": values for name, values in found.items()}, [over])


def _how(what: str, band: Band) -> str:
    """What a chart shows, and what its band is."""
    return say(f"backtest.{what}_how", n=band.replications, range=says_range(band.replications))


def _read(test: Backtested, rows: Sequence[Mapping[str, Any]], middle: str) -> tuple[Columns, Band]:
    """Predictions and real values as columns, and the band of what is predicted, of which ``middle`` is the middle."""
    found = table(rows)
    return found, Band(found["low"], found[middle], found["high"], int(test.content["replications"]))


def _columns(name: str, band: Band) -> Columns:
    return {name: band.mid, "predicted_low": band.low, "predicted_high": band.high}


def _median(ends: Floats, shares: Floats) -> float:
    """Below which share of the ceiling half of the bids lie, evenly spread in each class, which ends at ``ends``."""
    return float(np.interp(0.5, np.append(0, np.cumsum(shares)), np.append(0, ends)))


def _panel(axes: Axes, at: Floats, band: Band, real: Floats, shares: bool) -> None:
    whole = np.ones(len(real)) if shares else np.where(real == 0, np.nan, real)
    _values(axes, at, band / whole, real / whole)
    said = []
    for numbers in zip(band.mid, band.low, band.high, real, strict=True):
        mid, low, high, value = (words.per_cent(v, 1) if shares else words.compact(v) for v in numbers)
        said.append(style.minus(say("backtest.beside", mid=mid, low=low, high=high, real=value)))
    marks.beside(axes, at, said, 1.02, style.INK)
    axes.set_title(say("backtest.shares") if shares else say("backtest.others"))
    axes.margins(x=0.06)
    marks.percent_axis(axes.xaxis, "%" if shares else say("backtest.of_real"))


def _values(axes: Axes, at: Floats, band: Band, real: Floats) -> None:
    axes.hlines(at, band.low, band.high, color=style.BLUE, linewidth=5, alpha=0.35, label=say("backtest.band"))
    axes.plot(band.mid, at, "o", color=style.BLUE, markersize=5.5, label=say("backtest.predicted"))
    axes.plot(real, at, "|", color=style.INK, markersize=12, mew=2.4, label=say("backtest.real"))
    axes.grid(axis="y", visible=False)


def _inside(band: Band, real: Floats) -> Flags:
    with np.errstate(invalid="ignore"):
        return np.asarray((real >= band.low - 1e-9) & (real <= band.high + 1e-9))
