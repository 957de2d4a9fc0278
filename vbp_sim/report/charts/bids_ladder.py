"""One tender, bid by bid: ceiling, costs, who won, and the reason for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from vbp_sim.errors import InputError, Problem, nearest
from vbp_sim.report.charts import marks, spots, style
from vbp_sim.report.charts.bands import Floats
from vbp_sim.report.charts.catalogue import Chart, Columns, NothingToDraw, chart
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say, told
from vbp_sim.report.words.names import beside
from vbp_sim.runs.folder import RunFolder

#: characters of a line of a reason
REASON = 50
#: columns of a bid in the table
COLUMNS = ("round", "drug", "manufacturer", "originator", "rank", "bid", "cost", "ceiling", "selected", "reason")


@dataclass(frozen=True)
class Threshold:
    """A price in yuan that a round's rules draw: how low a bid must be to win. What it is, how its line is drawn."""

    yuan: float
    says: str
    dashes: tuple[float, ...]


@chart("bids-ladder", choice="drug")
def draw(run: RunFolder, drug: str) -> Chart:
    """Draw the bids for one drug in the first replication, the lowest on top; by default the drug with most bids."""
    t = run.table("bids")
    quoted = (t["replication"] == 0) & np.isfinite(t["bid"])
    if not quoted.any():
        raise NothingToDraw(say("ladder.nothing"))
    name = drug or str(Counter(t["drug"][quoted].tolist()).most_common(1)[0][0])
    mine = quoted & (t["drug"] == name)
    if not mine.any():
        known = sorted(set(t["drug"][quoted].tolist()))
        raise InputError(Problem(f"--drug {name}", "nobody bid for it in this run", nearest(name, known)))
    mine &= t["round"] == t["round"][mine][0]
    rows = {column: values[mine] for column, values in t.items()}
    order = np.lexsort((rows["bid"], ~rows["selected"]))
    rows = {column: values[order] for column, values in rows.items()}
    title = _title(name, rows)
    several = int(run.manifest["replications"]) > 1
    how = say("ladder.how_first" if several else "ladder.how", round=style.label(str(rows["round"][0]), 30))
    lines, names = thresholds(run, rows), [_named(rows, i) for i in range(len(order))]
    keys = 2 if lines else 1
    figure, (left, right), at = marks.listed(run, title, how, names, "bid", (10, 0.55), keys, sides=2)
    shown = {column: values[: len(at)] for column, values in rows.items()}
    _bars(left, at, shown)
    for line in lines:
        left.axvline(line.yuan, color=style.GREY, linewidth=1.4, linestyle=(0, line.dashes), label=line.says)
    _reasons(right, at, shown)
    style.legend(figure, 4 if lines else 5)
    table = {column: rows[column] for column in (*COLUMNS, "real_bid")}
    return Chart(title, figure, table, [spots.rows([left, right], at, range(len(at)))])


def thresholds(run: RunFolder, rows: Columns) -> list[Threshold]:
    """Thresholds of one tender, whose bids are ``rows``; those that hang on more than its bids are left out."""
    rounds: Mapping[str, Any] = run.manifest.get("inputs", {}).get("rounds", {})
    rule = rounds.get(str(rows["round"][0]), {}).get("rules", {}).get("selection", {})
    if rule.get("rule") != "threshold":
        return []
    ceiling = float(rows["ceiling"][0])
    valid = rows["bid"][rows["bid"] <= ceiling] if ceiling > 0 else rows["bid"]
    found = []
    if rule.get("ratio") and rule.get("anchor", {}).get("rule") == "lowest" and len(valid):
        says = say("ladder.ratio", ratio=words.compact(rule["ratio"]))
        found.append(Threshold(float(rule["ratio"] * np.min(valid)), says, (1, 1.2)))
    if rule.get("cut") and ceiling > 0:
        says = say("ladder.cut", cut=words.percent(rule["cut"]))
        found.append(Threshold(float((1 - rule["cut"]) * ceiling), says, (6, 1.5, 1, 1.5)))
    return found


def _named(rows: Columns, i: int) -> str:
    name = style.label(beside(str(rows["manufacturer"][i]), str(rows["drug"][i])), 26)
    return say("ladder.originator", name=name) if rows["originator"][i] else name


def _bars(axes: Axes, at: Floats, rows: Columns) -> None:
    won, bids = rows["selected"], rows["bid"]
    for which, name, face, hatch in ((won, "won", style.BLUE, ""), (~won, "lost", "white", "///")):
        if which.any():
            look: dict[str, Any] = {"color": face, "edgecolor": style.BLUE, "hatch": hatch}
            axes.barh(at[which], bids[which], height=0.5, label=say(f"ladder.{name}"), **look)
    if np.isfinite(rows["cost"]).any():
        axes.plot(rows["cost"], at, "|", color=style.RED, markersize=15, mew=2.2, label=say("ladder.cost"))
    if np.isfinite(rows["real_bid"]).any():  # below the bar, where they hide no number
        look = {"mfc": "white", "color": style.INK, "markersize": 5, "zorder": 6}
        axes.plot(rows["real_bid"], at + 0.37, "D", label=say("ladder.real"), **look)
    ceiling = float(rows["ceiling"][0])
    if ceiling > 0:
        axes.axvline(ceiling, color=style.INK, linewidth=1.2, linestyle="--", label=say("bids.ceiling"))
    high = max(float(np.nanmax([0.0, *numbers])) for numbers in ([ceiling], bids, rows["cost"], rows["real_bid"]))
    axes.set_xlim(0, 1.16 * high)
    for y, bid in zip(at, bids, strict=True):
        marks.says(axes, words.compact(float(bid)), (bid, y), (5, 0), pad=1.8, va="center")
    axes.grid(axis="y", visible=False)
    marks.number_axis(axes.xaxis, say("words.yuan_per_unit"))


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
    return words.clauses([words.sentence(said), part])
