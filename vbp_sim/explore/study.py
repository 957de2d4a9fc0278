"""A study that is explored: what its folder holds, as a page, read again when the folder changes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from vbp_sim.explore.form import Part
from vbp_sim.explore.html import Section
from vbp_sim.explore.kept import WORK
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
    def runs(self) -> Sequence[Path]:
        """Folders besides the study's own that the page was read from."""

    @property
    def fields(self) -> Mapping[str, Field]:
        """What an address may say."""

    def check(self, state: State) -> None:
        """WrongAddress for choices that do not go together."""

    def form(self, state: State) -> list[Part]:
        """What can be chosen beside the page."""

    def sections(self, state: State) -> Iterator[Section]:
        """The parts of the page in their order; each is made when it is called."""

    def file(self, name: str, ending: str, state: State) -> bytes | None:
        """A file of the page, None if there is none of that name."""


class Study:
    """A run, a comparison or a sweep; InputError if the folder holds none that can be read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read()

    def now(self) -> Page:
        """The page of the study as it is now; InputError if it cannot be read any more."""
        if self._changed():
            with WORK:
                if self._changed():
                    self._read()
        return self.page

    def _read(self) -> None:
        seen = _stamp(self.path)
        self.page = _opened(self.path)
        self._seen = seen + _stamp(*self.page.runs)
        _ = self.page.fields  # the slow part of the first answer

    def _changed(self) -> bool:
        return self._seen != _stamp(self.path, *self.page.runs)


def _opened(path: Path) -> Page:
    if (path / compare.FILE).is_file():
        return RunsPage(Runs.of_comparison(path))
    if (path / plan.NAME).is_file():
        return SweepPage.of(path)
    return RunsPage(Runs.of_run(path))


def _stamp(*folders: Path) -> list[tuple[str, int, int]]:
    """Names, sizes and times of the files of folders, but for those that readers of a ledger make and take away."""
    found = []
    for file in (file for folder in folders for file in sorted(folder.glob("*"))):
        with contextlib.suppress(OSError):  # it went meanwhile
            stat = file.stat()
            if stat.st_size and not file.is_dir() and not file.name.endswith("-shm"):
                found.append((str(file), stat.st_size, stat.st_mtime_ns))
    return found
