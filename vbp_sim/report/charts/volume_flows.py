"""What hospitals needed under contract: what they had reported and agreed, what they bought, what stayed unmet."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from vbp_sim.report.charts import marks, spots, style
from vbp_sim.report.charts.bands import Axis, Band, Cells, Floats, mean, ratio, sums
from vbp_sim.report.charts.catalogue import Chart, NothingToDraw, chart
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.runs.folder import RunFolder

#: parts of the need, in the order in which they are stacked; drugs outside the list only where they take any
PARTS: dict[str, dict[str, Any]] = {
    "selected": {"color": style.BLUE},
    "generic": {"color": style.ORANGE, "hatch": "///"},
    "originator": {"color": style.SKY, "hatch": "..."},
    "alternatives": {"color": style.PURPLE, "hatch": "\\\\\\"},
    "away": {"color": style.PURPLE, "hatch": "..."},
    "unmet": {"color": style.RED, "hatch": "xxx"},
}


@chart("volume-flows")
def draw(run: RunFolder) -> Chart:
    """Draw the need of each drug under contract as a bar of its parts, with reported and agreed volume on it."""
    t = run.table("use", ["replication", "drug", "need", "agreed", *PARTS])
    under = t["agreed"] > 0
    if not under.any():
        raise NothingToDraw(say("catalogue.no_contract"))
    t = {name: column[under] for name, column in t.items()}
    names = [name for name in (*PARTS, "agreed") if name not in ("alternatives", "away") or t[name].any()]
    reps = Axis.of(t["replication"], names=range(int(run.manifest["replications"])))
    drugs = Axis.of(t["drug"])
    need = sums(t["need"], reps, drugs)
    share = {name: ratio(sums(t[name], reps, drugs), need) for name in names}
    share["reported"] = share["agreed"] * _reported_by_agreed(run, reps, drugs)
    found = Cells(**drugs.columns("drug"), **{f"{name}_share_of_need": Band.about_mean(v) for name, v in share.items()})
    found = found.at(np.argsort(-np.nan_to_num(found["selected_share_of_need"].mid), kind="stable"))
    title = _title({name: mean(values) for name, values in share.items()})
    labels = [style.label(str(name), 32) for name in found["drug"]]
    how = say("volumes.how") + style.says_mean(run)
    figure, (axes,), at = marks.listed(run, title, how, labels, "drug", (10, 0.22), keys=2)
    _bars(axes, at, {name: found[f"{name}_share_of_need"].mid[: len(at)] for name in share})
    style.legend(figure, 4)
    return Chart(title, figure, found.columns(), [spots.rows([axes], at, range(len(at)))])


def _reported_by_agreed(run: RunFolder, reps: Axis, drugs: Axis) -> Floats:
    """Reported over agreed volume of each drug; (replications, drugs)."""
    t = run.table("reports", ["replication", "drug", "reported", "agreed"])
    known = np.isin(t["drug"].astype(str), [str(name) for name in drugs.names])
    axes = Axis.of(t["replication"][known], names=reps.names), Axis.of(t["drug"][known], names=drugs.names)
    return ratio(*(sums(t[name][known], *axes) for name in ("reported", "agreed")))


def _bars(axes: Axes, at: Floats, share: dict[str, Floats]) -> None:
    start = np.zeros(len(at))
    for name in filter(share.__contains__, PARTS):
        width = np.nan_to_num(share[name])
        look = {"height": 0.66, "edgecolor": "white", "linewidth": 0.6, **PARTS[name]}
        axes.barh(at, width, left=start, label=say(f"volumes.{name}"), **look)
        start = start + width
    axes.plot(share["agreed"], at, "|", color=style.INK, markersize=11, mew=2.6, label=say("volumes.agreed"))
    axes.plot(share["reported"], at, "o", mfc="white", color=style.INK, markersize=5, label=say("volumes.reported"))
    axes.set_xlim(0, max(1.05, 1.05 * float(np.nanmax([1.0, *share["reported"], *share["agreed"]]))))
    axes.grid(axis="y", visible=False)
    marks.percent_axis(axes.xaxis, say("volumes.axis"))


def _title(average: dict[str, float]) -> str:
    reported, agreed, bought, unmet = (average[name] for name in ("reported", "agreed", "selected", "unmet"))
    said = [say("volumes.title", share=words.percent(bought))]
    if np.isfinite(reported):
        said.append(say("volumes.title_agreed", reported=words.percent(reported), agreed=words.percent(agreed)))
    return words.clauses([*said, say("volumes.title_unmet", share=words.percent(unmet, 1))])
