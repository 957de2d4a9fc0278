"""What a folder holds, as a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

from vbp_sim.explore.form import Part
from vbp_sim.explore.html import Section
from vbp_sim.explore.query import Field, State
from vbp_sim.explore.runs import Runs
from vbp_sim.explore.runs_page import RunsPage
from vbp_sim.explore.sweep_page import SweepPage
from vbp_sim.studies import compare, plan


class Page(Protocol):
    """A page over a study."""

    @property
    def title(self) -> str:
        """What the study is called."""

    @property
    def fields(self) -> Mapping[str, Field]:
        """What an address may say."""

    def check(self, state: State) -> None:
        """InputError for choices that do not go together."""

    def form(self, state: State) -> list[Part]:
        """What can be chosen beside the page."""

    def sections(self, state: State) -> Iterator[Section]:
        """The parts of the page in their order; each is made when it is called."""

    def file(self, name: str, ending: str, state: State) -> bytes | None:
        """A file of the page, None if there is none of that name."""


def opened(path: Path) -> Page:
    """The page of a run, a comparison or a sweep; InputError if the folder holds none that is finished."""
    if (path / compare.FILE).is_file():
        return RunsPage(Runs.of_comparison(path))
    if (path / plan.NAME).is_file():
        return SweepPage.of(path)
    return RunsPage(Runs.of_run(path))
