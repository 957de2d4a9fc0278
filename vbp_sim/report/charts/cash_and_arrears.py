"""Cash of manufacturers and of distributors, and what hospitals owe them past its due day, over time."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from vbp_sim.report.charts import marks, spots, style
from vbp_sim.report.charts.bands import Axis, Band, Cells, Floats, sums
from vbp_sim.report.charts.calendar import mark_dates, policy_dates
from vbp_sim.report.charts.catalogue import Chart, NothingToDraw, chart
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.runs.folder import RunFolder

#: by panel, what it shows and how
PANELS: tuple[dict[str, dict[str, Any]], ...] = (
    {
        "firms": {"colour": style.BLUE, "linewidth": 2.2},
        "distributors": {"colour": style.ORANGE, "linestyle": (0, (5, 1.5)), "linewidth": 2},
    },
    {
        "owed_firms": {"colour": style.RED, "linewidth": 2.2},
        "owed_distributors": {"colour": style.PURPLE, "linestyle": (0, (5, 1.5)), "linewidth": 2},
    },
)


@chart("cash-and-arrears")
def draw(run: RunFolder) -> Chart:
    """Draw the cash of firms and distributors above, arrears of hospitals below."""
    months, found = collect(run)
    bands = {name: Band.about_mean(values) for name, values in found.items()}
    title = _title(bands)
    figure = style.page(run, title, say("cash.how") + style.says_mean(run, bands=True), (10, 6.2))
    above, below = figure.subplots(2, 1, sharex=True)
    at = marks.mid_month(months)
    for axes, lines in zip((above, below), PANELS, strict=True):
        shown = [name for name in lines if found[name].any()] or [*lines][:1]
        for name in shown:
            marks.series(axes, at, bands[name], **lines[name])
        axes.axhline(0, color=style.INK, linewidth=0.8)
        axes.set_xlim(at[0] - 14, at[-1] + 17)
        marks.scaled_axis(axes.yaxis, say("words.yuan"))
        axes.set_ylabel(f"{say('cash.axis_cash' if axes is above else 'cash.axis_arrears')}\n{axes.get_ylabel()}")
        marks.month_axis(axes)
        mark_dates(axes, policy_dates(run), inches=7.4 if axes is above else 0)
        _name(axes, {name: (bands[name], lines[name]["colour"]) for name in shown})
    cells = Cells(month=months, **{f"{name}_yuan": band for name, band in bands.items()})
    return Chart(title, figure, cells.columns(), [spots.columns([below, above], at, range(len(at)), 30.4)])


def collect(run: RunFolder) -> tuple[Any, dict[str, Floats]]:
    """The months, and yuan of each line at their ends, (replications, months)."""
    t = {
        "distributors": run.table("distributors", ["replication", "month", "cash"]),
        "firms": run.table("firms", ["replication", "month", "cash"]),
        "claims": run.table("claims", ["replication", "month", "claim", "overdue"]),
    }
    if not len(t["distributors"]["month"]):
        raise NothingToDraw(say("cash.nothing"))
    reps, months = Axis.of(t["distributors"]["replication"]), Axis.months(t["distributors"]["month"])

    def by_month(name: str, values: Floats) -> Floats:
        when = Axis.of(t[name]["month"].astype("datetime64[M]"), names=[month.item() for month in months.names])
        return sums(values, Axis.of(t[name]["replication"], names=reps.names), when)

    found = {name: by_month(name, t[name]["cash"]) for name in ("firms", "distributors")}
    for line, claim in (("owed_firms", "goods"), ("owed_distributors", "collection")):
        found[line] = by_month("claims", t["claims"]["overdue"] * (t["claims"]["claim"] == claim))
    return np.array(months.names), found


def _name(axes: Axes, lines: dict[str, tuple[Band, str]]) -> None:
    """Write each line's name at its end, moved apart where lines end close together."""
    low, high = axes.get_ylim()
    step, height = 0.09 * (high - low), low - (high - low)
    for name, (band, colour) in sorted(lines.items(), key=lambda item: float(item[1][0].mid[-1])):
        height = max(float(band.mid[-1]), height + step)
        look: dict[str, Any] = {"va": "center", "color": style.DARK.get(colour, colour), "size": 8.5, "weight": "bold"}
        marks.says(axes, say(f"cash.{name}"), (1, height), (4, 0), xycoords=("axes fraction", "data"), **look)


def _title(bands: dict[str, Band]) -> str:
    owed = bands["owed_firms"].mid + bands["owed_distributors"].mid
    said = {name: style.minus(words.money(float(bands[name].mid[-1]))) for name in ("firms", "distributors")}
    return words.clauses([say("cash.title", **said), say("cash.title_arrears", most=words.money(float(owed.max())))])
