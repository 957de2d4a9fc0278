"""The report of whatever a folder holds."""

from __future__ import annotations

from pathlib import Path

from vbp_sim.errors import InputError, Problem
from vbp_sim.report.backtested import Backtested
from vbp_sim.report.compared import Compared
from vbp_sim.report.pages import backtest_page, compare_page, page, study_page
from vbp_sim.report.sources import Source
from vbp_sim.report.studied import Studied
from vbp_sim.truth.outcomes import Outcomes


def write(source: Source, out: Path) -> None:
    """Write the report of a run, a comparison, a study or a back-test."""
    if isinstance(source, Compared):
        compare_page.write(source, out)
    elif isinstance(source, Studied):
        study_page.write(source, out)
    elif isinstance(source, Backtested):
        backtest_page.write(source, out)
    elif isinstance(source, Outcomes):
        what = "a table of outcomes has no report of its own"
        raise InputError(Problem(str(source.path), what, "draw it: vbp plot DIR outcomes"))
    else:
        page.write(source, out)
