"""How charts look: one page layout, one set of colours, the same bytes on a rerun.

Colours are Okabe and Ito's, which colour-blind readers tell apart; no meaning rests on colour alone, so that
grey print works. Figures are made without pyplot, so that they can be drawn in any process.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.text import Text

from vbp_sim.report.words import letters, words
from vbp_sim.report.words.language import language, say
from vbp_sim.runs import aside
from vbp_sim.runs.folder import RunFolder
from vbp_sim.studies.paired import FEWEST

BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY, INK, GREY, PALE = "#CC79A7", "#56B4E9", "#1A1A1A", "#6B6B6B", "#D9D9D9"
#: darker shades of light colours, for letters and edges
DARK = {ORANGE: "#8A5F00", SKY: "#1F6FA8", PURPLE: "#8F3F6C"}
#: of things that have no look of their own
COLOURS, MARKS = (BLUE, RED, GREEN, PURPLE, ORANGE, SKY), ("o", "s", "D", "^", "v", "P", "X", "<", ">", "p", "h", "*")

#: rows that fit one readable page; the table beside a chart has them all
MOST_ROWS = 60

RC: dict[str, Any] = {
    "font.size": 9,
    "text.parse_math": False,
    "text.color": INK,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.titlesize": 9.5,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.unicode_minus": True,
    "axes.grid": True,
    "grid.color": "#E6E6E6",
    "grid.linewidth": 0.7,
    "hatch.linewidth": 0.8,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "lines.linewidth": 1.6,
    "svg.hashsalt": "vbp_sim",
    "svg.fonttype": "path",
    "savefig.dpi": 150,
}

#: width and height, inches
Size = tuple[float, float]

_LINE = 0.19  # height of a line of the header, inches
_FOOT = 0.3
#: letters that fit an inch of the title and of the line below it, by language; a Chinese one counts twice
_ROOMS = {"en": (8.8, 14.2), "zh": (10.4, 15.2)}
#: distance of lines in texts of several lines, where it is not matplotlib's own; Chinese letters fill theirs
_LEADING = {"zh": 1.4}


class Page(Figure):
    """A figure that a notebook shows although it was made without pyplot."""

    def _repr_png_(self) -> bytes:
        drawn = io.BytesIO()
        self.savefig(drawn, format="png", dpi=100)
        return drawn.getvalue()


def rc() -> AbstractContextManager[None]:
    """Context in which charts are made and saved."""
    settings: Any = {**RC, "font.family": letters.families()}
    return mpl.rc_context(settings)


def page(run: RunFolder, title: str, how: str, size: Size, keys: int = 0) -> Figure:
    """A figure: what the reader should see on top, how to read it below, where it comes from at the foot.

    ``size`` is the room for the axes in inches; the header is added to it, with ``keys`` rows for a `legend`.
    """
    width, height = size
    if run.manifest.get("cut"):
        how = say("style.only", cut=words.short(str(run.manifest["cut"]), 120)) + how
    titles, hows = (_wrap(said, int(width * room)) for said, room in zip((title, how), _ROOMS[language()], strict=True))
    below_titles = 0.12 + 1.28 * _LINE * len(titles)
    head = below_titles + 0.9 * _LINE * len(hows) + 0.1 + 1.1 * _LINE * keys
    whole = height + head + _FOOT
    layout = ConstrainedLayoutEngine(
        rect=(0.005, _FOOT / whole, 0.985, height / whole), h_pad=0.04, w_pad=0.06, wspace=0.02, hspace=0.02
    )
    figure = Page(figsize=(width, whole), layout=layout)
    left = 0.1 / width
    figure.text(left, 1 - 0.12 / whole, _lines(titles), size=13, weight="bold", va="top", linespacing=1.25)
    figure.text(left, 1 - below_titles / whole, _lines(hows), size=9, color=GREY, va="top", linespacing=1.3)
    figure.text(left, 0.08 / whole, origin(run), size=7, color=GREY, va="bottom")
    return figure


def _wrap(said: str, room: int) -> list[str]:
    return words.wrapped(said.replace(" %", "\N{NO-BREAK SPACE}%"), room) or [""]


def _lines(wrapped: list[str]) -> str:
    return "\n".join(map(letters.drawable, wrapped))


def legend(figure: Figure, columns: int) -> None:
    """Explain all labelled marks of a figure in the room that its `page` kept between header and axes."""
    engine = figure.get_layout_engine()
    left, bottom, _, height = engine.get()["rect"] if engine else (0, 0, 1, 1)
    seen: dict[str, Any] = {}
    for axes in figure.axes:
        for handle, name in zip(*axes.get_legend_handles_labels(), strict=True):
            seen.setdefault(name, handle)
    key = figure.legend(
        list(seen.values()),
        list(seen),
        loc="lower left",
        bbox_to_anchor=(left, bottom + height),
        ncols=columns,
        borderaxespad=0.1,
        labelspacing=0.3,
        columnspacing=1.6,
        handletextpad=0.5,
    )
    key.set_in_layout(False)


def settle(figure: Figure) -> None:
    """Lay the figure out once and for all, on a grid too fine to see.

    Matplotlib solves the layout of shared axes in the order of their addresses in memory, which moves them by
    the last digit from one drawing to the next; on the grid the same figure gives the same bytes.
    """
    for said in figure.findobj(Text) if language() in _LEADING else ():
        if isinstance(said, Text) and "\n" in said.get_text() and said not in figure.texts:
            said.set_linespacing(_LEADING[language()])
    engine = figure.get_layout_engine()
    if engine and figure.axes:
        engine.execute(figure)
    figure.set_layout_engine(None)  # "none" would be one, for which saving draws once more
    for axes in figure.axes:
        left, bottom, width, height = (round(float(edge), 5) for edge in axes.get_position().bounds)
        axes.set_position((left, bottom, width, height))


def origin(run: RunFolder) -> str:
    """Where a chart comes from, in one line: its footer, also kept in the metadata of its file."""
    m = run.manifest
    parts = (
        words.short(str(m["scenario"]), 60),
        say("style.variant", variant=words.short(str(m["variant"]), 64)) if m["variant"] else say("style.no_variant"),
        *([words.short(str(m["cut"]), 90)] if m.get("cut") else ()),
        say("style.seed", seed=m["seed"]),
        words.counted(int(m["replications"]), "replication"),
        f"vbp_sim {m['version']}",
        say("style.run", hash=str(m["run_hash"])[:12]),
    )
    return letters.drawable(" · ".join(parts))


def save(figure: Figure, path: Path, title: str, run: RunFolder) -> None:
    """Write a figure with its origin in the file's metadata; the same figure gives the same bytes."""
    about = f"{title} ({origin(run)}; run hash {run.manifest['run_hash']})"
    by_format: dict[str, dict[str, Any]] = {
        ".svg": {"Title": title, "Description": about, "Creator": "vbp_sim", "Date": None},
        ".png": {"Title": title, "Description": about, "Software": "vbp_sim"},
        ".pdf": {"Title": title, "Subject": about, "Creator": "vbp_sim", "CreationDate": None},
    }
    drawn = io.BytesIO()
    figure.savefig(drawn, format=path.suffix[1:], metadata=by_format[path.suffix])
    aside.write(path, drawn.getvalue(), lasting=False)


