"""The cut against the ceiling by number of bidders: does competition lower prices?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from vbp_sim.report.charts import marks, spots, style
from vbp_sim.report.charts.bands import Axis, Band, Flags, Floats, Ints, placed, sums
from vbp_sim.report.charts.catalogue import Chart, Columns, NothingToDraw, chart
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.runs.folder import RunFolder


@dataclass(frozen=True)
class Cuts:
    """Per tendered drug, arrays of shape (drugs,); nan where nobody won or nothing is known."""

    keys: list[tuple[str, str]]
    bidders: Floats
    cut: Band
    real_bidders: Ints
    real: Floats


@chart("cut-by-bidders")
def draw(run: RunFolder) -> Chart:
    """Draw the cut of the lowest selected price of each drug by its number of bidders."""
    cuts = collect(run)
    known = np.isfinite(cuts.cut.mid)
    if not known.any():
        raise NothingToDraw(say("cut.nothing"))
    title = _title(cuts, known)
    how = say("cut.how") + style.says_band(run)
    figure = style.page(run, title, how, (8.5, 4.4), keys=1)
    axes = figure.subplots()
    real = np.isfinite(cuts.real) & (cuts.real_bidders > 0)
    step = 0.16 if real.any() else 0.0
    at = _simulated(axes, cuts, known, -step)
    if real.any():
        _real(axes, cuts, real, step)
    axes.set_xlabel(say("cut.axis_bidders"))
    axes.set_ylabel(say("cut.axis_cut"))
    axes.set_ylim(min(0.0, float(np.nanmin(cuts.cut.low))) - 0.02, 1)
    marks.whole_axis(axes.xaxis)
    marks.percent_axis(axes.yaxis)
    style.legend(figure, 4)
    return Chart(title, figure, _data(cuts), [spots.marks(axes, at, cuts.cut.mid[known], np.flatnonzero(known))])


def collect(run: RunFolder) -> Cuts:
    """Bidders and cut against the ceiling of every tendered drug, over replications, beside the real ones."""
    t = run.table("awards", ["replication", "round", "drug", "bidders", "lowest", "ceiling", "real_price"])
    if not len(t["drug"]):
        raise NothingToDraw(say("catalogue.no_tender"))
    reps, drugs = Axis.of(t["replication"]), Axis.of(t["round"], t["drug"])
    ceiling = placed(np.where(t["ceiling"] > 0, t["ceiling"], np.nan), reps, drugs)
    cut = 1 - placed(t["lowest"], reps, drugs) / ceiling
    real = 1 - placed(t["real_price"], reps, drugs)[0] / ceiling[0]
    bidders = np.median(placed(t["bidders"], reps, drugs), axis=0)
    return Cuts(drugs.names, bidders, Band.of(cut), _real_bidders(run, drugs), real)


def _real_bidders(run: RunFolder, drugs: Axis) -> Ints:
    """Products that really bid within the ceiling, per drug; 0 throughout where only winners' bids are known."""
    b = run.table("bids", ["replication", "round", "drug", "ceiling", "real_bid", "real_selected"])
    first = b["replication"] == b["replication"].min(initial=0)
    axis = Axis.of(b["round"][first], b["drug"][first], names=drugs.names)
    known = np.isfinite(b["real_bid"][first])
    lost = known & (b["real_selected"][first] == 0)
    valid = known & ((b["real_bid"][first] <= b["ceiling"][first]) | (b["real_selected"][first] == 1))
    return sums(valid & lost.any(), axis).astype(np.int64)


def _apart(x: Floats, which: Flags, reach: float) -> Floats:
    """Steps sideways so that the marks of one number of bidders do not hide each other; at most ``reach``."""
    steps = np.zeros(len(x))
    for n in np.unique(x[which]):
        mine = np.flatnonzero(which & (x == n))
        steps[mine] = np.linspace(-reach, reach, len(mine)) if len(mine) > 1 else 0
    return steps


def _simulated(axes: Axes, cuts: Cuts, known: Flags, step: float) -> Floats:
    x = np.rint(cuts.bidders)
    at = (x + _apart(x, known, 0.13 if step else 0.3) + step)[known]
    part = cuts.cut.at(known)
    if part.shown:
        axes.vlines(at, part.low, part.high, color=style.BLUE, linewidth=2.2, alpha=0.3)
    axes.plot(at, part.mid, "o", color=style.BLUE, mfc=style.SKY, markersize=5.5, label=say("cut.simulated"))
    _medians(axes, x[known], part.mid, step, style.BLUE, "-", say("cut.simulated_median"))
    return np.asarray(at)


def _real(axes: Axes, cuts: Cuts, known: Flags, step: float) -> None:
    x = cuts.real_bidders.astype(np.float64)
    at, cut = (x + _apart(x, known, 0.13 if step else 0.3) + step)[known], cuts.real[known]
    axes.plot(at, cut, "D", color=style.INK, mfc="white", markersize=4.5, label=say("cut.real"))
    _medians(axes, x[known], cut, step, style.INK, "--", say("cut.real_median"))


def _medians(axes: Axes, x: Floats, cut: Floats, step: float, colour: str, line: str, name: str) -> None:
    counts = np.unique(x)
    values = [np.median(cut[x == n]) for n in counts]
    axes.plot(counts + step, values, line, color=colour, linewidth=1.6, label=name, zorder=1)


def _title(cuts: Cuts, known: Flags) -> str:
    x, y = np.rint(cuts.bidders[known]), cuts.cut.mid[known]
    few, many = int(x.min()), int(x.max())
    low, high = (words.percent(float(np.median(y[x == n]))) for n in (few, many))
    if few == many:
        return say("cut.title_one", bidders=words.counted(few, "bidder"), low=low)
    return say("cut.title", bidders=words.counted(few, "bidder"), low=low, high=high, many=many)


def _data(cuts: Cuts) -> Columns:
    return {
        "round": np.array([k[0] for k in cuts.keys], dtype=object),
        "drug": np.array([k[1] for k in cuts.keys], dtype=object),
        "bidders": cuts.bidders,
        **cuts.cut.columns("cut_share_of_ceiling"),
        "real_bidders": np.where(cuts.real_bidders > 0, cuts.real_bidders, np.nan),
        "real_cut_share_of_ceiling": cuts.real,
    }
