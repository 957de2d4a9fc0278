"""Bids against ceilings, with winners, losers, void bids and the bids that were really made."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from vbp_sim.report.charts import marks, spots, style
from vbp_sim.report.charts.bands import Axis, Band, Cells, Flags, Floats, Ints, placed
from vbp_sim.report.charts.catalogue import Chart, NothingToDraw, chart
from vbp_sim.report.charts.spots import Spots
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.runs.folder import RunFolder

#: end of the axis, as a share of the ceiling; void bids go to many times the ceiling
EDGE = 1.5


@chart("bids")
def draw(run: RunFolder) -> Chart:
    """Draw every product's bid as a share of its ceiling, one row per drug."""
    bids = collect(run)
    band, drugs = bids["bid_share_of_ceiling"], Axis.of(bids["round"], bids["drug"])
    lowest = np.full(len(drugs), np.inf)
    np.fmin.at(lowest, drugs.codes, band.mid)
    order = np.argsort(lowest, kind="stable")
    shown = order[: style.MOST_ROWS]
    title = _title(bids, drugs.names, lowest)
    how = say("bids.how_often" if band.shown else "bids.how")
    how += style.says_band(run) + style.says_rows(len(shown), len(order), "drug")
    heights = np.maximum(1.0, 0.36 * np.bincount(drugs.codes, minlength=len(drugs)))[shown]
    figure = style.page(run, title, how, (10, 0.7 + 0.24 * heights.sum()), keys=2)
    axes = figure.subplots()
    middles = _rows(axes, heights, style.tenders([drugs.names[i] for i in shown]))
    y, over = np.full(len(drugs.codes), np.nan), []
    for middle, height, drug in zip(middles, heights, shown, strict=True):
        mine = np.flatnonzero(drugs.codes == drug)
        mine = mine[np.argsort(band.mid[mine], kind="stable")]
        y[mine] = middle + _offsets(len(mine))
        over.append(_strips(axes, middle, height, mine))
    _marks(axes, bids, y)
    axes.set_xlim(0, EDGE * 1.03)
    marks.percent_axis(axes.xaxis, say("bids.axis"))
    style.legend(figure, 4)
    return Chart(title, figure, bids.columns(), over)


def collect(run: RunFolder) -> Cells:
    """Bids by product, over replications: as shares of the ceiling, and the share of replications that each won."""
    names = ["replication", "round", "drug", "manufacturer", "originator", "bid", "ceiling", "selected"]
    t = run.table("bids", [*names, "real_bid", "real_selected"])
    reps, products = Axis.of(t["replication"]), Axis.of(t["round"], t["drug"], t["manufacturer"])
    ceiling = np.where(t["ceiling"] > 0, t["ceiling"], np.nan)
    share = placed(t["bid"] / ceiling, reps, products)
    if not np.isfinite(share).any():
        raise NothingToDraw(say("bids.nothing"))
    first = np.unique(products.codes, return_index=True)[1]
    found = Cells(
        **products.columns("round", "drug", "manufacturer"),
        originator=t["originator"][first],
        bid_share_of_ceiling=Band.of(share),
        selected_share=np.nanmean(placed(t["selected"], reps, products), axis=0),
        real_bid_share_of_ceiling=t["real_bid"][first] / ceiling[first],
        real_selected=t["real_selected"][first] == 1,
    )
    return found.at(np.isfinite(share).any(axis=0) | np.isfinite(t["real_bid"][first]))


def void(bids: Cells) -> Flags:
    """Products whose bid lies above the ceiling."""
    return np.asarray(bids["bid_share_of_ceiling"].mid > 1 + 1e-9)


def _rows(axes: Axes, heights: Floats, names: list[str]) -> Floats:
    """Make the y axis a list of drugs, taller where more products bid; returns the middle of each row."""
    ends = np.cumsum(heights)
    middles = ends - heights / 2
    axes.set_yticks(middles, names)
    axes.set_ylim(ends[-1] + 0.1, -0.1)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", visible=False)
    for end, height in list(zip(ends, heights, strict=True))[::2]:
        axes.axhspan(end - height, end, color="#F2F2F2", linewidth=0, zorder=0)
    return np.asarray(middles)


def _offsets(products: int) -> Floats:
    """Vertical steps, so that the products of one drug do not hide each other."""
    reach = max(0.25, 0.14 * products)
    return np.linspace(-reach, reach, products) if products > 1 else np.zeros(1)


def _strips(axes: Axes, middle: float, height: float, products: Ints) -> Spots:
    """The row of a drug, shared by its products in the order of their marks."""
    n = len(products)
    return spots.rows([axes], middle + height / n * (np.arange(n) - (n - 1) / 2), products, height / n)


def _marks(axes: Axes, bids: Cells, y: Floats) -> None:
    band, real, real_won = (bids[n] for n in ("bid_share_of_ceiling", "real_bid_share_of_ceiling", "real_selected"))
    known, above = np.isfinite(band.mid) & np.isfinite(y), void(bids)
    for name, which, marker, colour in (
        ("generic", ~bids["originator"], "o", style.BLUE),
        ("originator", bids["originator"], "s", style.RED),
    ):
        mine = which & known & ~above
        if mine.any():
            look: dict[str, Any] = {"s": 26, "marker": marker, "edgecolors": colour, "linewidths": 1.3}
            marks.spread(axes, band[mine], y[mine], colour, 2)
            faces = [_blend(colour, float(w)) for w in bids["selected_share"][mine]]
            axes.scatter(band.mid[mine], y[mine], c=faces, zorder=3, **look)
            axes.scatter([], [], c=colour, label=say(f"bids.{name}_won"), **look)
            axes.scatter([], [], c="white", label=say(f"bids.{name}_lost"), **look)
    mine = above & known
    if mine.any():
        at = np.minimum(band.mid[mine], EDGE)
        axes.scatter(at, y[mine], s=26, c=style.GREY, marker="x", label=say("bids.void"), zorder=3)
    for name, which, width in (("real_won", real_won, 2.6), ("real_lost", ~real_won, 1.0)):
        mine = which & np.isfinite(real) & np.isfinite(y)
        if mine.any():
            look = {"s": 60, "c": style.INK, "marker": "|", "linewidths": width, "zorder": 4}
            axes.scatter(np.minimum(real[mine], EDGE), y[mine], label=say(f"bids.{name}"), **look)
    axes.axvline(1, color=style.INK, linewidth=1.2, linestyle="--", label=say("bids.ceiling"))


def _blend(colour: str, part: float) -> tuple[float, float, float]:
    """White at 0, the colour at 1."""
    red, green, blue = to_rgb(colour)
    return 1 - part * (1 - red), 1 - part * (1 - green), 1 - part * (1 - blue)


def _title(bids: Cells, drugs: list[tuple[str, str]], lowest: Floats) -> str:
    finite = np.where(np.isfinite(lowest), lowest, np.nan)
    deepest = int(np.nanargmin(finite))
    middle, least = (words.percent(float(v)) for v in (np.nanmedian(finite), finite[deepest]))
    above, known = int(void(bids).sum()), int(np.isfinite(bids["bid_share_of_ceiling"].mid).sum())
    told = [say("bids.title", middle=middle, least=least, drug=style.label(drugs[deepest][1]))]
    return words.clauses([*told, say("bids.title_void", void=above, known=known)] if above else told)
