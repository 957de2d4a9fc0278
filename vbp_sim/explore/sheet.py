"""One chart on a page: the drawing, its table, the files that can be had of it, and what it could not follow."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path

from vbp_sim.errors import InputError
from vbp_sim.explore.kept import Kept
from vbp_sim.explore.query import State
from vbp_sim.report.charts import catalogue, style
from vbp_sim.report.charts.catalogue import Chart
from vbp_sim.report.csv_table import csv_bytes
from vbp_sim.report.pages.page import Plate, plate
from vbp_sim.report.sources import Source, kind, origin
from vbp_sim.report.words.language import language, say
from vbp_sim.runs.folder import RunFolder
from vbp_sim.runs.view import Cut, RunView

#: files of a chart, and what they are
ENDINGS = {"csv": "text/csv; charset=utf-8", "svg": "image/svg+xml", "png": "image/png"}
#: sheets and files that are kept; each is some 200 kB
KEPT = 96


@dataclass(frozen=True)
class Wish:
    """A chart that is wanted: its name, of which variant, for which drug, with which metrics ("" and (): any)."""

    chart: str
    of: str = ""
    drug: str = ""
    metrics: tuple[str, ...] = ()


@dataclass(frozen=True)
class Drawn:
    """A chart, what it was drawn from, and what of the choice it could not follow, in sentences."""

    chart: Chart
    source: Source
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Drawing:
    """How a wish is fulfilled. ``key`` tells apart all that it is drawn from but the language."""

    key: Hashable
    question: str
    draw: Callable[[], Drawn]


@dataclass(frozen=True)
class Sheet:
    """A chart as a page shows it. ``notes`` say what it could not follow; ``files``: addresses by ending."""

    plate: Plate
    of: str
    notes: tuple[str, ...]
    files: dict[str, str]


class Easel:
    """Draws the charts of one study, and keeps the latest; ``plan`` says how a wish is drawn."""

    def __init__(self, plan: Callable[[Wish, State], Drawing]) -> None:
        self._plan = plan
        self._kept = Kept(KEPT)

    def sheet(self, wish: Wish, state: State, of: str = "") -> Sheet:
        """Draw a chart, or give it as it was drawn before; ``of``: what the variant is called."""
        drawing = self._plan(wish, state)
        made = self._kept.get((language(), wish, drawing.key), lambda: _sheet(wish, drawing))
        files = {ending: state.link(f"/chart/{wish.chart}.{ending}", of=wish.of, one=wish.drug) for ending in ENDINGS}
        grid = made.plate.table
        table = None if grid is None else dataclasses.replace(grid, href=files["csv"])
        return dataclasses.replace(made, plate=dataclasses.replace(made.plate, table=table), of=of, files=files)

    def file(self, wish: Wish, state: State, ending: str) -> bytes:
        """The file of a chart: its table, or the picture with its origin in the metadata."""
        drawing = self._plan(wish, state)
        return self._kept.get((language(), wish, drawing.key, ending), lambda: _file(wish, drawing, ending))


def of_catalogue(wish: Wish, source: Source) -> Chart:
    """Draw a chart of the catalogue."""
    entry = catalogue.catalogue(kind(source))[wish.chart]
    drug = wish.drug if entry.choice == "drug" else ""
    metrics = wish.metrics if entry.choice == "metrics" else ()
    try:
        return catalogue.draw(wish.chart, source, drug, metrics)
    except InputError as error:
        if not error.problems[0].place.startswith("--drug"):  # a drug for which nobody bid is shown as that
            raise
        return blank(source, " ".join(problem.what for problem in error.problems), entry.question)


def cut_down(wish: Wish, cut: Cut, view: Callable[[Cut], RunFolder]) -> Drawn:
    """Draw a chart of the part of a run that is chosen; what it cannot be cut by, it shows whole, and says so."""
    source = view(cut)
    if not isinstance(source, RunView):
        return Drawn(of_catalogue(wish, source), source)
    source.asked.clear()
    drawn, whole = of_catalogue(wish, source), tuple(source.left_whole)
    if not whole:
        return Drawn(drawn, source, () if drawn.data else (say("explore.narrow"),))
    wider = cut_down(wish, cut.without(whole), view)
    return Drawn(wider.chart, wider.source, (*(say(f"explore.whole_{d}") for d in whole), *wider.notes))


def blank(source: Source, says: str, question: str) -> Chart:
    """What stands in place of a chart that has nothing to show."""
    with style.rc():
        return Chart(says.rstrip(".。"), style.page(origin(source), says, question, (7.0, 0.3)))


def _sheet(wish: Wish, drawing: Drawing) -> Sheet:
    name = "-".join(filter(None, (wish.chart, _plain(wish.of), _plain(wish.drug))))
    drawn = drawing.draw()
    return Sheet(plate(name, drawing.question, drawn.chart), "", drawn.notes, {})


def _file(wish: Wish, drawing: Drawing, ending: str) -> bytes:
    drawn = drawing.draw()
    if ending == "csv":
        return csv_bytes(drawn.chart.data)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{wish.chart}.{ending}"
        catalogue.save(drawn.chart, file, drawn.source)
        return file.read_bytes()


def _plain(text: str) -> str:
    """A name as part of an id of HTML."""
    return "".join(c if c.isascii() and c.isalnum() else f"_{ord(c):x}" for c in text)
