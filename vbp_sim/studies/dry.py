"""What a comparison would compute: how many runs, which of them are there, and about how long the others take.

planned("pilot-2018", ["two-winners"]).seconds
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from vbp_sim.runs.replications import replicate
from vbp_sim.runs.run import finished, run_id, run_name
from vbp_sim.runs.workers import default_workers
from vbp_sim.scenario.load import Scenario
from vbp_sim.studies.compare import BASE, RESULTS, asked_for


@dataclass(frozen=True)
class Planned:
    """``there``: by name, the run folder, and whether it is finished. ``measured``: the run that told how long a
    replication takes; empty if one was made for it. ``seconds``: of all that is not there, with the workers asked for.
    """

    there: dict[str, tuple[Path, bool]]
    replications: int
    seconds_per_replication: float
    measured: str
    seconds: float

    @property
    def missing(self) -> list[str]:
        """Names of the runs that would be computed."""
        return [name for name, (_, done) in self.there.items() if not done]


def planned(
    scenario: str | Path,
    variants: Sequence[str] = (),
    *,
    policies: Sequence[str | Path] = (),
    sets: Sequence[str] = (),
    replications: int | None = None,
    workers: int | None = None,
    results: Path = RESULTS,
) -> Planned:
    """What `compare` with the same arguments would do.

    Computes one replication of the base if no run tells the time.
    """
    all_of, _ = asked_for(scenario, variants, policies, sets, replications)
    folders = {name: results / run_name(one) for name, one in all_of.items()}
    done = {name: finished(folders[name], run_id(one)) for name, one in all_of.items()}
    there = {name: (folders[name], done[name] is not None) for name in all_of}
    count = all_of[BASE].spec.replications
    known = [run for run in done.values() if run is not None and "seconds_per_replication" in run.manifest]
    left = [name for name, run in done.items() if run is None]
    seconds = [float(run.manifest["seconds_per_replication"]) for run in known]
    each = sum(seconds) / len(known) if known else _tried(all_of[BASE]) if left else 0.0
    at_once = min(workers or default_workers(), count)
    return Planned(there, count, each, str(known[0].path) if known else "", each * count * len(left) / at_once)


def _tried(scenario: Scenario) -> float:
    """Seconds of the first replication in this process."""
    one = replace(scenario, spec=scenario.spec.model_copy(update={"replications": 1}))
    started = time.perf_counter()
    list(replicate(one, 1))
    return time.perf_counter() - started
