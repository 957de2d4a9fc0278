"""The charts by name. A new chart is one file in `vbp_sim.report.charts` with a function under `chart`,
and the question that it answers in ``messages/questions.yaml``.

@chart("hhi")
def draw(run: RunFolder) -> Chart: ...

@chart("variants", of="comparison")
def draw(found: Compared) -> Chart: ...
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar

from matplotlib.figure import Figure

from vbp_sim.errors import InputError, Problem, nearest
from vbp_sim.report.charts import style
from vbp_sim.report.charts.spots import Spots
from vbp_sim.report.csv_table import Columns as Columns
from vbp_sim.report.csv_table import write_csv
from vbp_sim.report.sources import Kind, Source, kind, metric_ids, origin
from vbp_sim.report.words import letters, names
from vbp_sim.report.words.language import say, term
from vbp_sim.runs import aside
from vbp_sim.runs.folder import RunFolder
from vbp_sim.runs.metrics import check_known
from vbp_sim.scenario.plugins import in_use


@dataclass(frozen=True)
class Chart:
    """A figure, the sentence above it, the table behind it (columns of one length), and where its rows are drawn."""

    title: str
    figure: Figure
    data: Columns = field(default_factory=dict)
    spots: Sequence[Spots] = ()


class NothingToDraw(Exception):
    """A chart has nothing to show for this source; ``args`` hold the reason as a sentence."""


@dataclass(frozen=True)
class Entry:
    """A chart of the catalogue: its name, the function that draws it, and what it draws (see `sources`).

    ``choice``: what else it is drawn with: "drug" (the drug's name, "" lets it choose), "metrics" (IDs, none lets it
    choose), or nothing.
    """

    name: str
    draw: Callable[..., Chart]
    of: Kind
    choice: Literal["", "drug", "metrics"]

    @property
    def question(self) -> str:
        """The question that it answers, in the language in use; else what its function says of itself."""
        said = term("questions", self.name)
        return said if said != self.name else " ".join((self.draw.__doc__ or self.name).split())


Drawer = TypeVar("Drawer", bound=Callable[..., Chart])

_entries: dict[str, Entry] = {}


def chart(name: str, *, of: Kind = "run", choice: Literal["", "drug", "metrics"] = "") -> Callable[[Drawer], Drawer]:
    """Enter a drawing function in the catalogue."""

    def enter(draw: Drawer) -> Drawer:
        _entries[name] = Entry(name, draw, of, choice)
        return draw

    return enter


@functools.cache
def _import_shipped() -> None:
    """Import every module of charts, which enters them."""
    package = importlib.import_module("vbp_sim.report.charts")
    for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)


def catalogue(of: Kind = "run") -> Mapping[str, Entry]:
    """All charts of a kind of source by name, in alphabetical order; those of the plug-ins in use too."""
    _import_shipped()
    known = {name: entry for name, entry in sorted(_entries.items()) if in_use(entry.draw.__module__)}
    return {name: entry for name, entry in known.items() if entry.of == of}


def draw(name: str, source: Source, drug: str = "", metrics: Sequence[str] = ()) -> Chart:
    """Draw one chart; a source that has nothing for it gives a page that says so.

    InputError: unknown name, a chart of another kind of source, a choice that the chart does not have, or tables that
    contradict each other.
    """
    entry = _entry(name, kind(source))
    for option, given, choice in (("--drug", drug, "drug"), ("--metric", ", ".join(metrics), "metrics")):
        if given and entry.choice != choice:
            others = ", ".join(other.name for other in catalogue(entry.of).values() if other.choice == choice)
            raise InputError(Problem(f"{option} {given}", f"{name} has no such choice", f"charts with it: {others}"))
    check_known(metrics, metric_ids(source), "--metric")
    with letters.readable(), style.rc():
        source = names.local(source)
        if isinstance(source, RunFolder):
            drug = names.name(source, "drug", drug)
        chosen = {"drug": (drug,), "metrics": (list(metrics),), "": ()}[entry.choice]
        try:
            drawn = _drawn(entry, source, chosen)
            style.settle(drawn.figure)
        except (LookupError, ValueError, ArithmeticError) as error:
            if not entry.draw.__module__.startswith("vbp_sim."):
                raise
            what = f"the chart {name} cannot be drawn of it: {type(error).__name__}: {error}"
            remedy = "its tables contradict each other, or vbp_sim is at fault: run it again to tell which"
            raise InputError(Problem(str(source.path), what, remedy)) from error
        return drawn


def _drawn(entry: Entry, source: Source, chosen: Sequence[object]) -> Chart:
    """The chart, or a page that says why there is none."""
    try:
        return entry.draw(source, *chosen)
    except NothingToDraw as nothing:
        title = say("catalogue.nothing", why=nothing)
        return Chart(title, style.page(origin(source), title, entry.question, (7.0, 0.3)))


def _entry(name: str, of: Kind) -> Entry:
    entry = catalogue(of).get(name)
    if entry is not None:
        return entry
    if name in _entries:
        what = f"this is a chart of a {_entries[name].of}, and the folder holds a {of}"
        raise InputError(Problem(name, what, f"charts of a {of}: {', '.join(catalogue(of))}"))
    raise InputError(Problem(name, "there is no such chart", nearest(name, list(catalogue(of)))))


def draw_all(
    source: Source, out: Path, formats: Sequence[str] = ("svg",), names: Iterable[str] | None = None
) -> list[Path]:
    """Draw charts (all by default) as NAME.FORMAT, each with its table as NAME.csv; returns the files."""
    aside.inside(out.parent, out.name).mkdir(parents=True, exist_ok=True)
    files = []
    for name in catalogue(kind(source)) if names is None else names:
        drawn = draw(name, source)
        files.append(out / f"{name}.csv")
        write_csv(files[-1], drawn.data)
        for extension in formats:
            files.append(out / f"{name}.{extension}")
            save(drawn, files[-1], source)
    return files


def save(drawn: Chart, path: Path, source: Source) -> None:
    """Write a chart as the format that the name of the file ends with: svg, png or pdf."""
    with style.rc():
        style.save(drawn.figure, path, drawn.title, origin(source))
