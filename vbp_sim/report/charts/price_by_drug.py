"""Prices before and after a round, drug by drug, beside the prices that were really selected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from vbp_sim.report.charts import marks, spots, style
from vbp_sim.report.charts.bands import Axis, Band, Flags, Floats, Ints, mean, placed
from vbp_sim.report.charts.catalogue import Chart, Columns, NothingToDraw, chart
from vbp_sim.report.charts.labels import tender_labels
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.runs.folder import RunFolder


@dataclass(frozen=True)
class Prices:
    """Per tendered drug, arrays of shape (drugs,) and bands; yuan per unit, cuts are shares."""

    keys: list[tuple[str, str]]
    before: Band
    after: Band
    cut: Band
    failed: Floats  # share of replications in which nobody won
    real: Floats

    @property
    def won(self) -> Flags:
        """Drugs that somebody won in at least half of the replications."""
        return self.failed <= 0.5

    def at(self, index: Ints) -> Prices:
        """The same for chosen drugs, in that order."""
        keys = [self.keys[i] for i in index]
        before, after, cut = (band.at(index) for band in (self.before, self.after, self.cut))
        return Prices(keys, before, after, cut, self.failed[index], self.real[index])


@chart("price-by-drug")
def draw(run: RunFolder) -> Chart:
    """Draw earlier and selected prices as dumbbells, and the cut between them."""
    prices, average = collect(run)
    prices = prices.at(np.lexsort((-np.nan_to_num(prices.cut.mid, nan=-9.0), ~prices.won)))
    shown = prices.at(np.arange(min(len(prices.keys), style.MOST_ROWS)))
    title = _title(prices, average)
    how = say("price.how") + style.says_band(run) + style.says_rows(len(shown.keys), len(prices.keys), "drug")
    figure = style.page(run, title, how, (10, 0.9 + 0.2 * len(shown.keys)), keys=1)
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=(3, 2))
    at = marks.rows(left, tender_labels(shown.keys))
    _dumbbells(left, at, shown)
    _cuts(right, at, shown)
    style.legend(figure, 3)
    return Chart(title, figure, _data(prices), [spots.rows([left, right], at, range(len(at)))])


def collect(run: RunFolder) -> tuple[Prices, float]:
    """Earlier price, lowest selected price and cut of every tendered drug, and the mean cut."""
    awards = run.table("awards", ["replication", "round", "drug", "failed", "lowest", "real_price"])
    if not len(awards["drug"]):
        raise NothingToDraw(say("catalogue.no_tender"))
    reps = Axis.of(awards["replication"])
    drugs = Axis.of(awards["round"], awards["drug"])
    after = placed(awards["lowest"], reps, drugs)
    before = _before(run, reps, drugs, after)
    cut = 1 - after / before
    real = placed(awards["real_price"], reps, drugs)[0]
    failed = np.nanmean(placed(awards["failed"], reps, drugs), axis=0)
    return Prices(drugs.names, Band.of(before), Band.of(after), Band.of(cut), failed, real), mean(cut)


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


def _dumbbells(axes: Axes, at: Floats, prices: Prices) -> None:
    won, before, after = prices.won, prices.before.mid, prices.after.mid
    axes.set_xscale("log")
    axes.hlines(at[won], after[won], before[won], color=style.PALE, linewidth=2.2)
    axes.plot(before, at, "o", mfc="white", color=style.GREY, markersize=5, label=say("price.earlier"))
    marks.spread(axes, prices.after.at(won), at[won], style.BLUE, 5)
    axes.plot(after[won], at[won], "o", color=style.BLUE, markersize=5.5, label=say("price.simulated"))
    if np.isfinite(prices.real).any():
        axes.plot(prices.real, at, "|", color=style.INK, markersize=10, mew=1.8, label=say("price.real"))
    axes.set_xlabel(say("price.axis"))
    axes.set_title(say("price.price"))
    marks.number_axis(axes.xaxis)


def _cuts(axes: Axes, at: Floats, prices: Prices) -> None:
    won, real = prices.won, 1 - prices.real / prices.before.mid
    marks.spread(axes, prices.cut.at(won), at[won], style.BLUE, 5)
    axes.plot(prices.cut.mid[won], at[won], "o", color=style.BLUE, markersize=5.5)
    axes.plot(real, at, "|", color=style.INK, markersize=10, mew=1.8)
    low = min(0.0, float(np.nanmin([0.0, *prices.cut.low[won], *real])) - 0.03)
    axes.set_xlim(low, 1.02)
    said = say("price.failed_mostly" if prices.cut.shown else "price.failed")
    for y, other in zip(at[~won], real[~won], strict=True):
        start = low if np.isnan(other) else max(low, float(other))
        axes.text(start + 0.02, y, said, color=style.RED, size=8, va="center")
    if prices.cut.shown and prices.failed.any():
        _failures(axes, at, prices.failed)
    axes.set_xlabel(say("price.axis_cut"))
    axes.set_title(say("price.cut"))
    axes.tick_params(axis="y", length=0)
    marks.percent_axis(axes.xaxis)


def _failures(axes: Axes, at: Floats, failed: Floats) -> None:
    """A column of the share of replications in which a drug failed, where it ever did."""
    place: dict[str, Any] = {"transform": axes.get_yaxis_transform(), "color": style.RED, "size": 8}
    axes.text(1.03, -0.75, say("price.failed_in"), va="bottom", **place)
    for y, share in zip(at, failed, strict=True):
        if share > 0:
            axes.text(1.03, y, words.percent(float(share)), va="center", **place)


def _title(prices: Prices, average: float) -> str:
    drugs, failed = words.counted(len(prices.keys), "drug"), float(prices.failed.sum())
    lost = say("price.title_failed", failed=words.few(failed), drugs=drugs)
    if not np.isfinite(prices.cut.mid[prices.won]).any():
        return say("price.title_no_cut", lost=lost) if failed else say("price.title_no_price")
    deepest = int(np.nanargmax(np.where(prices.won, prices.cut.mid, np.nan)))
    name, cut = style.label(prices.keys[deepest][1]), style.minus(words.percent(float(prices.cut.mid[deepest])))
    said = [
        say("price.title_fall" if average >= 0 else "price.title_rise", share=words.percent(abs(average))),
        say("price.title_deepest", drug=name, share=cut),
    ]
    return words.clauses([*said, lost] if failed else said)


def _data(prices: Prices) -> Columns:
    return {
        "round": np.array([k[0] for k in prices.keys], dtype=object),
        "drug": np.array([k[1] for k in prices.keys], dtype=object),
        "failed_share": prices.failed,
        **prices.before.columns("price_before_yuan"),
        **prices.after.columns("price_after_yuan"),
        **prices.cut.columns("cut_share"),
        "real_price_yuan": prices.real,
    }
