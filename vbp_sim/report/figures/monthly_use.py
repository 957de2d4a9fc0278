"""Monthly use by kind of product, with the dates of the policy."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from vbp_sim.report import marks, style, words
from vbp_sim.report.bands import Axis, Band, Floats, ratio, sums
from vbp_sim.report.calendar import Mark, mark_dates, policy_dates
from vbp_sim.report.catalogue import Chart, NothingToDraw, chart
from vbp_sim.studies.folder import RunFolder

KINDS = ("selected", "generic", "originator", "unmet", "agreed")
LOOKS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "selected": ("selected", style.BLUE, {"linewidth": 2.4}),
    "generic": ("generics not selected", style.ORANGE, {"linestyle": (0, (5, 1.5))}),
    "originator": ("originators not selected", style.GREEN, {"linestyle": (0, (5, 1.5, 1, 1.5))}),
    "unmet": ("unmet", style.RED, {"linestyle": (0, (1, 1.2)), "linewidth": 2}),
    "agreed": (
        "agreed volume / 12",
        style.GREY,
        {"linestyle": "-", "linewidth": 1, "drawstyle": "steps-mid"},
    ),
}


@chart("monthly-use", "What is used before and after the round?")
def draw(run: RunFolder) -> Chart:
    """Draw the volumes of a month, all tendered drugs together."""
    t = run.table("use", ["replication", "month", *KINDS])
    if not len(t["month"]):
        raise NothingToDraw("no month was simulated")
    reps, months = Axis.of(t["replication"]), Axis.months(t["month"])
    volumes = {kind: sums(t[kind], reps, months) for kind in KINDS}
    bands = {kind: Band.of(v) for kind, v in volumes.items()}
    dates = policy_dates(run)
    title = _title(volumes, np.array(months.names), dates)
    how = (
        "Units (tablets, capsules, vials) a month, all tendered drugs and provinces together. Before the "
        "first supply 'selected' is the use of the products that win later." + style.says_band(run)
    )
    figure = style.page(run, title, how, (10, 4.6))
    axes = figure.subplots()
    names = np.array(months.names)
    at = marks.mid_month(names)
    for kind in KINDS:
        name, colour, look = LOOKS[kind]
        marks.series(axes, at, bands[kind], colour, label=name, **look)
    axes.set_ylim(0)
    marks.scaled_axis(axes.yaxis, "units per month")
    axes.set_xlim(at[0] - 14, at[-1] + 17)
    marks.month_axis(axes)
    mark_dates(axes, dates, inches=7.4)
    _name_lines(axes, bands)
    columns = {k: v for kind in KINDS for k, v in bands[kind].columns(f"{kind}_units").items()}
    return Chart(title, figure, {"month": names, **columns})


def _name_lines(axes: Axes, bands: dict[str, Band]) -> None:
    """Write each line's name at its end, moved apart where lines end close together."""
    top = axes.get_ylim()[1]
    height = -0.04 * top
    for kind in sorted(KINDS, key=lambda k: float(bands[k].mid[-1])):
        name, colour, _ = LOOKS[kind]
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


def _title(volumes: dict[str, Floats], months: npt.NDArray[np.datetime64], dates: list[Mark]) -> str:
    starts = [m.date.astype("datetime64[M]") for m in dates if m.kind == "start"]
    before = months < min(starts) if starts else np.zeros(len(months), dtype=bool)
    after = volumes["agreed"].sum(axis=0) > 0
    used = volumes["selected"] + volumes["generic"] + volumes["originator"]
    if not after.any():
        return "No contract came into force; use stays with the earlier products"
    share = float(np.mean(ratio(volumes["selected"][:, after].sum(axis=1), used[:, after].sum(axis=1))))
    title = f"Selected products make up {words.percent(share)} of use while contracts run"
    if before.any():
        earlier = float(
            np.mean(ratio(volumes["selected"][:, before].sum(axis=1), used[:, before].sum(axis=1)))
        )
        title += f", {words.percent(earlier)} before"
    need = used + volumes["unmet"]
    unmet = float(np.mean(ratio(volumes["unmet"][:, after].sum(axis=1), need[:, after].sum(axis=1))))
    return f"{title}; {words.percent(unmet, 1)} of need stays unmet"
