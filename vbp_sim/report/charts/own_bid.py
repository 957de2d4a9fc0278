"""What one firm's bids would bring: profit and chance by price, and the choice among its drugs."""

from __future__ import annotations

import numpy as np

from vbp_sim.report import bidding
from vbp_sim.report.charts import marks, style
from vbp_sim.report.charts.bands import Band
from vbp_sim.report.charts.catalogue import Chart
from vbp_sim.report.csv_table import table
from vbp_sim.report.words import letters, words
from vbp_sim.report.words.language import say
from vbp_sim.report.words.names import LocalRun
from vbp_sim.truth.own_bid import OwnBid
from vbp_sim.truth.portfolio import Portfolio


def curve(found: OwnBid, run: LocalRun) -> Chart:
    """Draw profit and chance of winning over the price."""
    data = table(found.rows())
    with letters.readable(), style.rc():
        title = bidding.best(found, run)
        figure = style.page(run, title, say("bid.curve_how", n=len(found.cost)), (7.5, 4.2))
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
        band = Band(data["profit_low"], data["profit"], data["profit_high"], len(found.cost))
        marks.series(above, data["price"], band, style.BLUE)
        above.axhline(0, color=style.INK, linewidth=0.8)
        above.plot(data["price"][found.best], data["profit"][found.best], "o", color=style.BLUE)
        marks.scaled_axis(above.yaxis, say("words.yuan"))
        below.plot(data["price"], data["win"], color=style.GREEN)
        below.set_ylim(0, 1.05)
        marks.percent_axis(below.yaxis, say("bid.chance"))
        marks.number_axis(below.xaxis, say("bid.curve_axis"))
        style.settle(figure)
    return Chart(title, figure, data)


def choice(found: Portfolio, run: LocalRun) -> Chart:
    """Draw the profit of each drug, those that are left out hollow."""
    rows = found.rows()
    data = table(rows)
    with letters.readable(), style.rc():
        title, names = bidding.chosen(found, run), [style.label(run.called("drug", row["drug"]), 32) for row in rows]
        how = say("bid.plant_how", n=len(found.total))
        figure, (axes,), at = marks.listed(run, title, how, names, "drug", (10, 0.32))
        rows = rows[: len(at)]
        taken = np.array([row["bid"] for row in rows])
        low, mid, high = (data[f"profit{end}"][: len(at)] for end in ("_low", "", "_high"))
        face = np.where(taken, style.SKY, "white")
        marks.bars(axes, at, Band(low, mid, high, len(found.total)), 0.6, color=face, edgecolor=style.BLUE)
        axes.axvline(0, color=style.INK, linewidth=0.8)
        marks.scaled_axis(axes.xaxis, say("words.yuan"))
        bids = (f"{row['price']:.3g} ({words.percent(row['price'] / row['ceiling'])})" for row in rows)
        marks.beside(axes, at, bids, 1.02, style.INK, say("bid.price"))
        for x, name in ((1.16, "win"), (1.25, "often")):
            marks.beside(axes, at, [words.percent(row[name]) for row in rows], x, style.INK, say(f"bid.{name}"))
        style.settle(figure)
    return Chart(title, figure, data)
