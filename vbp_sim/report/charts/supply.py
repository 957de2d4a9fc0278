"""Supply over time: what stays unmet, how many products are down, and who was down when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from vbp_sim.report.charts import marks, spots, style
from vbp_sim.report.charts.bands import Axis, Band, Cells, Floats, Ints, mean, ratio, sums
from vbp_sim.report.charts.calendar import mark_dates, policy_dates
from vbp_sim.report.charts.catalogue import Chart, NothingToDraw, chart
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.report.words.names import beside
from vbp_sim.runs.folder import RunFolder

#: products that the calendar shows
WORST = 15
#: part of the replications, and number of them, at which the darkest shade may begin, so that one bad run of a few is
#: not black
FULL, SEVERAL = 0.5, 2
DOWN = LinearSegmentedColormap.from_list("down", ["#FFFFFF", "#F3B48A", style.RED, "#5A2500"])


@dataclass(frozen=True)
class Supply:
    """What stayed unmet and who was down. Shape (replications, months[, products]); ``down`` is 0 or 1."""

    months: npt.NDArray[Any]
    products: list[tuple[str, str]]
    unmet: Floats  # share of need
    down: Floats
    share: float  # unmet share of need under contract, mean over replications
    supplied: float  # products that supplied, mean over replications

    @property
    def often(self) -> Floats:
        """Share of replications in which each product was down; (months, products)."""
        return np.asarray(self.down.mean(axis=0))

    def worst(self) -> Ints:
        """Products that were down most, at most `WORST`, the worst first."""
        total = self.often.sum(axis=0)
        order = np.argsort(-total, kind="stable")
        return np.asarray(order[total[order] > 0][:WORST])


@chart("supply")
def draw(run: RunFolder) -> Chart:
    """Draw unmet need and products down by month, above a calendar of the worst products."""
    s = collect(run)
    worst, often = s.worst(), s.often
    title = _title(s, worst)
    heights = (1.5, 1.2, 0.22 * max(len(worst), 2))
    figure = style.page(run, title, _how(run, len(worst)), (10, 3.6 + heights[-1]))
    above, middle, below = figure.subplots(3, 1, sharex=True, height_ratios=heights)
    at = marks.mid_month(s.months)
    found = Cells(month=s.months)
    found["unmet_share"] = _line(above, at, s.unmet, style.RED)
    above.set_ylim(0, max(0.005, above.get_ylim()[1]))
    marks.percent_axis(above.yaxis, say("supply.axis_unmet"), 1)
    found["products_down"] = _line(middle, at, s.down.sum(axis=2), style.DARK[style.PURPLE])
    middle.set_ylim(0, max(1.0, 1.08 * middle.get_ylim()[1]))
    middle.set_ylabel(say("supply.axis_down"))
    marks.whole_axis(middle.yaxis)
    _calendar(below, s.months, often[:, worst], [s.products[i] for i in worst], len(s.down))
    below.set_xlim(at[0] - 14, at[-1] + 17)
    dates = policy_dates(run)
    for axes in (above, middle, below):
        mark_dates(axes, dates, inches=6.2 if axes is above else 0)
        marks.month_axis(axes)
    strips = {say("supply.strip", drug=s.products[i][0], firm=s.products[i][1]): often[:, i] for i in worst}
    over = spots.columns([middle, above], at, range(len(at)), 30.4)
    return Chart(title, figure, found.columns() | strips, [over])


def collect(run: RunFolder) -> Supply:
    """Unmet need and products down by month."""
    use = run.table("use", ["replication", "month", "need", "unmet", "agreed"])
    t = run.table("supply", ["replication", "month", "drug", "manufacturer", "down"])
    if not len(t["drug"]):
        raise NothingToDraw(say("catalogue.no_contract"))
    reps, months = Axis.of(use["replication"]), Axis.months(use["month"])
    when = Axis.of(t["month"].astype("datetime64[M]"), names=[m.item() for m in months.names])
    products = Axis.of(t["drug"], t["manufacturer"])
    rep = Axis.of(t["replication"], names=reps.names)
    under = use["agreed"] > 0
    return Supply(
        months=np.array(months.names),
        products=products.names,
        unmet=ratio(*(sums(use[name], reps, months) for name in ("unmet", "need"))),
        share=mean(ratio(*(sums(use[name] * under, reps) for name in ("unmet", "need")))),
        down=np.minimum(sums(t["down"], rep, when, products), 1.0),
        supplied=float((sums(np.ones(len(rep.codes)), rep, products) > 0).sum(axis=1).mean()),
    )


def _how(run: RunFolder, worst: int) -> str:
    several = int(run.manifest["replications"]) > 1
    strips = "supply.how_often" if several else "supply.how_down"
    told = say("supply.how") + (say(strips, products=words.counted(worst, "product")) if worst else "")
    return told + style.says_band(run) + (say("supply.how_mean") if several else "")


def _line(axes: Axes, at: Floats, values: Floats, colour: str) -> Band:
    """A line with its band; rare events hide in a median, so that the mean is drawn beside it."""
    band = Band.of(values)
    marks.series(axes, at, band, colour, linewidth=2)
    if band.shown:
        axes.plot(at, values.mean(axis=0), color=colour, linewidth=1.1, linestyle=(0, (3, 1.5)))
    return band


def _calendar(
    axes: Axes, months: npt.NDArray[Any], often: Floats, names: list[tuple[str, str]], replications: int
) -> None:
    """One strip per product, darker where it was down in more replications."""
    if not names:
        axes.set_yticks([])
        axes.text(0.5, 0.5, say("supply.nobody"), transform=axes.transAxes, ha="center", va="center")
        return
    marks.rows(axes, [f"{style.label(drug, 20)} · {style.label(beside(firm, drug), 20)}" for drug, firm in names])
    axes.grid(visible=False)
    edges = marks.days(np.append(months, months[-1] + 1)), np.arange(len(names) + 1) - 0.5
    most = min(1.0, max(FULL, SEVERAL / replications, float(often.max())))
    mesh = axes.pcolormesh(*edges, often.T, cmap=DOWN, vmin=0, vmax=most, edgecolors=style.PALE, linewidth=0.4)
    if replications > 1:
        bar = axes.figure.colorbar(mesh, ax=axes, pad=0.01, fraction=0.03, aspect=12)
        marks.percent_axis(bar.ax.yaxis)
        bar.set_label(say("supply.axis_often"), size=8)


def _title(s: Supply, worst: Ints) -> str:
    said = say("supply.title", share=words.percent(s.share, 2))
    if not len(worst):
        return words.clauses([said, say("supply.title_nobody")])
    hit = float((s.down.sum(axis=1) > 0).sum(axis=1).mean())
    drug, firm = s.products[worst[0]]
    drug, firm = style.label(drug), style.label(beside(firm, drug))
    found = {"hit": words.few(hit), "all": words.few(s.supplied), "drug": drug, "firm": firm}
    return words.clauses([said, say("supply.title_mean" if len(s.down) > 1 else "supply.title_down", **found)])
