"""The report of whatever a folder holds."""

from __future__ import annotations

from pathlib import Path

from vbp_sim.errors import InputError, Problem
from vbp_sim.report.backtested import Backtested
from vbp_sim.report.compared import Compared
from vbp_sim.report.pages import backtest_page, brief, compare_page, page, study_page
from vbp_sim.report.sources import Source
from vbp_sim.report.studied import Studied
from vbp_sim.runs import aside
from vbp_sim.truth.outcomes import Outcomes

#: names of the files in the folder of what they are about
NAME, BRIEF = "report.html", "brief.html"


def beside(source: Source) -> Path:
    """Write the report into the folder of what it is about; returns the file."""
    file = source.path / NAME
    write(source, file)
    return file


def write(source: Source, out: Path, *, short: bool = False) -> None:
    """Write the report of a run, a comparison, a study or a back-test; ``short``: the brief of a run or a
    comparison."""
    aside.write(out, (brief.render(source) if short else render(source)).encode("utf-8"))


def render(source: Source) -> str:
    """The report as HTML."""
    if isinstance(source, Compared):
        return compare_page.render(source)
    if isinstance(source, Studied):
        return study_page.render(source)
    if isinstance(source, Outcomes):
        what = "a table of outcomes has no report of its own"
        raise InputError(Problem(str(source.path), what, "draw it: vbp plot DIR outcomes"))
    return backtest_page.render(source) if isinstance(source, Backtested) else page.render(source)
