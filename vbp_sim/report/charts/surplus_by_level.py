"""Measured savings, what hospitals keep of them, and who passes the assessment, by level of hospital."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from vbp_sim.report.charts import marks, spots, style
from vbp_sim.report.charts.bands import Axis, Band, Cells, Floats, mean, ratio, sums
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
    surplus, retained, passed, assessed = (
        sums(t[name], reps, levels) for name in ("surplus", "retained", "passed", "institutions")
    )
    found = Cells(
        **levels.columns("level"),
        surplus_yuan=Band.about_mean(surplus),
        retained_yuan=Band.about_mean(retained),
        pass_rate_share=Band.about_mean(ratio(passed, assessed)),
    )
    share, passing = (mean(ratio(a.sum(axis=1), b.sum(axis=1))) for a, b in ((retained, surplus), (passed, assessed)))
    most = str(levels.names[int(np.argmax(found["retained_yuan"].mid))])
    title = _title(float(retained.sum(axis=1).mean()), share, most, passing)
    how = say("surplus.how") + style.says_mean(run, bands=True)
    names = [style.label(str(name)) for name in levels.names]
    figure, (money, rate), at = marks.listed(run, title, how, names, "level", (9.5, 0.75), keys=1, sides=2)
    _bars(money, at, found["surplus_yuan"], found["retained_yuan"])
    _rates(rate, at, found["pass_rate_share"])
    style.legend(figure, 2)
    return Chart(title, figure, found.columns(), [spots.rows([money, rate], at, range(len(at)))])


def _title(retained: float, share: float, most: str, rate: float) -> str:
    passed = say("surplus.title_passed", share=words.percent(rate))
    if retained == 0:
        return words.clauses([say("surplus.title_nothing"), passed])
    part = say("surplus.title_share", share=words.percent(share)) if np.isfinite(share) else ""
    kept = say("surplus.title", money=words.money(retained), part=part, level=style.label(most))
    return words.clauses([kept, passed])


def _bars(axes: Axes, at: Floats, surplus: Band, retained: Band) -> None:
    kept = {"color": style.ORANGE, "edgecolor": style.DARK[style.ORANGE], "hatch": "///"}
    looks: tuple[tuple[Band, float, str, dict[str, Any]], ...] = (
        (surplus, -0.19, say("surplus.measured"), {"color": style.SKY, "edgecolor": style.BLUE}),
        (retained, 0.19, say("surplus.kept"), kept),
    )
    for band, step, name, look in looks:
        marks.bars(axes, at + step, band, 0.34, label=name, linewidth=0.8, **look)
        for y, value, end in zip(at + step, band.mid, np.maximum(band.high, 0), strict=True):
            marks.says(axes, style.minus(words.scaled(value)), (end, y), (6, 0), va="center")
    low, high = float(np.nanmin(surplus.low)), float(np.nanmax([surplus.high, retained.high]))
    axes.set_xlim(min(0.0, low * 1.1), max(1.0, high * 1.28))
    axes.set_title(say("surplus.head"))
    axes.grid(axis="y", visible=False)
    marks.scaled_axis(axes.xaxis, say("words.yuan"))


def _rates(axes: Axes, at: Floats, rate: Band) -> None:
    marks.spread(axes, rate, at, style.GREEN, 6)
    axes.plot(rate.mid, at, "D", color=style.GREEN, markersize=6)
    for y, value in zip(at, rate.mid, strict=True):
        if np.isfinite(value):
            marks.says(axes, words.percent(value), (value, y), (0, 8), ha="center")
    axes.set_xlim(0, 1.05)
    axes.set_title(say("surplus.head_passed"))
    marks.percent_axis(axes.xaxis, say("surplus.axis_passed"))
