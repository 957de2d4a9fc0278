"""What selected products earn over their cost, drug by drug, and how often their firms give up."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from vbp_sim.report.charts import marks, spots, style
from vbp_sim.report.charts.bands import Axis, Band, Floats, ratio, sums
from vbp_sim.report.charts.catalogue import Chart, NothingToDraw, chart
from vbp_sim.report.charts.labels import tender_labels
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
    reps = Axis.of(t["replication"][won], names=range(int(run.manifest["replications"])))
    tenders = Axis.of(t["round"][won], t["drug"][won])
    margin = 1 - t["cost"][won] / t["price"][won]
    by_drug = ratio(sums(margin, reps, tenders), sums(np.ones(len(margin)), reps, tenders))
    exits = _exits(run, reps, tenders)
    band = Band.of(by_drug)
    order = np.argsort(-np.nan_to_num(band.mid, nan=-9.0), kind="stable")
    shown = order[: style.MOST_ROWS]
    title = _title(run, float((margin < 0).mean()), float(exits.sum(axis=1).mean()))
    how = say("margins.how") + style.says_band(run) + style.says_rows(len(shown), len(order), "drug")
    figure = style.page(run, title, how, (9.5, 0.9 + 0.2 * len(shown)))
    axes = figure.subplots()
    at = _rows(axes, tender_labels([tenders.names[i] for i in shown]), band.at(shown), exits[:, shown])
    return Chart(
        title,
        figure,
        {
            "round": np.array([tenders.names[i][0] for i in order], dtype=object),
            "drug": np.array([tenders.names[i][1] for i in order], dtype=object),
            **band.at(order).columns("margin_share_of_price"),
            "exits_per_replication": exits.mean(axis=0)[order],
        },
        [spots.rows([axes], at, range(len(at)))],
    )


def _exits(run: RunFolder, reps: Axis, tenders: Axis) -> Floats:
    """Selected products given up; (replications, tenders)."""
    t = run.table("events", ["replication", "kind", "round", "drug"])
    known = set(tenders.names)
    keys = zip(t["kind"], t["round"], t["drug"], strict=True)
    mine = np.array([kind == "exit" and (round, drug) in known for kind, round, drug in keys], dtype=np.bool_)
    axes = (
        Axis.of(t["replication"][mine], names=reps.names),
        Axis.of(t["round"][mine], t["drug"][mine], names=tenders.names),
    )
    return sums(np.ones(int(mine.sum())), *axes)


def _rows(axes: Axes, names: list[str], band: Band, exits: Floats) -> Floats:
    at = marks.rows(axes, names)
    marks.spread(axes, band, at, style.GREEN, 5)
    axes.plot(band.mid, at, "D", color=style.GREEN, markersize=5)
    axes.axvline(0, color=style.INK, linewidth=1.2, linestyle="--")
    low = min(0.0, float(np.nanmin(band.low)))
    axes.set_xlim(low - 0.04, 1.02)
    axes.set_xlabel(say("margins.axis"))
    marks.percent_axis(axes.xaxis)
    if exits.any():
        place: dict[str, Any] = {"transform": axes.get_yaxis_transform(), "color": style.RED, "size": 8}
        axes.text(
            1.02, -0.75, say("margins.given_up" if len(exits) == 1 else "margins.given_up_in"), va="bottom", **place
        )
        for y, share in zip(at, (exits > 0).mean(axis=0), strict=True):
            if share > 0:
                axes.text(
                    1.02, y, words.percent(float(share)) if len(exits) > 1 else say("words.yes"), va="center", **place
                )
    return at


def _title(run: RunFolder, losing: float, given_up: float) -> str:
    over_sales = run.summary["metrics"].get("margin", {}).get("mean")
    said = []
    if over_sales is not None:
        said = [say("margins.title", share=style.minus(words.percent(over_sales)))]
    said.append(say("margins.title_below" if losing else "margins.title_none_below", share=words.percent(losing, 1)))
    said.append(say("margins.title_exits" if given_up else "margins.title_no_exits", n=words.few(given_up)))
    return words.clauses(said).capitalize()
