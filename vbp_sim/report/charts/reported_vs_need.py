"""What institutions report against what they then need, drug by drug and by level of hospital."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from vbp_sim.report.charts import marks, spots, style
from vbp_sim.report.charts.bands import Axis, Band, Cells, Floats, ratio, sums
from vbp_sim.report.charts.catalogue import Chart, NothingToDraw, chart
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.runs.folder import RunFolder

_KEYS = ("round", "drug", "level")


@chart("reported-vs-need")
def draw(run: RunFolder) -> Chart:
    """Draw the reported volume of each drug over the need of the first agreement year, by level of hospital."""
    found = collect(run)
    share = found["reported_share_of_need"].mid
    known = np.isfinite(share) & (share > 0)
    if not known.any():
        raise NothingToDraw(say("reported.nothing"))
    found = found.at(np.flatnonzero(known))
    share, levels = found["reported_share_of_need"].mid, found["level"]
    names = [str(name) for name in dict.fromkeys(levels.tolist())]
    middle = {name: float(np.median(share[levels == name])) for name in names}
    title, how = _title(float(np.median(share)), middle), say("reported.how") + style.says_band(run)
    figure = style.page(run, title, how, (8.5, 0.9 + 0.9 * len(names)))
    axes = figure.subplots()
    at = _at(axes, names, levels, found["need_units_a_year"].mid)
    marks.spread(axes, found["reported_share_of_need"], at, style.BLUE, 1.5)
    axes.plot(share, at, "o", color=style.BLUE, mfc=style.SKY, markersize=5, alpha=0.85)
    for i, name in enumerate(names):
        axes.plot([middle[name]] * 2, [i - 0.38, i + 0.38], color=style.INK, linewidth=2)
        marks.says(axes, words.percent(middle[name]), (middle[name], i - 0.38), (0, 3), pad=0.6, ha="center")
    axes.axvline(1, color=style.RED, linestyle="--", linewidth=1.2)
    marks.says(axes, say("reported.need"), (1, 1), (3, 1), xycoords=("data", "axes fraction"), color=style.RED)
    axes.set_xlim(0, max(1.15, 1.05 * float(np.nanmax(found["reported_share_of_need"].high))))
    axes.grid(axis="y", visible=False)
    marks.percent_axis(axes.xaxis, say("reported.axis"))
    return Chart(title, figure, found.columns(), [spots.marks(axes, share, at, range(len(at)))])


def collect(run: RunFolder) -> Cells:
    """Reported volume, and need of the first agreement year, units a year, of each round, drug and level; nan where the
    supply of the round never began."""
    t = run.table("reports", ["replication", "round", "drug", "province", "level", "reported"])
    if not len(t["drug"]):
        raise NothingToDraw(say("catalogue.no_tender"))
    reps, cells = Axis.of(t["replication"]), Axis.of(*(t[name] for name in _KEYS))
    reported, need = sums(t["reported"], reps, cells), np.full((len(reps), len(cells)), np.nan)
    use = run.table("use", ["replication", "month", "drug", "province", "level", "need"])
    for name, first in _starts(run).items():
        mine = t["round"] == name
        year = (use["month"] >= first) & (use["month"] < first + 12)
        year &= np.isin(use["drug"], np.unique(t["drug"][mine])) & np.isin(
            use["province"], np.unique(t["province"][mine])
        )
        months = len(np.unique(use["month"][year]))
        if not months:
            continue
        part = {column: values[year] for column, values in use.items()}
        own = [i for i, key in enumerate(cells.names) if key[0] == name]
        at = Axis.of(part["drug"], part["level"], names=[key[1:] for key in (cells.names[i] for i in own)])
        when = Axis.of(part["replication"], names=reps.names)
        need[:, own] = sums(part["need"], when, at) * (12 / months)
    return Cells(
        **cells.columns(*_KEYS),
        need_units_a_year=Band.of(need),
        reported_units_a_year=Band.of(reported),
        reported_share_of_need=Band.of(ratio(reported, need)),
    )


def _starts(run: RunFolder) -> dict[str, npt.NDArray[Any]]:
    """The month in which the supply of each round begins, or the next one if it does so later than on its first day."""
    e = run.table("events", ["kind", "round", "date"])
    mine = e["kind"] == "start"
    found = {}
    for name, day in zip(e["round"][mine].tolist(), e["date"][mine], strict=True):
        month = day.astype("datetime64[M]")
        found[name] = month + int(day > month.astype("datetime64[D]"))
    return found


def _at(axes: Axes, names: list[str], levels: npt.NDArray[Any], need: Floats) -> Floats:
    """The height of each mark: in the row of its level, drugs with a large need above the others."""
    rows = marks.rows(axes, [style.label(name) for name in names])
    at = np.zeros(len(levels))
    for i, name in enumerate(names):
        mine = np.flatnonzero(levels == name)
        order = mine[np.argsort(-np.nan_to_num(need[mine]), kind="stable")]
        at[order] = rows[i] + (np.linspace(-0.3, 0.3, len(mine)) if len(mine) > 1 else 0.0)
    return at


def _title(share: float, middle: dict[str, float]) -> str:
    whole = say("reported.title", share=words.percent(share))
    low, high = min(middle, key=lambda name: middle[name]), max(middle, key=lambda name: middle[name])
    if words.percent(middle[low]) == words.percent(middle[high]):
        return whole
    ends = {"low_name": style.label(low), "low": words.percent(middle[low])}
    ends |= {"high_name": style.label(high), "high": words.percent(middle[high])}
    return words.clauses([whole, say("reported.title_ends", **ends)])
