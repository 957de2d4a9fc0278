"""Where on a figure each row of its table is drawn, so that a page can tell its numbers and dim it.

A spot is a rectangle over a mark, a row or a month. Pictures are drawn without; `html.svg` lays it over the drawing.

    spots.rows([left, right], at, [4, 0, 2])      # rows 4, 0 and 2 of the table, each across two axes
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vbp_sim.report.charts.bands import Floats, Ints

#: points of an inch, the unit of SVG files
POINTS = 72.0


@dataclass(frozen=True)
class Spots:
    """Rectangles, each of which stands for a row of the chart's table.

    ``boxes`` (n, 4): left, low, right and high in data coordinates, nan for the edge of the axes, infinite for that of
    the page; they reach from the first of ``axes`` to the last. ``table_rows`` (n,). ``pad``: points added all round.
    """

    axes: tuple[Axes, ...]
    boxes: Floats
    table_rows: Ints
    pad: float = 0.0

    def on_page(self, figure: Figure) -> Floats:
        """Left, top, width and height in points on the page of a figure that is laid out, shape (n, 4)."""
        left, low, right, high = self.boxes.T
        first, last = self.axes[0], self.axes[-1]
        x = np.clip((_across(first, left, 0), _across(last, right, 1)), 0, figure.bbox.width)
        y = np.stack((_along(first, low, 0), _along(first, high, 1)))
        scale = POINTS / figure.dpi
        page = figure.bbox.height * scale
        x, y = np.sort(x, axis=0) * scale, page - np.sort(y, axis=0)[::-1] * scale
        return np.stack((x[0], y[0], x[1] - x[0], y[1] - y[0]), axis=1) + self.pad * np.array([-1, -1, 2, 2])


def rows(
    axes: Sequence[Axes],
    at: npt.ArrayLike,
    table_rows: npt.ArrayLike,
    high: npt.ArrayLike = 1.0,
    *,
    names: bool = True,
) -> Spots:
    """Whole rows of charts that list names: across the page, ``high`` high, around the heights ``at``.

    Without ``names`` they stay inside the axes: several rows of the table share the name beside them.
    """
    middle, half = np.asarray(at, dtype=np.float64), np.asarray(high, dtype=np.float64) / 2
    edge = np.full(len(middle), np.inf if names else np.nan)
    return _spots(axes, (-edge, middle - half, edge, middle + half), table_rows)


def columns(axes: Sequence[Axes], at: npt.ArrayLike, table_rows: npt.ArrayLike, wide: npt.ArrayLike = 1.0) -> Spots:
    """Whole columns of charts over time or of bars: ``wide`` wide, around the places ``at``."""
    middle, half = np.asarray(at, dtype=np.float64), np.asarray(wide, dtype=np.float64) / 2
    edge = np.full(len(middle), np.nan)
    return _spots(axes, (middle - half, edge, middle + half, edge), table_rows)


def marks(axes: Axes, x: npt.ArrayLike, y: npt.ArrayLike, table_rows: npt.ArrayLike, pad: float = 5.0) -> Spots:
    """Single marks, ``pad`` points around each."""
    across, up = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    known = np.isfinite(across) & np.isfinite(up)
    across, up = across[known], up[known]
    return _spots([axes], (across, up, across, up), np.asarray(table_rows)[known], pad)


def _spots(axes: Sequence[Axes], sides: tuple[Floats, ...], table_rows: npt.ArrayLike, pad: float = 0.0) -> Spots:
    return Spots(tuple(axes), np.stack(sides, axis=1), np.asarray(table_rows, dtype=np.int64), pad)


def _across(axes: Axes, x: Floats, edge: int) -> Floats:
    """Places along x in pixels of the figure; nan: the left (0) or right (1) edge of the axes."""
    known = np.where(np.isfinite(x), x, axes.get_xlim()[0])
    inside = axes.transData.transform(np.stack((known, np.full(len(x), axes.get_ylim()[0])), axis=1))[:, 0]
    return np.where(np.isinf(x), x, np.where(np.isnan(x), (axes.bbox.x0, axes.bbox.x1)[edge], inside))


def _along(axes: Axes, y: Floats, edge: int) -> Floats:
    """Places along y in pixels of the figure; nan: the lower (0) or upper (1) edge of the axes."""
    inside = axes.transData.transform(np.stack((np.full(len(y), axes.get_xlim()[0]), y), axis=1))[:, 1]
    return np.where(np.isnan(y), (axes.bbox.y0, axes.bbox.y1)[edge], inside)
