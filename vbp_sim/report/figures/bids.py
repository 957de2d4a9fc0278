"""Bids against ceilings, with winners, losers, void bids and the bids that were really made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from vbp_sim.report import marks, style, words
from vbp_sim.report.bands import Axis, Band, Flags, Floats, Ints, placed
from vbp_sim.report.catalogue import Chart, Columns, NothingToDraw, chart
from vbp_sim.report.labels import tender_labels
from vbp_sim.studies.folder import RunFolder


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
    def winner(self) -> Flags:
        """Products that won in more than half of the replications."""
        return self.won > 0.5

    @property
    def void(self) -> Flags:
        """Products whose bid lies above the ceiling."""
        return self.bid.mid > 1 + 1e-9


@chart("bids", "How far below the ceiling do firms bid, and who wins?")
def draw(run: RunFolder) -> Chart:
    """Draw every product's bid as a share of its ceiling, one row per drug."""
    bids = collect(run)
    lowest = np.full(len(bids.drugs), np.inf)
    np.fmin.at(lowest, bids.drug, bids.bid.mid)
    order = np.argsort(lowest, kind="stable")
    shown = order[: style.MOST_ROWS]
    title = _title(bids)
    several = "; filled marks won in more than half of the replications" if bids.bid.shown else ""
    how = f"One mark per product, drugs with the lowest bids on top{several}." + style.says_band(run)
    how += style.says_rows(len(shown), len(order), "drugs")
    figure = style.page(run, title, how, (10, 0.7 + 0.24 * len(shown)), keys=2)
    axes = figure.subplots()
    marks.rows(axes, tender_labels([bids.drugs[i] for i in shown]))
    marks.stripes(axes, len(shown))
    row = np.full(len(bids.drugs), -1)
    row[shown] = np.arange(len(shown))
    _marks(axes, bids, row[bids.drug] + _offsets(bids), row[bids.drug] >= 0)
    _axis(axes, bids)
    style.legend(figure, 4)
    return Chart(title, figure, _data(bids))


def collect(run: RunFolder) -> Bids:
    """Bids as shares of the ceiling by product, over replications."""
    names = ["replication", "round", "drug", "manufacturer", "originator", "bid", "ceiling", "selected"]
    t = run.table("bids", [*names, "real_bid", "real_selected"])
    reps = Axis.of(t["replication"])
    products = Axis.of(t["round"], t["drug"], t["manufacturer"])
    ceiling = np.where(t["ceiling"] > 0, t["ceiling"], np.nan)
    share = placed(t["bid"] / ceiling, reps, products)
    if not np.isfinite(share).any():
        raise NothingToDraw("there is no bid under a ceiling")
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


def _offsets(bids: Bids) -> Floats:
    """Small vertical steps, so that the products of one drug do not hide each other; at most 0.25."""
    offsets = np.zeros(len(bids.drug))
    for drug in range(len(bids.drugs)):
        mine = np.flatnonzero(bids.drug == drug)
        mine = mine[np.argsort(bids.bid.mid[mine], kind="stable")]
        offsets[mine] = np.linspace(-0.25, 0.25, len(mine)) if len(mine) > 1 else 0
    return offsets


def _marks(axes: Axes, bids: Bids, y: Floats, shown: Flags) -> None:
    lost = ~bids.winner & ~bids.void
    kinds: tuple[tuple[str, Flags, str, str, str], ...] = (
        ("generic, won", bids.winner & ~bids.originator, "o", style.BLUE, style.BLUE),
        ("generic, lost", lost & ~bids.originator, "o", style.SKY, "white"),
        ("originator, won", bids.winner & bids.originator, "s", style.RED, style.RED),
        ("originator, lost", lost & bids.originator, "s", style.ORANGE, "white"),
    )
    known = shown & np.isfinite(bids.bid.mid)
    for name, which, marker, edge, face in kinds:
        mine = which & known
        if mine.any():
            marks.spread(axes, bids.bid.at(mine), y[mine], edge, 2)
            look: dict[str, Any] = {"marker": marker, "edgecolor": edge, "facecolor": face}
            axes.scatter(bids.bid.mid[mine], y[mine], s=26, linewidth=1.3, zorder=3, label=name, **look)
    mine = bids.void & known
    if mine.any():
        axes.scatter(
            bids.bid.mid[mine], y[mine], s=26, marker="x", color=style.GREY, label="void: above the ceiling"
        )
    for name, which, width in (("real, won", bids.real_won, 2.4), ("real, lost", ~bids.real_won, 0.9)):
        mine = which & shown & np.isfinite(bids.real)
        if mine.any():
            axes.scatter(
                bids.real[mine], y[mine], marker="|", s=60, color=style.INK, linewidth=width, label=name
            )


def _axis(axes: Axes, bids: Bids) -> None:
    """Shares of the ceiling, on a logarithmic scale where the lowest bid is below a fifth."""
    values = np.concatenate([bids.bid.low, bids.bid.high, bids.real])
    values = values[values > 0]
    logarithmic = values.min() < 0.2
    axes.axvline(1, color=style.INK, linewidth=1.2, linestyle="--", label="ceiling")
    if logarithmic:
        axes.set_xscale("log")
    axes.set_xlim(values.min() * 0.85 if logarithmic else 0, max(1.05, values.max() * 1.05))
    axes.set_xlabel("bid, % of the ceiling" + (" (logarithmic)" if logarithmic else ""))
    if logarithmic:
        marks.log_percent_axis(axes.xaxis)
    else:
        marks.percent_axis(axes.xaxis)


def _title(bids: Bids) -> str:
    known = np.isfinite(bids.bid.mid)
    won, lost = (bids.bid.mid[known & which] for which in (bids.winner, ~bids.winner & ~bids.void))
    void = int((known & bids.void).sum())
    end = f"; {words.counted(void, 'bid')} above the ceiling" if void else ""
    if not won.size:
        return f"Nobody won in most replications{end}"
    losers = f", losers {words.percent(float(np.median(lost)))}" if lost.size else "; no valid bid lost"
    return f"Winners bid {words.percent(float(np.median(won)))} of the ceiling (median){losers}{end}"


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
