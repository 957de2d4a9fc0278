"""What selected products earn over their cost, drug by drug, and how often their firms give up."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from vbp_sim.report.charts import marks, spots, style
from vbp_sim.report.charts.bands import Axis, Band, Cells, Floats, ratio, sums
from vbp_sim.report.charts.catalogue import Chart, NothingToDraw, chart
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.runs.folder import RunFolder


@chart("margins")
def draw(run: RunFolder) -> Chart:
    """Draw the margin of selected products by drug, beside the exits of the run."""
    t = run.table("bids", ["replication", "round", "drug", "price", "cost", "selected"])
    won = t["selected"] & np.isfinite(t["price"]) & np.isfinite(t["cost"])
    if not won.any():
        raise NothingToDraw(say("margins.nothing"))
    t = {name: column[won] for name, column in t.items()}
    reps = Axis.of(t["replication"], names=range(int(run.manifest["replications"])))
    tenders = Axis.of(t["round"], t["drug"])
    margin = 1 - t["cost"] / t["price"]
    band = Band.of(ratio(sums(margin, reps, tenders), sums(np.ones(len(margin)), reps, tenders)))
    exits = _exits(run, reps, tenders)
    order = np.argsort(-np.nan_to_num(band.mid, nan=-9.0), kind="stable")
    title = _title(run, float((margin < 0).mean()), float(exits.sum(axis=1).mean()))
    names = style.tenders([tenders.names[i] for i in order])
    how = say("margins.how") + style.says_band(run)
    figure, (axes,), at = marks.listed(run, title, how, names, "drug", (9.5, 0.2))
    _rows(axes, at, band[order[: len(at)]], exits[:, order[: len(at)]])
    found = Cells(
        **tenders.columns("round", "drug"), margin_share_of_price=band, exits_per_replication=exits.mean(axis=0)
    )
    return Chart(title, figure, found.at(order).columns(), [spots.rows([axes], at, range(len(at)))])


def _exits(run: RunFolder, reps: Axis, tenders: Axis) -> Floats:
    """Selected products given up; (replications, tenders)."""
    t = run.table("events", ["replication", "kind", "round", "drug"])
    known = set(tenders.names)
    keys = zip(t["kind"], t["round"], t["drug"], strict=True)
    mine = np.array([kind == "exit" and (round, drug) in known for kind, round, drug in keys], dtype=np.bool_)
    t = {name: column[mine] for name, column in t.items()}
    when, where = Axis.of(t["replication"], names=reps.names), Axis.of(t["round"], t["drug"], names=tenders.names)
    return sums(np.ones(len(when.codes)), when, where)


def _rows(axes: Axes, at: Floats, band: Band, exits: Floats) -> None:
    marks.spread(axes, band, at, style.GREEN, 5)
    axes.plot(band.mid, at, "D", color=style.GREEN, markersize=5)
    axes.axvline(0, color=style.INK, linewidth=1.2, linestyle="--")
    axes.set_xlim(min(0.0, float(np.nanmin(band.low))) - 0.04, 1.02)
    marks.percent_axis(axes.xaxis, say("margins.axis"))
    if exits.any():
        one = len(exits) == 1
        often = (exits > 0).mean(axis=0).tolist()
        said = ("" if not share else say("words.yes") if one else words.percent(share) for share in often)
        marks.beside(axes, at, said, 1.02, style.RED, say("margins.given_up" if one else "margins.given_up_in"))


def _title(run: RunFolder, losing: float, given_up: float) -> str:
    over_sales = run.summary["metrics"].get("margin", {}).get("mean")
    said = []
    if over_sales is not None:
        said = [say("margins.title", share=style.minus(words.percent(over_sales)))]
    said.append(say("margins.title_below" if losing else "margins.title_none_below", share=words.percent(losing, 1)))
    said.append(say("margins.title_exits" if given_up else "margins.title_no_exits", n=words.few(given_up)))
    return words.clauses(said).capitalize()
