"""A folder of each kind of result, small and made by the program itself, for tests that damage them.

places = made(tmp_path)          # {"run": ..., "comparison": ..., "study": ..., "backtest": ...}
with within(20): vbp("report", places["run"])
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from report.study_making import analysed, backtest
from small import small, write_scenario

from vbp_sim.runs.run import run
from vbp_sim.studies import findings
from vbp_sim.studies.compare import compare, write
from vbp_sim.studies.discovery import Box

VARIANTS = {"dear": {"changes": {"demand": {"growth": 0.3}}}, "rare": {"changes": {"demand": {"growth": -0.1}}}}
#: the JSON files of each kind of folder
JSON = {
    "run": ("manifest.json", "summary.json"),
    "comparison": ("comparison.json",),
    "study": ("plan.json", findings.EFFECTS, findings.REGIONS, findings.FRONT),
    "backtest": ("backtest.json",),
}


def made(folder: Path) -> dict[str, Path]:
    """Make a run, a comparison with its runs, a study with findings, and a back-test."""
    run(small(folder / "scenario", sets=["replications=2"]), folder / "run", workers=1)
    file = write_scenario(folder / "scenario", variants=VARIANTS)
    found = compare(file, list(VARIANTS), replications=2, workers=1, results=folder / "comparison" / "runs")
    write(found, folder / "comparison")
    study = analysed(folder / "studies").path
    findings.write_regions(study, "completion < 1", [Box(("g > 0.05",), 12, 0.5, 0.8)])
    backtest(folder / "backtest")
    return {**{kind: folder / kind for kind in JSON}, "study": study}


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """AssertionError if what is inside takes longer, also while it waits for a file."""

    def over(number: int, frame: object) -> None:
        raise AssertionError(f"it took longer than {seconds:g} s")

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
