"""One tender, bid by bid: ceiling, costs, who won, and the reason for each."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from vbp_sim.errors import InputError, Problem, nearest
from vbp_sim.report.charts import marks, spots, style
from vbp_sim.report.charts.bands import Floats
from vbp_sim.report.charts.catalogue import Chart, Columns, NothingToDraw, chart
from vbp_sim.report.charts.thresholds import thresholds
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say, told
from vbp_sim.report.words.names import beside
from vbp_sim.runs.folder import RunFolder

#: characters of a line of a reason
REASON = 50


@chart("bids-ladder", choice="drug")
def draw(run: RunFolder, drug: str) -> Chart:
    """Draw the bids for one drug in the first replication, the lowest on top; by default the drug with most bids."""
    t = run.table("bids")
    quoted = (t["replication"] == 0) & np.isfinite(t["bid"])
    if not quoted.any():
        raise NothingToDraw(say("ladder.nothing"))
    name = drug or _fullest(t["drug"][quoted])
    mine = quoted & (t["drug"] == name)
    if not mine.any():
        known = sorted(set(t["drug"][quoted].tolist()))
        raise InputError(Problem(f"--drug {name}", "nobody bid for it in this run", nearest(name, known)))
    mine &= t["round"] == t["round"][mine][0]
    rows = {column: values[mine] for column, values in t.items()}
    order = np.lexsort((rows["bid"], ~rows["selected"]))[: style.MOST_ROWS]
    rows = {column: values[order] for column, values in rows.items()}
    title = _title(name, rows)
    several = int(run.manifest["replications"]) > 1
    how = say("ladder.how_first" if several else "ladder.how", round=style.label(str(rows["round"][0]), 30))
    lines = thresholds(run, rows)
    figure = style.page(run, title, how, (10, 0.9 + 0.55 * len(order)), keys=2 if lines else 1)
    axes, beside = figure.subplots(1, 2, sharey=True, width_ratios=(3, 2))
    at = marks.rows(axes, [_named(rows, i) for i in range(len(order))])
    _bars(axes, at, rows)
    for line in lines:
        axes.axvline(line.yuan, color=style.GREY, linewidth=1.4, linestyle=(0, line.dashes), label=line.says)
    _reasons(beside, at, rows)
    style.legend(figure, 4 if lines else 5)
    return Chart(title, figure, _data(rows), [spots.rows([axes, beside], at, range(len(at)))])


def _fullest(drugs: Floats) -> str:
    """The drug with most bids, the first of them in the order of the market."""
    return str(Counter(drugs.tolist()).most_common(1)[0][0])


def _named(rows: Columns, i: int) -> str:
    name = style.label(beside(str(rows["manufacturer"][i]), str(rows["drug"][i])), 26)
    return say("ladder.originator", name=name) if rows["originator"][i] else name


def _bars(axes: Axes, at: Floats, rows: Columns) -> None:
    won = rows["selected"]
    for which, says, face, hatch in (
        (won, say("ladder.won"), style.BLUE, ""),
        (~won, say("ladder.lost"), "white", "///"),
    ):
        if which.any():
            axes.barh(
                at[which], rows["bid"][which], height=0.5, color=face, edgecolor=style.BLUE, hatch=hatch, label=says
            )
    if np.isfinite(rows["cost"]).any():
        axes.plot(rows["cost"], at, "|", color=style.RED, markersize=15, mew=2.2, label=say("ladder.cost"))
    if np.isfinite(rows["real_bid"]).any():  # below the bar, where they hide no number
        look: dict[str, Any] = {"mfc": "white", "color": style.INK, "markersize": 5, "zorder": 6}
        axes.plot(rows["real_bid"], at + 0.37, "D", label=say("ladder.real"), **look)
    ceiling = float(rows["ceiling"][0])
    if ceiling > 0:
        axes.axvline(ceiling, color=style.INK, linewidth=1.2, linestyle="--", label=say("bids.ceiling"))
    numbers = [rows["bid"], rows["cost"], rows["real_bid"]]
    high = max(ceiling if ceiling > 0 else 0.0, *(float(np.nanmax([0.0, *column])) for column in numbers))
    axes.set_xlim(0, 1.16 * high)
    for y, bid in zip(at, rows["bid"], strict=True):
        said = axes.annotate(
            words.compact(float(bid)), (bid, y), (5, 0), textcoords="offset points", va="center", size=8
        )
        said.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 1.8, "alpha": 0.85})
    axes.set_xlabel(say("words.yuan_per_unit"))
    axes.grid(axis="y", visible=False)
    marks.number_axis(axes.xaxis)


def _reasons(axes: Axes, at: Floats, rows: Columns) -> None:
    axes.set_axis_off()
    for y, reason, won in zip(at, rows["reason"], rows["selected"], strict=True):
        why = str(reason) or say("ladder.selected" if won else "ladder.not_selected")
        said = words.wrapped(style.label(why, 3 * REASON), REASON)
        axes.text(0.02, y, "\n".join(said[:4]), size=7.5, va="center", weight="bold" if won else "normal")
    axes.set_xlim(0, 1)


def _title(name: str, rows: Columns) -> str:
    n, won = len(rows["bid"]), int(rows["selected"].sum())
    lowest, ceiling = float(rows["bid"].min()), float(rows["ceiling"][0])
    said = told("ladder.title", won, drug=style.label(name), bids=words.counted(n, "bid"))
    share = words.percent(lowest / ceiling) if ceiling > 0 else ""
    part = say("ladder.title_share" if share else "ladder.title_lowest", lowest=words.compact(lowest), share=share)
    return words.clauses([said[0].upper() + said[1:], part])


def _data(rows: Columns) -> Columns:
    keep = ("round", "drug", "manufacturer", "originator", "rank", "bid", "cost", "ceiling", "selected", "reason")
    return {name: rows[name] for name in (*keep, "real_bid")}
