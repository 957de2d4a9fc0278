"""Bids against ceilings, with winners, losers, void bids and the bids that were really made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from vbp_sim.report.charts import marks, spots, style
from vbp_sim.report.charts.bands import Axis, Band, Flags, Floats, Ints, placed
from vbp_sim.report.charts.catalogue import Chart, Columns, NothingToDraw, chart
from vbp_sim.report.charts.labels import tender_labels
from vbp_sim.report.charts.spots import Spots
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.runs.folder import RunFolder

#: end of the axis, as a share of the ceiling; void bids go to many times the ceiling
EDGE = 1.5


@dataclass(frozen=True)
class Bids:
    """Per product, arrays of shape (products,); ``drug`` points into ``drugs``."""

    keys: list[tuple[str, str, str]]
    drugs: list[tuple[str, str]]
    drug: Ints
    originator: Flags
    bid: Band  # share of the ceiling
    won: Floats  # share of replications
    real: Floats  # share of the ceiling
    real_won: Flags

    @property
    def void(self) -> Flags:
        """Products whose bid lies above the ceiling."""
        return self.bid.mid > 1 + 1e-9


@chart("bids")
def draw(run: RunFolder) -> Chart:
    """Draw every product's bid as a share of its ceiling, one row per drug."""
    bids = collect(run)
    lowest = np.full(len(bids.drugs), np.inf)
    np.fmin.at(lowest, bids.drug, bids.bid.mid)
    order = np.argsort(lowest, kind="stable")
    shown = order[: style.MOST_ROWS]
    title = _title(bids, lowest)
    how = say("bids.how_often" if bids.bid.shown else "bids.how")
    how += style.says_band(run) + style.says_rows(len(shown), len(order), "drug")
    heights = np.maximum(1.0, 0.36 * np.bincount(bids.drug, minlength=len(bids.drugs)))[shown]
    figure = style.page(run, title, how, (10, 0.7 + 0.24 * heights.sum()), keys=2)
    axes = figure.subplots()
    middles = _rows(axes, heights, tender_labels([bids.drugs[i] for i in shown]))
    at = np.full(len(bids.drugs), np.nan)
    at[shown] = middles
    _marks(axes, bids, at[bids.drug] + _offsets(bids))
    axes.set_xlim(0, EDGE * 1.03)
    axes.set_xlabel(say("bids.axis"))
    marks.percent_axis(axes.xaxis)
    style.legend(figure, 4)
    return Chart(title, figure, _data(bids), [_strips(axes, bids, at, heights, shown)])


def collect(run: RunFolder) -> Bids:
    """Bids as shares of the ceiling by product, over replications."""
    names = ["replication", "round", "drug", "manufacturer", "originator", "bid", "ceiling", "selected"]
    t = run.table("bids", [*names, "real_bid", "real_selected"])
    reps = Axis.of(t["replication"])
    products = Axis.of(t["round"], t["drug"], t["manufacturer"])
    ceiling = np.where(t["ceiling"] > 0, t["ceiling"], np.nan)
    share = placed(t["bid"] / ceiling, reps, products)
    if not np.isfinite(share).any():
        raise NothingToDraw(say("bids.nothing"))
    first = np.unique(products.codes, return_index=True)[1]
    keep = np.isfinite(share).any(axis=0) | np.isfinite(t["real_bid"][first])
    first = first[keep]
    drugs = Axis.of(t["round"][first], t["drug"][first])
    return Bids(
        keys=[key for key, kept in zip(products.names, keep, strict=True) if kept],
        drugs=drugs.names,
        drug=drugs.codes,
        originator=t["originator"][first],
        bid=Band.of(share[:, keep]),
        won=np.nanmean(placed(t["selected"], reps, products)[:, keep], axis=0),
        real=t["real_bid"][first] / ceiling[first],
        real_won=t["real_selected"][first] == 1,
    )


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


