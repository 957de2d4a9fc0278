"""What hospitals needed under contract: what they had reported and agreed, what they bought, what stayed unmet."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from vbp_sim.report.charts import marks, spots, style
from vbp_sim.report.charts.bands import Axis, Band, Floats, mean, ratio, sums
from vbp_sim.report.charts.catalogue import Chart, NothingToDraw, chart
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.runs.folder import RunFolder

#: parts of the need, in the order in which they are stacked; drugs outside the list only where they take any
PARTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("selected", {"color": style.BLUE}),
    ("generic", {"color": style.ORANGE, "hatch": "///"}),
    ("originator", {"color": style.SKY, "hatch": "..."}),
    ("alternatives", {"color": style.PURPLE, "hatch": "\\\\\\"}),
    ("away", {"color": style.PURPLE, "hatch": "..."}),
    ("unmet", {"color": style.RED, "hatch": "xxx"}),
)


@chart("volume-flows")
def draw(run: RunFolder) -> Chart:
    """Draw the need of each drug under contract as a bar of its parts, with reported and agreed volume on it."""
    names = [part for part, _ in PARTS]
    t = run.table("use", ["replication", "drug", "need", "agreed", *names])
    under = t["agreed"] > 0
    if not under.any():
        raise NothingToDraw(say("catalogue.no_contract"))
    t = {name: column[under] for name, column in t.items()}
    names = [name for name in names if name not in ("alternatives", "away") or t[name].any()]
    reps = Axis.of(t["replication"], names=range(int(run.manifest["replications"])))
    drugs = Axis.of(t["drug"])
    need = sums(t["need"], reps, drugs)
    share = {name: ratio(sums(t[name], reps, drugs), need) for name in (*names, "agreed")}
    share["reported"] = share["agreed"] * _reported_by_agreed(run, reps, drugs)
    bands = {name: Band.about_mean(values) for name, values in share.items()}
    order = np.argsort(-np.nan_to_num(bands["selected"].mid), kind="stable")
    shown = order[: style.MOST_ROWS]
    title = _title({name: mean(values) for name, values in share.items()})
    how = say("volumes.how") + style.says_mean(run) + style.says_rows(len(shown), len(order), "drug")
    figure = style.page(run, title, how, (10, 0.9 + 0.22 * len(shown)), keys=2)
    axes = figure.subplots()
    at = marks.rows(axes, [style.label(str(drugs.names[i]), 32) for i in shown])
    _bars(axes, at, {name: band.at(shown).mid for name, band in bands.items()})
    style.legend(figure, 4)
    over = [spots.rows([axes], at, range(len(at)))]
    columns = {k: v for name, band in bands.items() for k, v in band.at(order).columns(f"{name}_share_of_need").items()}
    return Chart(title, figure, {"drug": np.array(drugs.names, dtype=object)[order], **columns}, over)


def _reported_by_agreed(run: RunFolder, reps: Axis, drugs: Axis) -> Floats:
    """Reported over agreed volume of each drug; (replications, drugs)."""
    t = run.table("reports", ["replication", "drug", "reported", "agreed"])
    known = np.isin(t["drug"].astype(str), [str(name) for name in drugs.names])
    axes = Axis.of(t["replication"][known], names=reps.names), Axis.of(t["drug"][known], names=drugs.names)
    return ratio(*(sums(t[name][known], *axes) for name in ("reported", "agreed")))


def _bars(axes: Axes, at: Floats, share: dict[str, Floats]) -> None:
    start = np.zeros(len(at))
    for name, look in PARTS:
        if name not in share:
            continue
        width = np.nan_to_num(share[name])
        axes.barh(
            at, width, left=start, height=0.66, label=say(f"volumes.{name}"), edgecolor="white", linewidth=0.6, **look
        )
        start = start + width
    axes.plot(share["agreed"], at, "|", color=style.INK, markersize=11, mew=2.6, label=say("volumes.agreed"))
    axes.plot(share["reported"], at, "o", mfc="white", color=style.INK, markersize=5, label=say("volumes.reported"))
    axes.set_xlim(0, max(1.05, 1.05 * float(np.nanmax([1.0, *share["reported"], *share["agreed"]]))))
    axes.set_xlabel(say("volumes.axis"))
    axes.grid(axis="y", visible=False)
    marks.percent_axis(axes.xaxis)


def _title(average: dict[str, float]) -> str:
    reported, agreed, bought, unmet = (average[name] for name in ("reported", "agreed", "selected", "unmet"))
    said = [say("volumes.title", share=words.percent(bought))]
    if np.isfinite(reported):
        said.append(say("volumes.title_agreed", reported=words.percent(reported), agreed=words.percent(agreed)))
    return words.clauses([*said, say("volumes.title_unmet", share=words.percent(unmet, 1))])
