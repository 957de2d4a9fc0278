"""The chart of a Pareto front: its candidates by the first two objectives."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

from vbp_sim.report import style
from vbp_sim.studies.metric_ids import METRICS
from vbp_sim.studies.optimize import Candidate, Objective


def draw(front: Sequence[Candidate], wanted: Sequence[Objective], path: Path) -> None:
    """Write the chart; each mark is labelled with the number of its scenario file."""
    first, second = wanted[:2]
    with style.rc():
        figure = Figure(figsize=(7.0, 4.5), layout="constrained")
        axes = figure.subplots()
        x = [c.objectives[first.metric] for c in front]
        y = [c.objectives[second.metric] for c in front]
        axes.plot(x, y, "o", color=style.BLUE, mfc=style.SKY)
        for candidate, left, up in zip(front, x, y, strict=True):
            axes.annotate(str(candidate.combination), (left, up), xytext=(5, 4), textcoords="offset points", fontsize=8)
        axes.set_xlabel(_said(first))
        axes.set_ylabel(_said(second))
        axes.set_title("Nothing that was tried is better in all objectives", loc="left")
        figure.savefig(path, metadata={"Date": None})


def _said(objective: Objective) -> str:
    metric = METRICS[objective.metric]
    return f"{metric.id}, {metric.unit} ({'more' if objective.more else 'less'} is better)"
