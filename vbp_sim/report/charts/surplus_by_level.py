"""Measured savings, what hospitals keep of them, and who passes the assessment, by level of hospital."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from vbp_sim.report.charts import marks, spots, style
from vbp_sim.report.charts.bands import Axis, Band, mean, ratio, sums
from vbp_sim.report.charts.catalogue import Chart, NothingToDraw, chart
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.runs.folder import RunFolder


@chart("surplus-by-level")
def draw(run: RunFolder) -> Chart:
    """Draw measured and retained surplus side by side, and the pass rate beside them."""
    t = run.table("settlement", ["replication", "level", "institutions", "passed", "surplus", "retained"])
    if not len(t["level"]):
        raise NothingToDraw(say("surplus.nothing"))
    reps, levels = Axis.of(t["replication"]), Axis.of(t["level"])
    surplus, retained = sums(t["surplus"], reps, levels), sums(t["retained"], reps, levels)
    passed, assessed = sums(t["passed"], reps, levels), sums(t["institutions"], reps, levels)
    bands = Band.of(surplus), Band.of(retained), Band.of(ratio(passed, assessed))
    share = mean(ratio(retained.sum(axis=1), surplus.sum(axis=1)))
    most = str(levels.names[int(np.argmax(bands[1].mid))])
    rate = mean(ratio(passed.sum(axis=1), assessed.sum(axis=1)))
    title = _title(float(retained.sum(axis=1).mean()), share, most, rate)
    how = say("surplus.how") + style.says_band(run)
    figure = style.page(run, title, how, (9.5, 0.9 + 0.75 * len(levels)), keys=1)
    money, rate = figure.subplots(1, 2, sharey=True, width_ratios=(3, 2))
    at = marks.rows(money, [style.label(str(name)) for name in levels.names])
    _bars(money, bands[0], bands[1])
    _rates(rate, bands[2])
    style.legend(figure, 2)
    columns = [
        bands[0].columns("surplus_yuan"),
        bands[1].columns("retained_yuan"),
        bands[2].columns("pass_rate_share"),
    ]
    names = np.array(levels.names, dtype=object)
    over = spots.rows([money, rate], at, range(len(at)))
    return Chart(title, figure, {"level": names, **{k: v for c in columns for k, v in c.items()}}, [over])


def _title(retained: float, share: float, most: str, rate: float) -> str:
    passed = say("surplus.title_passed", share=words.percent(rate))
    if retained == 0:
        return words.clauses([say("surplus.title_nothing"), passed])
    part = say("surplus.title_share", share=words.percent(share)) if np.isfinite(share) else ""
    kept = say("surplus.title", money=words.money(retained), part=part, level=style.label(most))
    return words.clauses([kept, passed])


def _bars(axes: Axes, surplus: Band, retained: Band) -> None:
    looks: tuple[tuple[Band, float, str, dict[str, Any]], ...] = (
        (surplus, -0.19, say("surplus.measured"), {"color": style.SKY, "edgecolor": style.BLUE}),
        (
            retained,
            0.19,
            say("surplus.kept"),
            {"color": style.ORANGE, "edgecolor": style.DARK[style.ORANGE], "hatch": "///"},
        ),
    )
    for band, step, name, look in looks:
        at = np.arange(len(band.mid), dtype=np.float64) + step
        axes.barh(at, band.mid, height=0.34, label=name, linewidth=0.8, **look)
        marks.whiskers(axes, band, at)
        for y, value, end in zip(at, band.mid, np.maximum(band.high, 0), strict=True):
            said = style.minus(words.scaled(value))
            axes.annotate(said, (end, y), (6, 0), textcoords="offset points", va="center", size=8)
    low, high = float(np.nanmin(surplus.low)), float(np.nanmax([surplus.high, retained.high]))
    axes.set_xlim(min(0.0, low * 1.1), max(1.0, high * 1.28))
    axes.set_title(say("surplus.head"))
    axes.grid(axis="y", visible=False)
    marks.scaled_axis(axes.xaxis, say("words.yuan"))


def _rates(axes: Axes, rate: Band) -> None:
    at = np.arange(len(rate.mid), dtype=np.float64)
    marks.spread(axes, rate, at, style.GREEN, 6)
    axes.plot(rate.mid, at, "D", color=style.GREEN, markersize=6)
    for y, value in zip(at, rate.mid, strict=True):
        if np.isfinite(value):
            axes.annotate(words.percent(value), (value, y), (0, 8), textcoords="offset points", ha="center", size=8)
    axes.set_xlim(0, 1.05)
    axes.set_title(say("surplus.head_passed"))
    axes.set_xlabel(say("surplus.axis_passed"))
    axes.tick_params(axis="y", length=0)
    marks.percent_axis(axes.xaxis)
