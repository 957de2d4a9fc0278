"""Completion by province: purchased selected volume against agreed volume."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from vbp_sim.report.charts import marks, spots, style
from vbp_sim.report.charts.bands import Axis, Band, Ints, ratio, sums
from vbp_sim.report.charts.catalogue import Chart, NothingToDraw, chart
from vbp_sim.report.charts.spots import Spots
from vbp_sim.report.charts.tiles import TILES, mapped, tile_name
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say, told
from vbp_sim.runs.folder import RunFolder

#: points from the middle of a tile to its edge
TILE = 22.0


@chart("completion-by-province")
def draw(run: RunFolder) -> Chart:
    """Draw completion as a map of tiles where there are enough provinces, as ordered bars elsewhere."""
    t = run.table("use", ["replication", "province", "selected", "agreed"])
    reps, provinces = Axis.of(t["replication"]), Axis.of(t["province"])
    if not t["agreed"].any():
        raise NothingToDraw(say("catalogue.no_contract"))
    bought = sums(t["selected"] * (t["agreed"] > 0), reps, provinces)
    agreed = sums(t["agreed"], reps, provinces)
    band = Band.of(ratio(bought, agreed))
    order = np.argsort(-np.nan_to_num(band.mid), kind="stable")
    whole = float(np.mean(ratio(bought.sum(axis=1), agreed.sum(axis=1))))
    title = _title(band, [str(p) for p in provinces.names], whole)
    how = say("completion.how") + style.says_band(run)
    codes = mapped([str(p) for p in provinces.names])
    figure, over = _tiles(run, title, how, band, codes) if codes else _bars(run, title, how, band, provinces, order)
    names = np.array(provinces.names, dtype=object)[order]
    columns = {"province": names, **band.at(order).columns("completion_share")}
    return Chart(title, figure, columns, [replace(over, table_rows=np.argsort(order)[over.table_rows])])


def _title(band: Band, provinces: list[str], whole: float) -> str:
    known = np.isfinite(band.mid)
    below = int((band.mid[known] < 1).sum())
    low, high = int(np.nanargmin(band.mid)), int(np.nanargmax(band.mid))
    said = {"whole": words.percent(whole)}
    for i, end in ((low, "low"), (high, "high")):
        said |= {f"{end}_name": style.label(provinces[i]), end: words.percent(float(band.mid[i]))}
    first = say("completion.title" if low == high else "completion.title_ends", **said)
    missed = told("completion.below", below, all=int(known.sum())) if below else say("completion.all_pass")
    return words.clauses([first, missed])


def _bars(run: RunFolder, title: str, how: str, band: Band, provinces: Axis, order: Ints) -> tuple[Figure, Spots]:
    shown = order[: style.MOST_ROWS]
    how += style.says_rows(len(shown), len(order), "province")
    figure = style.page(run, title, how, (8.5, 0.9 + 0.3 * len(shown)))
    axes = figure.subplots()
    at = marks.rows(axes, [style.label(str(provinces.names[i])) for i in shown])
    part = band.at(shown)
    axes.barh(at, part.mid, height=0.62, color=style.SKY, edgecolor=style.BLUE, linewidth=0.8)
    short = part.mid < 1
    axes.barh(
        at[short],
        part.mid[short],
        height=0.62,
        color="white",
        edgecolor=style.RED,
        hatch="///",
        linewidth=0.8,
    )
    marks.whiskers(axes, part, at)
    ends = part.high
    for y, value, end in zip(at, part.mid, ends, strict=True):
        if np.isfinite(value):
            said = axes.annotate(words.percent(value), (end, y), (6, 0), textcoords="offset points", va="center")
            said.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85})
    axes.axvline(1, color=style.INK, linestyle="--", linewidth=1.2)
    axes.annotate(
        say("completion.agreed"), (1, 1), (3, 1), xycoords=("data", "axes fraction"), textcoords="offset points", size=8
    )
    axes.set_xlim(0, max(1.15, float(np.nanmax(ends)) * 1.12))
    axes.set_xlabel(say("completion.axis"))
    axes.grid(axis="y", visible=False)
    marks.percent_axis(axes.xaxis)
    return figure, spots.rows([axes], at, shown)


def _tiles(run: RunFolder, title: str, how: str, band: Band, codes: list[str]) -> tuple[Figure, Spots]:
    how += say("completion.how_map")
    figure = style.page(run, title, how, (8.5, 6.6))
    axes = figure.subplots()
    colours, norm = colormaps["PuOr"], TwoSlopeNorm(1, *_span(band))
    for iso, (_, row, column) in TILES.items():
        if iso not in codes:
            _tile(axes, row, column, "none", style.PALE, 0.8)
            axes.text(column, row, tile_name(iso), ha="center", va="center", size=8, color=style.GREY)
            continue
        value = float(band.mid[codes.index(iso)])
        fill = colours(norm(value))
        _tile(axes, row, column, fill, style.RED if value < 1 else style.GREY, 2 if value < 1 else 0.6)
        ink = "white" if 0.299 * fill[0] + 0.587 * fill[1] + 0.114 * fill[2] < 0.5 else style.INK
        axes.text(column, row - 0.22, tile_name(iso), ha="center", va="center", size=8, color=ink)
        axes.text(
            column,
            row + 0.06,
            words.percent(value),
            ha="center",
            va="center",
            size=10.5,
            weight="bold",
            color=ink,
        )
        if band.shown:
            i = codes.index(iso)
            low, high = (words.per_cent(float(v)) for v in (band.low[i], band.high[i]))
            axes.text(column, row + 0.31, f"{low}–{high}", ha="center", va="center", size=7, color=ink)
    axes.set_xlim(-0.6, 8.6)
    axes.set_ylim(7.6, -0.6)
    axes.set_aspect("equal")
    axes.set_axis_off()
    at = np.array([TILES[iso][1:] for iso in codes], dtype=np.float64)
    return figure, spots.marks(axes, at[:, 1], at[:, 0], range(len(codes)), TILE)


def _span(band: Band) -> tuple[float, float]:
    """Ends of the colour scale, as far below 100 % as above it, with room so that letters stay readable."""
    reach = 1.5 * max(0.1, float(np.nanmax(np.abs(band.mid - 1))))
    return 1 - reach, 1 + reach


def _tile(axes: Axes, row: int, column: int, fill: Any, edge: str, width: float) -> None:
    axes.add_patch(
        FancyBboxPatch(
            (column - 0.42, row - 0.42),
            0.84,
            0.84,
            boxstyle="round,pad=0,rounding_size=0.08",
            facecolor=fill,
            edgecolor=edge,
            linewidth=width,
        )
    )
