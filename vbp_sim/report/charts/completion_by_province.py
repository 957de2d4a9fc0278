"""Completion by province: purchased selected volume against agreed volume."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from vbp_sim.report.charts import marks, spots, style
from vbp_sim.report.charts.bands import Axis, Band, Cells, ratio, sums
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
    found = Cells(**provinces.columns("province"), completion_share=Band.of(ratio(bought, agreed)))
    found = found.at(np.argsort(-np.nan_to_num(found["completion_share"].mid), kind="stable"))
    names, band = [str(name) for name in found["province"]], found["completion_share"]
    title = _title(band, names, float(np.mean(ratio(bought.sum(axis=1), agreed.sum(axis=1)))))
    how = say("completion.how") + style.says_band(run)
    codes = mapped(names)
    figure, over = _tiles(run, title, how, band, codes) if codes else _bars(run, title, how, band, names)
    return Chart(title, figure, found.columns(), [over])


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


def _bars(run: RunFolder, title: str, how: str, band: Band, provinces: list[str]) -> tuple[Figure, Spots]:
    names = [style.label(name) for name in provinces]
    figure, (axes,), at = marks.listed(run, title, how, names, "province", (8.5, 0.3))
    part = band[: len(at)]
    short = part.mid < 1
    axes.barh(at, part.mid, height=0.62, color=style.SKY, edgecolor=style.BLUE, linewidth=0.8)
    look: dict[str, Any] = {"color": "white", "edgecolor": style.RED, "hatch": "///", "linewidth": 0.8}
    axes.barh(at[short], part.mid[short], height=0.62, **look)
    marks.whiskers(axes, part, at)
    for y, value, end in zip(at, part.mid, part.high, strict=True):
        if np.isfinite(value):
            marks.says(axes, words.percent(value), (end, y), (6, 0), pad=0.6, va="center", size=9)
    axes.axvline(1, color=style.INK, linestyle="--", linewidth=1.2)
    marks.says(axes, say("completion.agreed"), (1, 1), (3, 1), xycoords=("data", "axes fraction"))
    axes.set_xlim(0, max(1.15, float(np.nanmax(part.high)) * 1.12))
    axes.grid(axis="y", visible=False)
    marks.percent_axis(axes.xaxis, say("completion.axis"))
    return figure, spots.rows([axes], at, range(len(at)))


def _tiles(run: RunFolder, title: str, how: str, band: Band, codes: list[str]) -> tuple[Figure, Spots]:
    figure = style.page(run, title, how + say("completion.how_map"), (8.5, 6.6))
    axes = figure.subplots()
    reach = 1.5 * max(0.1, float(np.nanmax(np.abs(band.mid - 1))))  # as far below 100 % as above; letters stay readable
    colours, norm = colormaps["PuOr"], TwoSlopeNorm(1, 1 - reach, 1 + reach)
    row_of = {code: i for i, code in enumerate(codes)}
    for iso, (row, column) in TILES.items():
        if iso not in row_of:
            _tile(axes, row, column, "none", style.PALE, 0.8)
            _letters(axes, column, row, tile_name(iso), style.GREY)
            continue
        low, value, high = (float(ends[row_of[iso]]) for ends in (band.low, band.mid, band.high))
        fill = colours(norm(value))
        _tile(axes, row, column, fill, style.RED if value < 1 else style.GREY, 2 if value < 1 else 0.6)
        ink = "white" if 0.299 * fill[0] + 0.587 * fill[1] + 0.114 * fill[2] < 0.5 else style.INK
        _letters(axes, column, row - 0.22, tile_name(iso), ink)
        _letters(axes, column, row + 0.06, words.percent(value), ink, size=10.5, weight="bold")
        if band.shown:
            _letters(axes, column, row + 0.31, f"{words.per_cent(low)}–{words.per_cent(high)}", ink, size=7)
    axes.set_xlim(-0.6, 8.6)
    axes.set_ylim(7.6, -0.6)
    axes.set_aspect("equal")
    axes.set_axis_off()
    at = np.array([TILES[iso] for iso in codes], dtype=np.float64)
    return figure, spots.marks(axes, at[:, 1], at[:, 0], range(len(codes)), TILE)


def _letters(axes: Axes, x: float, y: float, text: str, colour: str, **look: Any) -> None:
    axes.text(x, y, text, color=colour, ha="center", va="center", **{"size": 8, **look})


def _tile(axes: Axes, row: int, column: int, fill: Any, edge: str, width: float) -> None:
    corner, box = (column - 0.42, row - 0.42), "round,pad=0,rounding_size=0.08"
    axes.add_patch(FancyBboxPatch(corner, 0.84, 0.84, boxstyle=box, facecolor=fill, edgecolor=edge, linewidth=width))
