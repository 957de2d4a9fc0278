"""The board of the watch: institutions by mark, drug by drug, month by month, and the interviews that follow."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from vbp_sim.report.charts import marks, spots, style
from vbp_sim.report.charts.bands import Axis, Band, Cells, Floats, ratio, sums
from vbp_sim.report.charts.catalogue import Chart, NothingToDraw, chart
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.runs.folder import RunFolder

#: by mark, how its part of a bar looks; hatches tell them apart in grey
LOOKS: dict[str, dict[str, Any]] = {
    "red": {"color": style.RED, "hatch": "xxx", "edgecolor": "white"},
    "yellow": {"color": style.ORANGE, "hatch": "///", "edgecolor": "white"},
    "unmarked": {"color": style.PALE, "edgecolor": "white"},
}
#: width of a month's bar, days
WIDE = 24.0


@chart("watch-board")
def draw(run: RunFolder) -> Chart:
    """Draw the marks of institutions for drugs, month by month, and the interviews of the month below."""
    columns = ["replication", "month", "drug", "institutions", "yellow", "red", "interviewed"]
    t = run.table("watch", columns)
    if not len(t["month"]):
        raise NothingToDraw(say("watch.nothing"))
    reps = Axis.of(t["replication"], names=range(int(run.manifest["replications"])))
    months = Axis.months(t["month"])
    each = t["drug"] != ""
    count = {name: sums(t[name] * each, reps, months) for name in ("institutions", "yellow", "red")}
    count["interviewed"] = sums(t["interviewed"] * ~each, reps, months)
    count["unmarked"] = count["institutions"] - count["yellow"] - count["red"]
    bands = {name: Band.about_mean(count[name]) for name in (*LOOKS, "interviewed")}
    title, how = _title(count, months), say("watch.how") + style.says_mean(run)
    figure = style.page(run, title, how, (9.5, 4.6), keys=1)
    board, talks = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    at = marks.mid_month(np.array(months.names))
    _board(board, at, {name: bands[name].mid for name in LOOKS})
    marks.bars(
        talks, at, bands["interviewed"], WIDE, upright=True, color=style.SKY, edgecolor=style.BLUE, linewidth=0.8
    )
    talks.set_ylim(0, max(1.0, 1.2 * float(np.nanmax(bands["interviewed"].high))))
    marks.number_axis(talks.yaxis, say("watch.axis_interviewed"))
    talks.yaxis.set_major_locator(MaxNLocator(3, integer=True))
    talks.set_xlim(at[0] - 20, at[-1] + 20)
    marks.month_axis(talks)
    style.legend(figure, 3)
    found = Cells(month=np.array(months.names), **{f"{name}_institutions": band for name, band in bands.items()})
    return Chart(title, figure, found.columns(), [spots.columns([board, talks], at, range(len(at)), 30.4)])


def _board(axes: Axes, at: Floats, mean: dict[str, Floats]) -> None:
    below = np.zeros(len(at))
    for name, look in LOOKS.items():
        axes.bar(at, mean[name], width=WIDE, bottom=below, label=say(f"watch.{name}"), linewidth=0.4, **look)
        below = below + mean[name]
    axes.set_ylim(0, 1.06 * max(1.0, float(below.max())))
    marks.number_axis(axes.yaxis, say("watch.axis"))
    axes.grid(axis="x", visible=False)


def _month(given: Any) -> str:
    year, month = str(given)[:7].split("-")
    return say("watch.month", year=int(year), month=int(month))


def _title(count: dict[str, Floats], months: Axis) -> str:
    share = ratio(count["red"].mean(axis=0), count["institutions"].mean(axis=0))
    if not count["red"].any():
        return say("watch.title_none")
    worst, last = int(np.nanargmax(share)), int(np.flatnonzero(count["institutions"].any(axis=0))[-1])
    said = {"worst": words.percent(float(share[worst])), "month": _month(months.names[worst])}
    first = say("watch.title", **said)
    talks = float(count["interviewed"].sum(axis=1).mean())
    after = say("watch.title_last", last=words.percent(float(share[last])))
    return words.clauses([first, after, say("watch.title_interviews", n=words.few(round(talks)))])