def tenders(keys: Sequence[tuple[str, str]]) -> list[str]:
    """Names of (round, drug) pairs; the round is named only where there is more than one."""
    several = len({round for round, _ in keys}) > 1
    short = {drug: words.short(drug, 24 if several else 32) for _, drug in keys}
    if len(set(short.values())) < len(short):  # what tells them apart is cut off
        short |= {drug: words.short(drug, 14) + drug[-9:] for drug, cut in short.items() if cut != drug}
    if not several:
        return [label(short[drug], 32) for _, drug in keys]
    return [label(say("words.aside", name=short[drug], aside=words.short(round, 14)), 48) for round, drug in keys]


def label(given: str, limit: int = 30) -> str:
    """A name from the input as it can be drawn: on one line, not too long, without missing glyphs."""
    return letters.drawable(words.short(given, limit))


def looks(n: int) -> list[tuple[str, str]]:
    """Colours and marks of things that have no look of their own: no two alike among the first 72."""
    return [(COLOURS[(i + i // 12) % len(COLOURS)], MARKS[i % len(MARKS)]) for i in range(n)]


def minus(given: str) -> str:
    """Turn the hyphen before a number into a minus sign."""
    return given.replace("-", "\N{MINUS SIGN}")


def says_band(run: RunFolder) -> str:
    """What medians and bands mean, for the line under the title; empty with one replication."""
    return _says(run, "band", "few")


def says_mean(run: RunFolder, *, bands: bool = False) -> str:
    """The same of a chart of means (see `Band.about_mean`), with or without bands."""
    return _says(run, "mean_band" if bands else "mean", "mean_few")


def _says(run: RunFolder, several: str, few: str) -> str:
    n = int(run.manifest["replications"])
    return say(f"style.{several if n >= FEWEST else few}", n=n) if n > 1 else ""


def says_rows(shown: int, all_rows: int, noun: str) -> str:
    """Says that a chart leaves rows out; empty if it does not. The noun is one of `words.counted`."""
    return "" if shown == all_rows else say("style.rows", shown=shown, whole=words.counted(all_rows, noun))
