"""Monthly use by kind of product, with the dates of the policy."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from vbp_sim.report.charts import marks, spots, style
from vbp_sim.report.charts.bands import Axis, Band, mean, ratio, sums
from vbp_sim.report.charts.calendar import mark_dates, policy_dates
from vbp_sim.report.charts.catalogue import Chart, Columns, NothingToDraw, chart
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.runs.folder import RunFolder

LINES = ("selected", "generic", "originator", "unmet")
KINDS = (*LINES, "agreed")
LOOKS: dict[str, tuple[str, dict[str, Any]]] = {
    "selected": (style.BLUE, {"linewidth": 2.4}),
    "generic": (style.ORANGE, {"linestyle": (0, (5, 1.5))}),
    "originator": (style.GREEN, {"linestyle": (0, (5, 1.5, 1, 1.5))}),
    "unmet": (style.RED, {"linestyle": (0, (1, 1.2)), "linewidth": 2}),
    "agreed": (style.GREY, {"linestyle": "-", "linewidth": 1, "drawstyle": "steps-mid"}),
}


@chart("monthly-use")
def draw(run: RunFolder) -> Chart:
    """Draw the volumes of a month, all tendered drugs together."""
    t = run.table("use", ["replication", "month", *KINDS])
    if not len(t["month"]):
        raise NothingToDraw(say("monthly.nothing"))
    reps, months = Axis.of(t["replication"]), Axis.months(t["month"])
    volumes = {kind: sums(t[kind], reps, months) for kind in KINDS}
    bands = {kind: Band.of(v) for kind, v in volumes.items()}
    dates = policy_dates(run)
    title = _title(t, reps)
    how = say("monthly.how") + style.says_band(run)
    figure = style.page(run, title, how, (10, 4.6))
    axes = figure.subplots()
    names = np.array(months.names)
    at = marks.mid_month(names)
    for kind in KINDS:
        colour, look = LOOKS[kind]
        marks.series(axes, at, bands[kind], colour, label=say(f"monthly.{kind}"), **look)
    axes.set_ylim(0)
    marks.scaled_axis(axes.yaxis, say("monthly.axis"))
    axes.set_xlim(at[0] - 14, at[-1] + 17)
    marks.month_axis(axes)
    mark_dates(axes, dates, inches=7.4)
    _name_lines(axes, bands)
    if bands["agreed"].mid.any():
        first = int(np.argmax(bands["agreed"].mid > 0))
        _name_agreed(axes, float(at[first]), float(bands["agreed"].high[first]))
    columns = {k: v for kind in KINDS for k, v in bands[kind].columns(f"{kind}_units").items()}
    return Chart(title, figure, {"month": names, **columns}, [spots.columns([axes], at, range(len(at)), 30.4)])


def _name_agreed(axes: Axes, day: float, height: float) -> None:
    """Write what the agreed volume is above its first step; its end may lie far away."""
    name, (colour, _) = say("monthly.agreed"), LOOKS["agreed"]
    axes.annotate(name, (day, height), (0, 4), textcoords="offset points", color=colour, size=8.5, weight="bold")


def _name_lines(axes: Axes, bands: dict[str, Band]) -> None:
    """Write each line's name at its end, moved apart where lines end close together."""
    top = axes.get_ylim()[1]
    height = -0.04 * top
    for kind in sorted(LINES, key=lambda k: float(bands[k].mid[-1])):
        name, (colour, _) = say(f"monthly.{kind}"), LOOKS[kind]
        height = max(float(bands[kind].mid[-1]), height + 0.055 * top)
        axes.annotate(
            name,
            (1, height),
            (4, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            color=style.DARK.get(colour, colour),
            size=8.5,
            va="center",
            weight="bold",
        )


def _title(t: Columns, reps: Axis) -> str:
    under = t["agreed"] > 0
    if not under.any():
        return say("monthly.title_none")
    volume = {kind: sums(t[kind] * under, reps) for kind in KINDS}
    used = volume["selected"] + volume["generic"] + volume["originator"]
    share = mean(ratio(volume["selected"], used))
    unmet = mean(ratio(volume["unmet"], used + volume["unmet"]))
    return say("monthly.title", share=words.percent(share), unmet=words.percent(unmet, 1))
