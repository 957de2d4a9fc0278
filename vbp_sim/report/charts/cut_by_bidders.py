"""The cut against the ceiling by number of bidders: does competition lower prices?"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from vbp_sim.report.charts import marks, spots, style
from vbp_sim.report.charts.bands import Axis, Band, Cells, Floats, Ints, placed, sums
from vbp_sim.report.charts.catalogue import Chart, NothingToDraw, chart
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.runs.folder import RunFolder


@chart("cut-by-bidders")
def draw(run: RunFolder) -> Chart:
    """Draw the cut of the lowest selected price of each drug by its number of bidders."""
    drugs = collect(run)
    known = np.isfinite(drugs["cut_share_of_ceiling"].mid)
    if not known.any():
        raise NothingToDraw(say("cut.nothing"))
    bidders, cut = np.rint(drugs["bidders"][known]), drugs["cut_share_of_ceiling"][known]
    title, how = _title(bidders, cut.mid), say("cut.how") + style.says_band(run)
    figure = style.page(run, title, how, (8.5, 4.4), keys=1)
    axes = figure.subplots()
    real = np.isfinite(drugs["real_cut_share_of_ceiling"]) & (drugs["real_bidders"] > 0)
    step = 0.16 if real.any() else 0.0
    at = _apart(bidders, 0.13 if step else 0.3) - step
    if cut.shown:
        axes.vlines(at, cut.low, cut.high, color=style.BLUE, linewidth=2.2, alpha=0.3)
    look: dict[str, Any] = {"color": style.BLUE, "mfc": style.SKY, "markersize": 5.5, "label": say("cut.simulated")}
    axes.plot(at, cut.mid, "o", **look)
    _medians(axes, bidders, cut.mid, -step, style.BLUE, "-", say("cut.simulated_median"))
    if real.any():
        really, lower = drugs["real_bidders"][real], drugs["real_cut_share_of_ceiling"][real]
        look = {"color": style.INK, "mfc": "white", "markersize": 4.5, "label": say("cut.real")}
        axes.plot(_apart(really, 0.13) + step, lower, "D", **look)
        _medians(axes, really, lower, step, style.INK, "--", say("cut.real_median"))
    axes.set_ylim(min(0.0, float(np.nanmin(cut.low))) - 0.02, 1)
    counts = np.concatenate([bidders, drugs["real_bidders"][real]])
    axes.set_xlim(counts.min() - 0.6, counts.max() + 0.6)
    axes.set_xlabel(say("cut.axis_bidders"))
    marks.whole_axis(axes.xaxis)
    marks.percent_axis(axes.yaxis, say("cut.axis_cut"))
    style.legend(figure, 4)
    return Chart(title, figure, drugs.columns(), [spots.marks(axes, at, cut.mid, np.flatnonzero(known))])


def collect(run: RunFolder) -> Cells:
    """Bidders and cut against the ceiling of every tendered drug, over replications, beside the real ones.

    nan where nobody won or nothing is known.
    """
    t = run.table("awards", ["replication", "round", "drug", "bidders", "lowest", "ceiling", "real_price"])
    if not len(t["drug"]):
        raise NothingToDraw(say("catalogue.no_tender"))
    reps, drugs = Axis.of(t["replication"]), Axis.of(t["round"], t["drug"])
    ceiling = placed(np.where(t["ceiling"] > 0, t["ceiling"], np.nan), reps, drugs)
    real_bidders = _real_bidders(run, drugs)
    return Cells(
        **drugs.columns("round", "drug"),
        bidders=np.median(placed(t["bidders"], reps, drugs), axis=0),
        cut_share_of_ceiling=Band.of(1 - placed(t["lowest"], reps, drugs) / ceiling),
        real_bidders=np.where(real_bidders > 0, real_bidders, np.nan),
        real_cut_share_of_ceiling=1 - placed(t["real_price"], reps, drugs)[0] / ceiling[0],
    )


def _real_bidders(run: RunFolder, drugs: Axis) -> Ints:
    """Products that really bid within the ceiling, per drug; 0 in rounds of which only winners' bids are known."""
    b = run.table("bids", ["replication", "round", "drug", "ceiling", "real_bid", "real_selected"])
    first = b["replication"] == b["replication"].min(initial=0)
    axis = Axis.of(b["round"][first], b["drug"][first], names=drugs.names)
    known = np.isfinite(b["real_bid"][first])
    lost = known & (b["real_selected"][first] == 0)
    valid = known & ((b["real_bid"][first] <= b["ceiling"][first]) | (b["real_selected"][first] == 1))
    rounds = b["round"][first]
    return sums(valid & np.isin(rounds, np.unique(rounds[lost])), axis).astype(np.int64)


def _apart(x: Floats, reach: float) -> Floats:
    """Numbers of bidders, moved so that the marks of one number do not hide each other; at most by ``reach``."""
    moved = x.copy()
    for n in np.unique(x):
        mine = np.flatnonzero(x == n)
        moved[mine] += np.linspace(-reach, reach, len(mine)) if len(mine) > 1 else 0
    return moved


def _medians(axes: Axes, x: Floats, cut: Floats, step: float, colour: str, line: str, name: str) -> None:
    counts = np.unique(x)
    values = [np.median(cut[x == n]) for n in counts]
    axes.plot(counts + step, values, line, color=colour, linewidth=1.6, label=name, zorder=1)


def _title(bidders: Floats, cut: Floats) -> str:
    few, many = int(bidders.min()), int(bidders.max())
    low, high = (words.percent(float(np.median(cut[bidders == n]))) for n in (few, many))
    if few == many:
        return say("cut.title_one", bidders=words.counted(few, "bidder"), low=low)
    return say("cut.title", bidders=words.counted(few, "bidder"), low=low, high=high, many=many)
