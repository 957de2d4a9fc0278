"""What can be drawn and reported: a run, a comparison of variants, a study, a back-test, a table
of outcomes; told apart by their files.

source = opened(Path("results/compare-pilot"))
kind(source)            # "comparison"
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from vbp_sim.errors import InputError
from vbp_sim.report.backtested import Backtested
from vbp_sim.report.compared import Compared
from vbp_sim.report.studied import Studied
from vbp_sim.report.words.language import say
from vbp_sim.runs.folder import RunFolder
from vbp_sim.runs.metrics import METRICS, in_order
from vbp_sim.scenario import plugins
from vbp_sim.studies import compare, plan
from vbp_sim.truth import backtest_record, outcomes
from vbp_sim.truth.outcomes import Outcomes

Source = RunFolder | Compared | Studied | Backtested | Outcomes
Kind = Literal["run", "comparison", "study", "backtest", "outcomes"]


def opened(path: Path, tell: Callable[[str], None] = lambda text: None) -> Source:
    """Open a folder, whatever it holds, with its plug-ins; InputError if it holds nothing that is finished.

    ``tell`` is called if a plug-in is gone or differs: what is read then goes without the plug-ins.
    """
    source = _read(path)
    try:
        plugins.recall(_plugins(source), str(path))
    except InputError as error:
        tell(say("cli.without_plugins", why=error))
    return source


def _plugins(source: Source) -> list[dict[str, str]]:
    """What a folder remembers of its plug-ins."""
    run = source.base_run if isinstance(source, Compared) else source
    if isinstance(run, Studied):
        return list(run.plan.plugins)
    return list(run.manifest.get("plugins", ())) if isinstance(run, RunFolder) else []


def _read(path: Path) -> Source:
    kinds: dict[str, Callable[[Path], Source]] = {
        compare.FILE: Compared.open,
        plan.NAME: Studied.open,
        backtest_record.FILE: Backtested.open,
        outcomes.FILE: Outcomes.open,
    }
    return next((opens for file, opens in kinds.items() if os.path.lexists(path / file)), RunFolder.open)(path)


def kind(source: Source) -> Kind:
    """What a source is."""
    if isinstance(source, RunFolder):
        return "run"
    if isinstance(source, Compared):
        return "comparison"
    if isinstance(source, Outcomes):
        return "outcomes"
    return "study" if isinstance(source, Studied) else "backtest"


def metric_ids(source: Source) -> list[str]:
    """Ids of the metrics that a chart of a source can show."""
    if isinstance(source, Compared):
        return in_order([*METRICS, *source.differences])
    return in_order([*METRICS, *source.known]) if isinstance(source, Studied) else list(METRICS)


def made_by(source: Source) -> str:
    """The program that made a run or a study of an older layout; empty for all others."""
    return source.made_by if isinstance(source, RunFolder | Studied) else ""


def origin(source: Source) -> RunFolder:
    """What charts say of where they come from."""
    return source if isinstance(source, RunFolder) else source.origin
