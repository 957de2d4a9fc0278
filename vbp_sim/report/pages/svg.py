"""A matplotlib figure as SVG that stands inside an HTML page: named for screen readers, its ids its own.

>>> inline(figure, "bids", "Bids", "How far below the ceiling do firms bid?")[:22]  # doctest: +SKIP
Markup('<svg role="img" aria-l')
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape
from matplotlib.figure import Figure

from vbp_sim.report.charts import style

#: what the file has and the page does without: prolog, comments (they repeat texts), metadata, page-wide style
_DROPPED = re.compile(r"<!--.*?-->|<metadata>.*?</metadata>|<defs>\s*<style.*?</style>\s*</defs>", re.DOTALL)
_ROOT = re.compile(r"<svg\b[^>]*>")
_BOX = re.compile(r'viewBox="[^"]*"')
_IDS = re.compile(r'(\bid="|href="#|url\(#)')


@dataclass(frozen=True)
class Over:
    """A rectangle over a mark: left, top, width and height in points, what it tells, and what it can be chosen by."""

    box: tuple[float, float, float, float]
    tells: str
    chosen_by: Mapping[str, str]

    def markup(self) -> str:
        """The rectangle as an element; browsers show its title at the pointer."""
        x, y, width, height = (f"{side:.1f}" for side in self.box)
        keys = "".join(f' data-{key}="{escape(value)}"' for key, value in self.chosen_by.items())
        look = 'class="spot" fill="none" pointer-events="all"'
        place = f'x="{x}" y="{y}" width="{width}" height="{height}"'
        return f"<rect {look} {place}{keys}><title>{escape(self.tells)}</title></rect>"


def inline(figure: Figure, name: str, title: str, description: str, over: Iterable[Over] = ()) -> Markup:
    """The figure as an element; ``name`` goes before each id, so that figures on one page do not mix them up."""
    file = io.StringIO()
    with style.rc():
        figure.savefig(file, format="svg", metadata={"Date": None})
    drawn = _DROPPED.sub("", file.getvalue())
    root = _ROOT.search(drawn)
    box = _BOX.search(root[0]) if root else None
    if root is None or box is None:
        raise ValueError("matplotlib wrote an SVG without a root or a viewBox")
    body = _IDS.sub(lambda found: f"{found[1]}{name}-", drawn[root.end() :])
    said = f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(description)}</desc>'
    head = f'<svg role="img" aria-labelledby="{name}-title" aria-describedby="{name}-desc" {box[0]}>'
    whole = head + said + re.sub(r"\s*\n\s*", "\n", body)
    end = whole.rindex("</svg>")
    return Markup(whole[:end] + "\n".join(spot.markup() for spot in over) + whole[end:])
