"""The ranking chart of a sensitivity analysis: a bar per uncertainty, a panel per metric."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from vbp_sim.report import style
from vbp_sim.studies.metric_ids import METRICS
from vbp_sim.studies.sensitivity import SIZES, Effect

#: metrics in one picture at most
MOST = 6


def draw(effects: Sequence[Effect], method: str, path: Path) -> None:
    """Write the chart; the metrics that come first are shown."""
    metrics = list(dict.fromkeys(effect.metric for effect in effects))[:MOST]
    rows = [[e for e in effects if e.metric == metric] for metric in metrics]
    with style.rc():
        figure = Figure(figsize=(8.0, 0.9 + sum(0.7 + 0.28 * len(r) for r in rows)), layout="constrained")
        panels = figure.subplots(len(rows), 1, squeeze=False, height_ratios=[2 + len(r) for r in rows])[:, 0]
        for axes, mine in zip(panels, rows, strict=True):
            at = np.arange(len(mine))[::-1]
            sizes = np.array([e.size for e in mine])
            spans = np.array([[e.size - e.low, e.high - e.size] for e in mine]).T
            axes.barh(at, sizes, color=style.BLUE, height=0.6)
            axes.errorbar(
                sizes, at, xerr=np.clip(np.nan_to_num(spans), 0, None), fmt="none", ecolor=style.INK, capsize=2
            )
            axes.set_yticks(at, [style.label(e.uncertainty) for e in mine])
            axes.set_title(f"{mine[0].metric}: {METRICS[mine[0].metric].meaning}", loc="left", fontsize="medium")
        figure.supxlabel(f"{SIZES[method]}; lines: 95 % interval", fontsize="small")
        figure.savefig(path, metadata={"Date": None})
