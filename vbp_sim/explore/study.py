"""A study that is explored: what its folder holds, as a page, read again when the folder changes."""

from __future__ import annotations

import contextlib
import stat
from pathlib import Path

from vbp_sim.explore.kept import work
from vbp_sim.explore.runs import Runs
from vbp_sim.explore.runs_page import RunsPage
from vbp_sim.explore.sweep_page import SweepPage
from vbp_sim.studies import compare, plan

#: a page over a study
Page = RunsPage | SweepPage


class Study:
    """A run, a comparison or a sweep; InputError if the folder holds none that can be read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read()

    def now(self) -> Page:
        """The page of the study as it is now; InputError if it cannot be read any more."""
        if self._changed():
            with work():
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
            known = file.stat()
            if known.st_size and stat.S_ISREG(known.st_mode) and not file.name.endswith("-shm"):
                found.append((str(file), known.st_size, known.st_mtime_ns))
    return found
