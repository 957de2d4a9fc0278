"""One shortage from its warning to its end: who meets the orders month by month, and what happens meanwhile."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from vbp_sim.engine.supply_tables import SOURCES
from vbp_sim.report.charts import marks, spots, style
from vbp_sim.report.charts.bands import Floats
from vbp_sim.report.charts.catalogue import Chart, NothingToDraw, chart
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say, term
from vbp_sim.runs.folder import RunFolder
from vbp_sim.runs.shortages import Shortage, shortages

#: by source, how its part of a bar looks; hatches tell them apart in grey
LOOKS: dict[str, dict[str, Any]] = {
    "own": {"color": style.PALE},
    "stock": {"color": "#9CC7E3"},
    "backup": {"color": style.BLUE},
    "winners": {"color": style.SKY, "hatch": "///"},
    "reserve": {"color": style.GREEN},
    "neighbours": {"color": "#7FD1B5", "hatch": "..."},
    "emergency": {"color": style.ORANGE},
    "imports": {"color": "#F4D08A", "hatch": "\\\\\\"},
    "brands": {"color": style.PURPLE, "hatch": "xxx"},
    "waiting": {"color": "white", "hatch": "---", "edgecolor": style.RED},
    "unmet": {"color": style.RED},
}
#: width of a month's bar, days
WIDE = 25.0
#: events of the drug that are told below the bars, the first of each kind
TOLD = ("notice", "disruption", "exit", "recall", "shortage", "backup", "reserve", "neighbours", "emergency", "imports",
        "replacement", "recovery")  # fmt: skip


@chart("shortage", choice="drug")
def draw(run: RunFolder, drug: str) -> Chart:
    """Draw the longest of the deepest shortages of a drug, all its provinces together, in one replication."""
    every = shortages(run.table("relief"), "replication", "drug")
    found = [one for one in every if one.short.any() and drug in ("", one.key[1])]
    if not found:
        raise NothingToDraw(say("shortage.nothing"))
    worst = max(found, key=lambda one: float(_missing(one).sum()))
    months = worst.first + np.arange(len(worst.units))
    used = [source for source in LOOKS if worst.units[:, SOURCES.index(source)].any()]
    title, how = _title(worst), say("shortage.how", replication=worst.key[0])
    figure = style.page(run, title, how, (max(6.5, 2.5 + 0.45 * len(months)), 4.4), keys=-(-len(used) // 4))
    axes = figure.subplots()
    at, below, parts = marks.mid_month(months), np.zeros(len(months)), worst.parts
    for source in used:
        height = parts[:, SOURCES.index(source)]
        look = {"edgecolor": "white", **LOOKS[source]}
        axes.bar(at, height, WIDE, below, label=say(f"shortage.{source}"), linewidth=0.4, **look)
        below = below + height
    axes.set_ylim(0, 1)
    marks.percent_axis(axes.yaxis, say("shortage.axis"))
    axes.set_xlim(at[0] - 45, at[-1] + 20)
    marks.month_axis(axes)
    _tell(axes, run, worst, months)
    style.legend(figure, 4)
    columns = {f"{source}_units": worst.units[:, SOURCES.index(source)] for source in used}
    return Chart(title, figure, {"month": months, **columns}, [spots.columns([axes], at, range(len(at)), 30.4)])


def _missing(one: Shortage) -> Floats:
    """Part of the orders that suppliers of the agreement do not deliver, by month."""
    return np.asarray(one.parts[:, SOURCES.index("brands") :].sum(axis=1))


def _tell(axes: Axes, run: RunFolder, one: Shortage, months: Any) -> None:
    """Lines on the days on which something first happens, each with its kind, from top to bottom."""
    events = run.table("events", ["replication", "date", "kind", "drug"])
    mine = (events["replication"] == one.key[0]) & (events["drug"] == one.key[1])
    dates = events["date"].astype("datetime64[D]")
    mine &= (dates >= (months[0] - 1).astype("datetime64[D]")) & (dates < (months[-1] + 2).astype("datetime64[D]"))
    first: dict[str, Any] = {}
    for i in np.flatnonzero(mine).tolist():
        first.setdefault(events["kind"][i], dates[i])
    told = sorted(((day, kind) for kind, day in first.items() if kind in TOLD), key=lambda each: each[0])
    for n, (day, kind) in enumerate(told):
        x = float(day.astype(np.float64))
        axes.axvline(x, color=style.INK, linewidth=0.9, linestyle=(0, (3, 2)))
        marks.says(axes, term("event_kinds", kind), (x, 0.96 - 0.055 * (n % 16)), (3, 0), pad=1, size=8, weight="bold")


def _title(one: Shortage) -> str:
    """How long it took, and who helped."""
    total = float(one.units.sum(axis=0)[SOURCES.index("stock") :].sum())
    parts = {source: float(one.units[:, k].sum()) / total for k, source in enumerate(SOURCES) if source != "own"}
    helped = max((s for s in parts if s not in ("waiting", "unmet")), key=lambda s: parts[s])
    said = say("shortage.title", drug=style.label(one.key[1]), months=words.counted(len(one.units), "month"))
    who = say("shortage.title_helped", who=say(f"shortage.{helped}"), share=words.percent(parts[helped]))
    left = say("shortage.title_unmet", share=words.percent(parts["unmet"] + parts["waiting"], 1))
    return words.clauses([said, who, left])