def _offsets(bids: Bids) -> Floats:
    """Vertical steps, so that the products of one drug do not hide each other."""
    offsets = np.zeros(len(bids.drug))
    for drug in range(len(bids.drugs)):
        mine = np.flatnonzero(bids.drug == drug)
        mine = mine[np.argsort(bids.bid.mid[mine], kind="stable")]
        reach = max(0.25, 0.14 * len(mine))
        offsets[mine] = np.linspace(-reach, reach, len(mine)) if len(mine) > 1 else 0
    return offsets


def _strips(axes: Axes, bids: Bids, at: Floats, heights: Floats, shown: Ints) -> Spots:
    """The row of each drug, shared by its products in the order of their marks."""
    y, products, high = [], [], []
    for drug, height in zip(shown, heights, strict=True):
        mine = np.flatnonzero(bids.drug == drug)
        mine = mine[np.argsort(bids.bid.mid[mine], kind="stable")]
        strip = height / len(mine)
        y += list(at[drug] + strip * (np.arange(len(mine)) - (len(mine) - 1) / 2))
        products += mine.tolist()
        high += [strip] * len(mine)
    return spots.rows([axes], y, products, high)


def _marks(axes: Axes, bids: Bids, y: Floats) -> None:
    known = np.isfinite(bids.bid.mid) & np.isfinite(y)
    for name, which, marker, colour in (
        ("generic", ~bids.originator, "o", style.BLUE),
        ("originator", bids.originator, "s", style.RED),
    ):
        mine = which & known & ~bids.void
        if mine.any():
            look: dict[str, Any] = {"s": 26, "marker": marker, "edgecolors": colour, "linewidths": 1.3}
            marks.spread(axes, bids.bid.at(mine), y[mine], colour, 2)
            faces = [_blend(colour, float(w)) for w in bids.won[mine]]
            axes.scatter(bids.bid.mid[mine], y[mine], c=faces, zorder=3, **look)
            axes.scatter([], [], c=colour, label=say(f"bids.{name}_won"), **look)
            axes.scatter([], [], c="white", label=say(f"bids.{name}_lost"), **look)
    void = bids.void & known
    if void.any():
        at = np.minimum(bids.bid.mid[void], EDGE)
        axes.scatter(at, y[void], s=26, c=style.GREY, marker="x", label=say("bids.void"), zorder=3)
    for name, which, width in (("real_won", bids.real_won, 2.6), ("real_lost", ~bids.real_won, 1.0)):
        mine = which & np.isfinite(bids.real) & np.isfinite(y)
        if mine.any():
            at = np.minimum(bids.real[mine], EDGE)
            axes.scatter(
                at, y[mine], s=60, c=style.INK, marker="|", linewidths=width, label=say(f"bids.{name}"), zorder=4
            )
    axes.axvline(1, color=style.INK, linewidth=1.2, linestyle="--", label=say("bids.ceiling"))


def _blend(colour: str, part: float) -> tuple[float, float, float]:
    """White at 0, the colour at 1."""
    red, green, blue = to_rgb(colour)
    return 1 - part * (1 - red), 1 - part * (1 - green), 1 - part * (1 - blue)


def _title(bids: Bids, lowest: Floats) -> str:
    finite = np.where(np.isfinite(lowest), lowest, np.nan)
    deepest = int(np.nanargmin(finite))
    name = style.label(bids.drugs[deepest][1])
    middle, least = (words.percent(float(v)) for v in (np.nanmedian(finite), finite[deepest]))
    void, known = int(bids.void.sum()), int(np.isfinite(bids.bid.mid).sum())
    told = [say("bids.title", middle=middle, least=least, drug=name)]
    return words.clauses([*told, say("bids.title_void", void=void, known=known)] if void else told)


def _data(bids: Bids) -> Columns:
    names = ("round", "drug", "manufacturer")
    return {
        **{name: np.array([k[i] for k in bids.keys], dtype=object) for i, name in enumerate(names)},
        "originator": bids.originator,
        **bids.bid.columns("bid_share_of_ceiling"),
        "selected_share": bids.won,
        "real_bid_share_of_ceiling": bids.real,
        "real_selected": bids.real_won,
    }
