"""Prices before and after a round, drug by drug, beside the prices that were really selected."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from vbp_sim.report.charts import marks, spots, style
from vbp_sim.report.charts.bands import Axis, Band, Cells, Flags, Floats, mean, placed
from vbp_sim.report.charts.catalogue import Chart, NothingToDraw, chart
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.runs.folder import RunFolder


@chart("price-by-drug")
def draw(run: RunFolder) -> Chart:
    """Draw earlier and selected prices as dumbbells, and the cut between them."""
    drugs, average = collect(run)
    drugs = drugs.at(np.lexsort((-np.nan_to_num(drugs["cut_share"].mid, nan=-9.0), ~won(drugs))))
    title = _title(drugs, average)
    names = style.tenders(list(zip(drugs["round"], drugs["drug"], strict=True)))
    how = say("price.how") + style.says_band(run)
    figure, (left, right), at = marks.listed(run, title, how, names, "drug", (10, 0.2), keys=1, sides=2)
    shown = drugs.at(slice(len(at)))
    _dumbbells(left, at, shown)
    _cuts(right, at, shown)
    style.legend(figure, 3)
    return Chart(title, figure, drugs.columns(), [spots.rows([left, right], at, range(len(at)))])


def collect(run: RunFolder) -> tuple[Cells, float]:
    """Earlier price, lowest selected price and cut of every tendered drug, and the mean cut.

    ``failed_share``: part of the replications in which nobody won.
    """
    awards = run.table("awards", ["replication", "round", "drug", "failed", "lowest", "real_price"])
    if not len(awards["drug"]):
        raise NothingToDraw(say("catalogue.no_tender"))
    reps, drugs = Axis.of(awards["replication"]), Axis.of(awards["round"], awards["drug"])
    after = placed(awards["lowest"], reps, drugs)
    before = _before(run, reps, drugs, after)
    cut = 1 - after / before
    found = Cells(
        **drugs.columns("round", "drug"),
        failed_share=np.nanmean(placed(awards["failed"], reps, drugs), axis=0),
        price_before_yuan=Band.of(before),
        price_after_yuan=Band.of(after),
        cut_share=Band.of(cut),
        real_price_yuan=placed(awards["real_price"], reps, drugs)[0],
    )
    return found, mean(cut)


def won(drugs: Cells) -> Flags:
    """Drugs that somebody won in at least half of the replications."""
    return np.asarray(drugs["failed_share"] <= 0.5)


def _before(run: RunFolder, reps: Axis, drugs: Axis, after: Floats) -> Floats:
    """Own earlier price of the cheapest selected product, else the drug's lowest one; (reps, drugs)."""
    t = run.table("prices", ["replication", "round", "drug", "selected", "price_before", "price_after"])
    rep = Axis.of(t["replication"], names=reps.names).codes
    drug = Axis.of(t["round"], t["drug"], names=drugs.names).codes
    known = np.isfinite(t["price_before"])
    cells = np.full(after.shape, np.inf)
    np.minimum.at(cells, (rep[known], drug[known]), t["price_before"][known])
    own = known & t["selected"] & (t["price_after"] <= after[rep, drug] * (1 + 1e-9))
    cells[rep[own], drug[own]] = t["price_before"][own]
    return np.where(np.isfinite(cells), cells, np.nan)


def _dumbbells(axes: Axes, at: Floats, drugs: Cells) -> None:
    mine, before, after, real = won(drugs), *(drugs[f"{n}_yuan"] for n in ("price_before", "price_after", "real_price"))
    axes.set_xscale("log")
    axes.hlines(at[mine], after.mid[mine], before.mid[mine], color=style.PALE, linewidth=2.2)
    axes.plot(before.mid, at, "o", mfc="white", color=style.GREY, markersize=5, label=say("price.earlier"))
    marks.spread(axes, after[mine], at[mine], style.BLUE, 5)
    axes.plot(after.mid[mine], at[mine], "o", color=style.BLUE, markersize=5.5, label=say("price.simulated"))
    if np.isfinite(real).any():
        axes.plot(real, at, "|", color=style.INK, markersize=10, mew=1.8, label=say("price.real"))
    axes.set_title(say("price.price"))
    marks.number_axis(axes.xaxis, say("price.axis"))


def _cuts(axes: Axes, at: Floats, drugs: Cells) -> None:
    mine, cut, failed = won(drugs), drugs["cut_share"], drugs["failed_share"]
    real = 1 - drugs["real_price_yuan"] / drugs["price_before_yuan"].mid
    marks.spread(axes, cut[mine], at[mine], style.BLUE, 5)
    axes.plot(cut.mid[mine], at[mine], "o", color=style.BLUE, markersize=5.5)
    axes.plot(real, at, "|", color=style.INK, markersize=10, mew=1.8)
    low = min(0.0, float(np.nanmin([0.0, *cut.low[mine], *real])) - 0.03)
    axes.set_xlim(low, 1.02)
    said = say("price.failed_mostly" if cut.shown else "price.failed")
    for y, other in zip(at[~mine], real[~mine], strict=True):
        start, side = (low if np.isnan(other) else max(low, float(other))), "right" if other > 0.5 else "left"
        axes.text(start + (0.02 if side == "left" else -0.02), y, said, color=style.RED, size=8, va="center", ha=side)
    if cut.shown and failed.any():
        often = (words.percent(float(share)) if share > 0 else "" for share in failed)
        marks.beside(axes, at, often, 1.03, style.RED, say("price.failed_in"))
    axes.set_title(say("price.cut"))
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    marks.percent_axis(axes.xaxis, say("price.axis_cut"))


def _title(prices: Cells, average: float) -> str:
    names, mine, cut = prices["drug"], won(prices), prices["cut_share"].mid
    drugs, failed = words.counted(len(names), "drug"), float(prices["failed_share"].sum())
    lost = say("price.title_failed", failed=words.few(failed), drugs=drugs)
    if not np.isfinite(cut[mine]).any():
        return say("price.title_no_cut", lost=lost) if failed else say("price.title_no_price")
    deepest = int(np.nanargmax(np.where(mine, cut, np.nan)))
    share = style.minus(words.percent(float(cut[deepest])))
    said = [
        say("price.title_fall" if average >= 0 else "price.title_rise", share=words.percent(abs(average))),
        say("price.title_deepest", drug=style.label(names[deepest]), share=share),
    ]
    return words.clauses([*said, lost] if failed else said)
