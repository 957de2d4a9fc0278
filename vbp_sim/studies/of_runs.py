"""Finished runs side by side: of other markets, rounds, seeds or programs, as far as they can be compared.

    found = compare_runs([Path("results/pilot-2018-1"), Path("results/batch-3-1")])
    found.apart  # names of those that are not paired with the first

Two runs have the same luck, replication by replication, if scenario, market, seed, replications and program agree: then
they differ by a variant or by settings, and are paired. All others have luck of their own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from vbp_sim.errors import InputError, Problem
from vbp_sim.runs.folder import RunFolder
from vbp_sim.runs.metrics import metrics_of
from vbp_sim.studies.compare import BASE, Comparison

#: what of its manifest two runs with the same luck have in common
SAME = ("scenario", "seed", "replications", "market", "program_hash")


def compare_runs(places: Sequence[Path]) -> Comparison:
    """The first run against the others; InputError if there are fewer than two, or one is named twice."""
    if len(places) < 2:
        raise InputError(Problem(", ".join(map(str, places)), "one run is no comparison", "name two run folders"))
    runs = [RunFolder.open(place) for place in places]
    if len({run.path.resolve() for run in runs}) < len(runs):
        raise InputError(Problem(", ".join(map(str, places)), "a run is named twice", "leave one out"))
    named = dict(zip(_names(runs), runs, strict=True))
    base = runs[0].manifest
    id = hashlib.sha256("\n".join(f"{name} {run.manifest['run_hash']}" for name, run in named.items()).encode())
    return Comparison(
        scenario=str(base["scenario"]),
        title=str(base.get("title", "")),
        seed=int(base["seed"]),
        rows={name: metrics_of(run) for name, run in named.items()},
        runs={name: str(run.path.resolve()) for name, run in named.items()},
        reached=True,
        id=id.hexdigest(),
        titles={name: _title(run) for name, run in named.items() if name != BASE and _title(run)},
        apart=frozenset(name for name, run in named.items() if not paired_with(base, run.manifest)),
        of_runs=True,
    )


def paired_with(one: dict[str, object], other: dict[str, object]) -> bool:
    """Whether the runs of two manifests have the same luck in each replication."""
    return all(one.get(key) == other.get(key) and one.get(key) is not None for key in SAME)


def _names(runs: Sequence[RunFolder]) -> list[str]:
    """A name for each run: what it is beside the first one, else that of its folder; the first one is the base."""
    names = [BASE]
    for run in runs[1:]:
        m = run.manifest
        other = [str(m["scenario"])] if m["scenario"] != runs[0].manifest["scenario"] else []
        chain = "+".join([*other, *filter(None, str(m["variant"]).split(","))])
        wanted = [name for name in (chain, run.path.resolve().name) if name and name not in names]
        names.append(wanted[0] if wanted else f"{run.path.resolve().name}-{len(names) + 1}")
    return names


def _title(run: RunFolder) -> str:
    """The title of a run's scenario, unless it is that of a variant, whose title nobody kept."""
    return "" if run.manifest["variant"] else str(run.manifest.get("title", ""))
