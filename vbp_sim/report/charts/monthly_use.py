"""Monthly use by kind of product, with the dates of the policy."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from vbp_sim.report.charts import marks, spots, style
from vbp_sim.report.charts.bands import Axis, Band, Cells, mean, ratio, sums
from vbp_sim.report.charts.calendar import mark_dates, policy_dates
from vbp_sim.report.charts.catalogue import Chart, Columns, NothingToDraw, chart
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.runs.folder import RunFolder

#: by kind of volume, the line that it is drawn as
LOOKS: dict[str, dict[str, Any]] = {
    "selected": {"colour": style.BLUE, "linewidth": 2.4},
    "generic": {"colour": style.ORANGE, "linestyle": (0, (5, 1.5))},
    "originator": {"colour": style.GREEN, "linestyle": (0, (5, 1.5, 1, 1.5))},
    "unmet": {"colour": style.RED, "linestyle": (0, (1, 1.2)), "linewidth": 2},
    "agreed": {"colour": style.GREY, "linestyle": "-", "linewidth": 1, "drawstyle": "steps-mid"},
}


@chart("monthly-use")
def draw(run: RunFolder) -> Chart:
    """Draw the volumes of a month, all tendered drugs together."""
    t = run.table("use", ["replication", "month", *LOOKS])
    if not len(t["month"]):
        raise NothingToDraw(say("monthly.nothing"))
    reps, months = Axis.of(t["replication"]), Axis.months(t["month"])
    bands = {kind: Band.of(sums(t[kind], reps, months)) for kind in LOOKS}
    title, how = _title(t, reps), say("monthly.how") + style.says_band(run)
    figure = style.page(run, title, how, (10, 4.6))
    axes = figure.subplots()
    found = Cells(month=np.array(months.names), **{f"{kind}_units": band for kind, band in bands.items()})
    at = marks.mid_month(found["month"])
    for kind, look in LOOKS.items():
        marks.series(axes, at, bands[kind], label=say(f"monthly.{kind}"), **look)
    axes.set_ylim(0)
    marks.scaled_axis(axes.yaxis, say("monthly.axis"))
    axes.set_xlim(at[0] - 14, at[-1] + 17)
    marks.month_axis(axes)
    mark_dates(axes, policy_dates(run), inches=7.4)
    _name_lines(axes, bands)
    agreed = bands["agreed"]
    if agreed.mid.any():  # above its first step: its end may lie far away
        first = int(np.argmax(agreed.mid > 0))
        _name(axes, "agreed", (float(at[first]), float(agreed.high[first])), (0, 4), color=style.GREY)
    return Chart(title, figure, found.columns(), [spots.columns([axes], at, range(len(at)), 30.4)])


def _name_lines(axes: Axes, bands: dict[str, Band]) -> None:
    """Write each line's name at its end, moved apart where lines end close together."""
    top = axes.get_ylim()[1]
    height = -0.04 * top
    for kind in sorted((kind for kind in LOOKS if kind != "agreed"), key=lambda kind: float(bands[kind].mid[-1])):
        height = max(float(bands[kind].mid[-1]), height + 0.055 * top)
        colour = LOOKS[kind]["colour"]
        place = {"xycoords": ("axes fraction", "data"), "va": "center", "color": style.DARK.get(colour, colour)}
        _name(axes, kind, (1, height), (4, 0), **place)


def _name(axes: Axes, kind: str, at: tuple[float, float], shift: tuple[float, float], **look: Any) -> None:
    marks.says(axes, say(f"monthly.{kind}"), at, shift, size=8.5, weight="bold", **look)


def _title(t: Columns, reps: Axis) -> str:
    under = t["agreed"] > 0
    if not under.any():
        return say("monthly.title_none")
    volume = {kind: sums(t[kind] * under, reps) for kind in LOOKS}
    used = volume["selected"] + volume["generic"] + volume["originator"]
    share = mean(ratio(volume["selected"], used))
    unmet = mean(ratio(volume["unmet"], used + volume["unmet"]))
    return say("monthly.title", share=words.percent(share), unmet=words.percent(unmet, 1))
