"""Published outcomes beside simulated ones: band over replications, each over its published value."""

from __future__ import annotations

from typing import Any

import numpy as np

from vbp_sim.report.charts import marks, spots, style
from vbp_sim.report.charts.catalogue import Chart, NothingToDraw, chart
from vbp_sim.report.words.language import say
from vbp_sim.truth.outcomes import Held, Outcomes, shown, span

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
    few = held[: style.MOST_ROWS]
    how = say("outcomes.how", n=found.content["replications"]) + style.says_rows(len(few), len(held), "outcome")
    figure = style.page(found.origin, title, how, (10.5, 0.9 + 0.22 * len(few)), keys=1)
    axes = figure.subplots()
    at = marks.rows(axes, [style.label(h.target.outcome, 46) for h in few])
    values = np.array([h.target.value for h in few])
    mean, low, high, least, most = (np.array(column) / values for column in zip(*map(_numbers, few), strict=True))
    axes.hlines(at, low, high, color=style.BLUE, linewidth=5, alpha=0.35, label=say("outcomes.band"))
    axes.plot(mean, at, "o", color=style.BLUE, markersize=5, label=say("outcomes.simulated"))
    axes.hlines(at, least, most, color=style.INK, linewidth=1.2)
    axes.plot(np.ones(len(few)), at, "|", color=style.INK, markersize=11, mew=2.2, label=say("outcomes.published"))
    for y, h in zip(at, few, strict=True):
        place: dict[str, Any] = {"transform": axes.get_yaxis_transform(), "size": 7.5, "color": style.INK}
        axes.text(1.01, y, style.minus(_beside(h)), va="center", **place)
    axes.set_xlim(*REACH)
    axes.set_xlabel(say("outcomes.axis"))
    axes.grid(axis="y", visible=False)
    marks.percent_axis(axes.xaxis)
    style.legend(figure, 3)
    return Chart(title, figure, _table(held), [spots.rows([axes], at, range(len(few)))])


def _numbers(h: Held) -> tuple[float, float, float, float, float]:
    t = h.target
    least, most = (t.value if np.isnan(end) else end for end in (t.low, t.high))
    return h.mean, h.low, h.high, least, most


def _beside(h: Held) -> str:
    t = h.target
    words = {"mean": shown(t, h.mean), "span": span(t, h.low, h.high), "value": shown(t, t.value)}
    return say("outcomes.beside", status=t.status[0], **words)


def _table(held: list[Held]) -> dict[str, Any]:
    texts = {name: np.array([getattr(h.target, name) for h in held], dtype=object) for name in ("id", "metric", "unit")}
    numbers = {name: np.array([getattr(h, name) for h in held]) for name in ("mean", "low", "high", "low80", "high80")}
    published = {f"published_{name}".removesuffix("_value"): np.array([getattr(h.target, name) for h in held])
                 for name in ("value", "low", "high")}  # fmt: skip
    said = {"in": [h.verdict for h in held], "status": [h.target.status for h in held]}
    return {**texts, **numbers, **published, **{k: np.array(v, dtype=object) for k, v in said.items()}}
