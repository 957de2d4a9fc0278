"""Where each yuan saved goes: from what the same need would have cost to what firms receive now."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from vbp_sim.report.charts import marks, spots, style
from vbp_sim.report.charts.bands import Axis, Band, Floats, mean, ratio, sums
from vbp_sim.report.charts.calendar import contract_months
from vbp_sim.report.charts.catalogue import Chart, NothingToDraw, chart
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.runs.folder import RunFolder
from vbp_sim.runs.savings import Savings

#: who saves, the colour and the hatching of the step
STEPS = (
    ("patients", style.ORANGE, "///"),
    ("hospitals", style.GREEN, "..."),
    ("fund", style.BLUE, ""),
)
BEFORE, NOW = "before", "paid_now"


@chart("waterfall")
def draw(run: RunFolder) -> Chart:
    """Draw the steps from the baseline cost to the spending, in months under contract."""
    parts = collect(run)
    bands = {name: Band.about_mean(values) for name, values in parts.items()}
    title = _title(parts)
    how = say("waterfall.how") + style.says_mean(run)
    figure = style.page(run, title, how, (8.5, 4.2))
    axes = figure.subplots()
    _steps(axes, bands)
    yuan = Band.about_mean(np.stack(list(parts.values()), axis=1))
    steps = np.array([say(f"waterfall.{name}") for name in parts], dtype=object)
    shares = {"share_of_earlier_cost": yuan.mid / yuan.mid[0]}
    over = spots.columns([axes], range(len(steps)), range(len(steps)))
    return Chart(title, figure, {"step": steps, **yuan.columns("yuan"), **shares}, [over])


def collect(run: RunFolder) -> dict[str, Floats]:
    """Yuan per step, each of shape (replications,); the steps add up to the difference of the ends."""
    if not len(contract_months(run)):
        raise NothingToDraw(say("catalogue.no_contract"))
    t = run.table("fund")
    known = Savings.of(t, run.table("use", ["replication", "month", "province", "agreed"]))
    reps = Axis.of(t["replication"][known.rows], names=range(int(run.manifest["replications"])))
    before, patients, fund = (sums(v, reps) for v in (known.baseline, known.by["patient"], known.by["fund"]))
    settled = run.table("settlement", ["replication", "retained"])
    retained = sums(settled["retained"], Axis.of(settled["replication"], names=reps.names))
    return {
        BEFORE: before,
        "patients": patients,
        "hospitals": retained,
        "fund": fund - retained,
        NOW: before - patients - fund,
    }


def _steps(axes: Axes, bands: dict[str, Band]) -> None:
    ends = {name: float(band.mid) for name, band in bands.items()}
    level = ends[BEFORE]
    axes.bar(0, level, width=0.62, color=style.PALE, edgecolor=style.GREY)
    _says(axes, 0, level, level, ends[BEFORE])
    for i, (name, colour, hatch) in enumerate(STEPS, start=1):
        low, high = sorted((level, level - ends[name]))
        axes.bar(i, high - low, bottom=low, width=0.62, color=colour, edgecolor=style.INK, hatch=hatch, linewidth=0.8)
        axes.hlines(level, i - 0.69, i + 0.31, color=style.GREY, linewidth=0.8)
        _says(axes, i, high, ends[name], ends[BEFORE])
        level -= ends[name]
    last = len(STEPS) + 1
    axes.hlines(level, last - 0.69, last + 0.31, color=style.GREY, linewidth=0.8)
    axes.bar(last, ends[NOW], width=0.62, color=style.PALE, edgecolor=style.GREY)
    _says(axes, last, ends[NOW], ends[NOW], ends[BEFORE])
    saved = [say(f"waterfall.by_{name}") for name, _, _ in STEPS]
    axes.set_xticks(range(last + 1), [say(f"waterfall.{BEFORE}"), *saved, say(f"waterfall.{NOW}")])
    axes.axhline(0, color=style.INK, linewidth=1)
    axes.grid(axis="x", visible=False)
    axes.margins(y=0.14)
    marks.scaled_axis(axes.yaxis, say("words.yuan"))


def _says(axes: Axes, x: float, top: float, yuan: float, whole: float) -> None:
    said = f"{words.scaled(yuan)}\n{words.percent(yuan / whole) if whole else ''}"
    look: dict[str, Any] = {"textcoords": "offset points", "ha": "center", "va": "bottom", "size": 8}
    axes.annotate(style.minus(said), (x, max(top, 0)), (0, 3), **look)


def _title(parts: dict[str, Floats]) -> str:
    saved = parts[BEFORE] - parts[NOW]
    whole = mean(saved)
    if not whole > 0:
        return say("waterfall.title_nothing", money=words.money(-whole))
    shares = [mean(ratio(parts[name], saved)) for name, _, _ in STEPS]
    parted = {name: style.minus(words.percent(share)) for (name, _, _), share in zip(STEPS, shares, strict=True)}
    return say("waterfall.title", money=words.money(whole), **parted)
