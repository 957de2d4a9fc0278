"""Published outcomes beside simulated ones: band over replications, each over its published value."""

from __future__ import annotations

from typing import Any

import numpy as np

from vbp_sim.report.charts import marks, spots, style
from vbp_sim.report.charts.catalogue import Chart, NothingToDraw, chart
from vbp_sim.report.csv_table import table
from vbp_sim.report.words import words
from vbp_sim.report.words.language import restate, say
from vbp_sim.runs.metrics import METRICS
from vbp_sim.truth.outcomes import Held, Outcomes

#: what of the axis is shown, over the published value; what lies beyond is told beside the row
REACH = (-0.5, 2.5)


@chart("outcomes", of="outcomes")
def draw(found: Outcomes) -> Chart:
    """Draw each published outcome at 100 %, and the simulated band beside it."""
    held = [h for h in found.held if np.isfinite(h.mean) and h.target.value]
    if not held:
        raise NothingToDraw(say("outcomes.none"))
    inside = sum(h.verdict == "in" for h in held)
    title = say("outcomes.title", inside=inside, all=len(held))
    drawn = any(h.luck for h in held)
    how = say("outcomes.how", n=found.content["replications"]) + (say("outcomes.luck") if drawn else "")
    names = [style.label(restate("published", h.target.outcome), 54) for h in held]
    figure, (axes,), at = marks.listed(found.origin, title, how, names, "outcome", (10.5, 0.22), keys=1)
    few = held[: len(at)]
    values = np.array([h.target.value for h in few])
    mean, low, high, least, most = (np.array(column) / values for column in zip(*map(_numbers, few), strict=True))
    axes.hlines(at, low, high, color=style.BLUE, linewidth=5, alpha=0.35, label=say("outcomes.band"))
    if drawn:
        alone = np.array([(h.luck.low, h.luck.high) if h.luck else (np.nan, np.nan) for h in few]).T / values
        axes.hlines(at, *alone, color=style.BLUE, linewidth=1.5)
    axes.plot(mean, at, "o", color=style.BLUE, markersize=5, label=say("outcomes.simulated"))
    axes.hlines(at, least, most, color=style.INK, linewidth=1.2)
    axes.plot(np.ones(len(few)), at, "|", color=style.INK, markersize=11, mew=2.2, label=say("outcomes.published"))
    marks.beside(axes, at, (style.minus(_beside(h)) for h in few), 1.01, style.INK, size=7.5)
    axes.set_xlim(*REACH)
    axes.grid(axis="y", visible=False)
    marks.percent_axis(axes.xaxis, say("outcomes.axis"))
    style.legend(figure, 3)
    return Chart(title, figure, table(map(_row, held)), [spots.rows([axes], at, range(len(few)))])


def _numbers(h: Held) -> tuple[float, float, float, float, float]:
    t = h.target
    least, most = (t.value if np.isnan(end) else end for end in (t.low, t.high))
    return h.mean, h.low, h.high, least, most


def _beside(h: Held) -> str:
    metric = METRICS[h.target.metric]
    shares, decimals = metric.unit == "share", metric.decimals
    mean, low, high, value = (
        words.percent(v, 1) if shares else f"{v:,.{decimals}f}" for v in (h.mean, h.low, h.high, h.target.value)
    )
    return say("outcomes.beside", status=h.target.status[0], mean=mean, span=words.span(low, high), value=value)


def _row(h: Held) -> dict[str, Any]:
    """A row of the table: an outcome, its simulated band, and what was published of it."""
    t = h.target
    row: dict[str, Any] = {"id": t.id, "metric": t.metric, "unit": t.unit}
    row |= {name: getattr(h, name) for name in ("mean", "low", "high", "low80", "high80")}
    row |= {"luck_low": h.luck.low, "luck_high": h.luck.high} if h.luck else {}
    published = {"published": t.value, "published_low": t.low, "published_high": t.high}
    return {**row, **published, "in": h.verdict, "status": t.status}
