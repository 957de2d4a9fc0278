"""The charts by name. A new chart is one file in `vbp_sim.report.figures` with a function under `chart`,
and the question that it answers in ``messages/questions.yaml``.

@chart("hhi")
def draw(run: RunFolder) -> Chart: ...
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from matplotlib.figure import Figure

from vbp_sim.errors import InputError, Problem, nearest
from vbp_sim.report import style
from vbp_sim.report.csv_table import Columns as Columns
from vbp_sim.report.csv_table import write_csv
from vbp_sim.report.language import say
from vbp_sim.studies.folder import RunFolder


@dataclass(frozen=True)
class Chart:
    """A figure, the sentence above it, and the table behind it (columns of one length)."""

    title: str
    figure: Figure
    data: Columns = field(default_factory=dict)


class NothingToDraw(Exception):
    """A chart has nothing to show for this run; ``args`` hold the reason as a sentence."""


@dataclass(frozen=True)
class Entry:
    """A chart of the catalogue: its name, and the function that draws a run.

    ``of_drug``: it shows one drug, and is drawn with the drug's name ("" lets it choose).
    """

    name: str
    draw: Callable[..., Chart]
    of_drug: bool

    @property
    def question(self) -> str:
        """The question that it answers, in the language in use."""
        return say(f"questions.{self.name}")


Drawer = TypeVar("Drawer", bound=Callable[..., Chart])

_entries: dict[str, Entry] = {}


def chart(name: str, *, of_drug: bool = False) -> Callable[[Drawer], Drawer]:
    """Enter a drawing function in the catalogue."""

    def enter(draw: Drawer) -> Drawer:
        _entries[name] = Entry(name, draw, of_drug)
        return draw

    return enter


@functools.cache
def catalogue() -> Mapping[str, Entry]:
    """All charts by name, in alphabetical order."""
    package = importlib.import_module("vbp_sim.report.figures")
    for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
    return dict(sorted(_entries.items()))


def draw(name: str, run: RunFolder, drug: str = "") -> Chart:
    """Draw one chart; a run that has nothing for it gives a page that says so.

    InputError: unknown name, or a drug for a chart that shows all drugs.
    """
    entry = catalogue().get(name)
    if entry is None:
        raise InputError(Problem(name, "there is no such chart", nearest(name, list(catalogue()))))
    if drug and not entry.of_drug:
        others = ", ".join(other.name for other in catalogue().values() if other.of_drug)
        raise InputError(Problem(f"--drug {drug}", f"{name} shows all drugs", f"charts of one drug: {others}"))
    with style.rc():
        try:
            drawn = entry.draw(run, drug) if entry.of_drug else entry.draw(run)
        except NothingToDraw as nothing:
            title = f"Nothing to show: {nothing}"
            drawn = Chart(title, style.page(run, title, entry.question, (7.0, 0.3)))
        style.settle(drawn.figure)
        return drawn


def draw_all(
    run: RunFolder, out: Path, formats: Sequence[str] = ("svg",), names: Iterable[str] | None = None
) -> list[Path]:
    """Draw charts (all by default) as NAME.FORMAT, each with its table as NAME.csv; returns the files."""
    out.mkdir(parents=True, exist_ok=True)
    files = []
    for name in catalogue() if names is None else names:
        drawn = draw(name, run)
        files.append(out / f"{name}.csv")
        write_csv(files[-1], drawn.data)
        for extension in formats:
            files.append(out / f"{name}.{extension}")
            save(drawn, files[-1], run)
    return files


def save(drawn: Chart, path: Path, run: RunFolder) -> None:
    """Write a chart as the format that the name of the file ends with: svg, png or pdf."""
    with style.rc():
        style.save(drawn.figure, path, drawn.title, run)
