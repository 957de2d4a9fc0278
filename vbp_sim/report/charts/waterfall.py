"""Where each yuan saved goes: from what the same need would have cost to what firms receive now."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from vbp_sim.report.charts import marks, spots, style
from vbp_sim.report.charts.bands import Axis, Band, Cells, Floats, mean, sums
from vbp_sim.report.charts.calendar import contract_months
from vbp_sim.report.charts.catalogue import Chart, NothingToDraw, chart
from vbp_sim.report.charts.who_gains import beside_price
from vbp_sim.report.csv_table import column
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.runs.folder import RunFolder
from vbp_sim.runs.savings import Savings

BEFORE, SAVERS, NOW = "before", ("patients", "hospitals", "fund"), "paid_now"
LOOKS: dict[str, dict[str, Any]] = {
    BEFORE: {"color": style.PALE, "edgecolor": style.GREY},
    "patients": {"color": style.ORANGE, "edgecolor": style.INK, "linewidth": 0.8, "hatch": "///"},
    "hospitals": {"color": style.GREEN, "edgecolor": style.INK, "linewidth": 0.8, "hatch": "..."},
    "fund": {"color": style.BLUE, "edgecolor": style.INK, "linewidth": 0.8},
    NOW: {"color": style.PALE, "edgecolor": style.GREY},
}


@chart("waterfall")
def draw(run: RunFolder) -> Chart:
    """Draw the steps from the baseline cost to the spending, in months under contract."""
    parts = collect(run)
    yuan = Band.about_mean(np.stack(list(parts.values()), axis=1))
    title, how = _title(parts), say("waterfall.how") + style.says_mean(run)
    figure = style.page(run, title, how, (8.5, 4.2))
    axes = figure.subplots()
    _steps(axes, dict(zip(parts, yuan.mid.tolist(), strict=True)))
    steps = column(say(f"waterfall.{name}") for name in parts)
    found = Cells(step=steps, yuan=yuan, share_of_earlier_cost=yuan.mid / yuan.mid[0])
    return Chart(title, figure, found.columns(), [spots.columns([axes], range(len(steps)), range(len(steps)))])


def collect(run: RunFolder) -> dict[str, Floats]:
    """Yuan per step, each of shape (replications,); the steps add up to the difference of the ends."""
    if not len(contract_months(run)):
        raise NothingToDraw(say("catalogue.no_contract"))
    t = run.table("fund")
    known = Savings.of(t, run.table("use", ["replication", "month", "province", "agreed"]))
    reps = Axis.of(t["replication"][known.rows], names=range(int(run.manifest["replications"])))
    before, patients, fund = (sums(v, reps) for v in (known.baseline, known.by["patient"], known.by["fund"]))
    settled = run.table("settlement", ["replication", "retained"])
    kept = sums(settled["retained"], Axis.of(settled["replication"], names=reps.names))
    now = sums(known.paid, reps)
    by_case = before - patients - fund - now  # what payment by case leaves to hospitals
    more = beside_price(run.table("accounts", ["replication", "level", "flow", "yuan"]), len(reps))
    return {
        BEFORE: before,
        "patients": patients,
        "hospitals": kept + by_case + more,
        "fund": fund - kept - more,
        NOW: now,
    }


def _steps(axes: Axes, yuan: dict[str, float]) -> None:
    level, whole = 0.0, yuan[BEFORE]
    for i, (name, value) in enumerate(yuan.items()):
        start, end = (level, level - value) if name in SAVERS else (0.0, value)
        low, high = sorted((start, end))
        axes.bar(i, high - low, bottom=low, width=0.62, **LOOKS[name])
        if i:
            axes.hlines(level, i - 0.69, i + 0.31, color=style.GREY, linewidth=0.8)
        said = f"{words.scaled(value)}\n{words.percent(value / whole) if whole else ''}"
        marks.says(axes, style.minus(said), (i, max(high, 0)), (0, 3), ha="center", va="bottom")
        level = end
    axes.set_xticks(range(len(yuan)), [say(f"waterfall.{'by_' * (name in SAVERS)}{name}") for name in yuan])
    axes.axhline(0, color=style.INK, linewidth=1)
    axes.grid(axis="x", visible=False)
    axes.margins(y=0.14)
    marks.scaled_axis(axes.yaxis, say("words.yuan"))


def _title(parts: dict[str, Floats]) -> str:
    whole = mean(parts[BEFORE] - parts[NOW])
    if not whole > 0:
        return say("waterfall.title_nothing", money=words.money(-whole))
    shares = {name: style.minus(words.percent(mean(parts[name]) / whole)) for name in SAVERS}
    return say("waterfall.title", money=words.money(whole), **shares)
