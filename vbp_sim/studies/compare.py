"""A scenario and variants of it on the same luck, and how they differ.

    found = compare("pilot-2018", ["two-winners", "two-winners+no-retention"], replications=50)
    found.differences["cut_ceiling"]["two-winners"].mean

A variant may be a chain of variants of the scenario, applied in order, with ``+`` between. A policy is a variant that
says what it expects, and is told whether that held.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import vbp_sim
from vbp_sim.errors import InputError, Problem
from vbp_sim.runs import aside
from vbp_sim.runs.load import load_scenario
from vbp_sim.runs.metrics import METRICS, Row, check_known, in_order, known_ids, metrics_of
from vbp_sim.runs.policies import Applied, Loaded, applied
from vbp_sim.runs.replications import replicate
from vbp_sim.runs.run import run, run_id, run_name
from vbp_sim.runs.target import make_folder
from vbp_sim.scenario.load import Scenario
from vbp_sim.studies.expectations import Told, Verdict, verdicts
from vbp_sim.studies.null import Imprint, Null, nulls
from vbp_sim.studies.paired import Difference, needed, paired
from vbp_sim.studies.paired import apart as unpaired

BASE = "base"
RESULTS = Path("results")
PROGRAM = "vbp_sim compare"
FILE = "comparison.json"
#: columns of comparison.csv
COLUMNS = ["metric", "unit", "better", "variant", "base", "value", "difference", "low", "high", "n", "variance_saved"]
#: replications of the first round when their number follows from the precision that is asked for
FIRST = 10

#: called with what is being run, replications done, and how many there are to be
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Precision:
    """Add replications until the difference of a metric is known to +-``halfwidth``, at most ``most``."""

    metric: str
    halfwidth: float
    most: int = 1000


@dataclass(frozen=True)
class Comparison:
    """Variants against the base. ``rows``: metrics of each replication by name of the variant (`BASE` first).

    ``runs``: the run folders that hold all tables; empty if the number of replications was sought.
    ``reached``: whether the asked precision was reached (True if none was asked). ``nulls``: the variants that changed
    no bid and no award, by name. ``policies``: those of the variants that are policies; ``idle`` of them moved no
    posting and no event; ``left_out``: policies that could not be compared here, and why. ``titles``: of variants, as
    far as they have any. ``apart``: those that have luck of their own, and are not paired with the base; ``of_runs``:
    finished runs were compared, and nothing was computed.
    """

    scenario: str
    title: str
    seed: int
    rows: dict[str, list[Row]]
    runs: dict[str, str]
    reached: bool
    id: str
    nulls: dict[str, Null] = field(default_factory=dict)
    policies: dict[str, Loaded] = field(default_factory=dict)
    idle: frozenset[str] = frozenset()
    left_out: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    apart: frozenset[str] = frozenset()
    of_runs: bool = False

    @property
    def replications(self) -> int:
        """Replications of every variant."""
        return len(self.rows[BASE])

    @property
    def variants(self) -> list[str]:
        """Names of the variants, without the base."""
        return [name for name in self.rows if name != BASE]

    @property
    def ids(self) -> list[str]:
        """Metrics that any variant has."""
        return in_order(id for rows in self.rows.values() for row in rows for id in row)

    @property
    def differences(self) -> dict[str, dict[str, Difference]]:
        """By metric and variant; a metric that never applies in base and variant together is left out."""
        found: dict[str, dict[str, Difference]] = {}
        for metric in self.ids:
            for name in self.variants:
                difference = difference_of(self.rows, metric, name, apart=name in self.apart)
                if difference.n:
                    found.setdefault(metric, {})[name] = difference
        return found

    @property
    def expectations(self) -> list[Verdict]:
        """What each policy expects, and whether it held."""
        return verdicts(self.policies, self.rows, self.differences, BASE)

    @property
    def told(self) -> dict[str, Told]:
        """What a reader should know of each policy, by id."""
        return {name: Told.of(loaded, name in self.idle) for name, loaded in self.policies.items()}

    def as_json(self) -> dict[str, Any]:
        """What comparison.json holds."""
        metrics = {
            id: {
                "unit": METRICS[id].unit,
                "better": METRICS[id].better,
                "variants": {name: {**dataclasses.asdict(d), "halfwidth": d.halfwidth} for name, d in found.items()},
            }
            for id, found in self.differences.items()
        }
        names = ("id", "scenario", "title", "seed", "replications", "variants", "reached", "runs")
        whole = {
            "program": PROGRAM,
            "version": vbp_sim.__version__,
            **{name: getattr(self, name) for name in names},
            "null_results": {name: dataclasses.asdict(null) for name, null in self.nulls.items()},
            "policies": {name: dataclasses.asdict(told) for name, told in self.told.items()},
            **{name: getattr(self, name) for name in ("left_out", "titles")},
            "apart": sorted(self.apart),
            "of_runs": self.of_runs,
            "expectations": [dataclasses.asdict(verdict) for verdict in self.expectations],
            "metrics": metrics,
        }
        return {key: aside.plain(value) for key, value in whole.items()}


def compare(
    scenario: str | Path,
    variants: Sequence[str] = (),
    *,
    policies: Sequence[str | Path] = (),
    sets: Sequence[str] = (),
    replications: int | None = None,
    until: Precision | None = None,
    workers: int | None = None,
    results: Path = RESULTS,
    progress: Progress | None = None,
) -> Comparison:
    """Run the scenario, its variants and policies (ids or paths, or ``all``), each with the same replications, and pair
    them.

    Run folders in ``results`` that are finished are read, not computed again. With ``until`` only the metrics
    are kept. InputError if a variant or policy is unknown, named twice or wrong, or the metric is unknown.
    """
    all_of, asked = asked_for(scenario, variants, policies, sets, replications)
    base = all_of[BASE]
    runs: dict[str, str] = {}
    rows: dict[str, list[Row]] = {}
    reached, imprints = True, {name: Imprint() for name in all_of}
    if until is not None:
        rows, reached = _until(all_of, until, imprints, workers, progress)
    else:
        for name, one in all_of.items():
            tell = functools.partial(progress, name) if progress is not None else None
            folder, _ = run(one, results / run_name(one), workers=workers, progress=tell)
            rows[name], runs[name] = metrics_of(folder), str(folder.path)
            imprints[name] = Imprint.of_run(folder)
    id = hashlib.sha256("\n".join([str(until), *(f"{n} {run_id(s)}" for n, s in all_of.items())]).encode()).hexdigest()
    unmoved = nulls({name: (one, imprints[name]) for name, one in all_of.items()}, BASE)
    before = imprints[BASE].happened.digest()
    idle = frozenset(name for name in asked.loaded if imprints[name].happened.digest() == before)
    named = (base.spec.scenario, base.spec.title, base.spec.seed)
    titles = titles_of(base, variants) | {name: loaded.policy.title for name, loaded in asked.loaded.items()}
    return Comparison(*named, rows, runs, reached, id, unmoved, asked.loaded, idle, asked.left_out, titles)


def asked_for(
    scenario: str | Path,
    variants: Sequence[str],
    policies: Sequence[str | Path],
    sets: Sequence[str],
    replications: int | None,
) -> tuple[dict[str, Scenario], Applied]:
    """The scenarios of a comparison by name, the base first, and its policies; InputError as for `compare`."""
    given = [*sets, *([f"replications:={replications}"] if replications is not None else [])]
    all_of = {name: load_scenario(scenario, chain, given) for name, chain in _names(variants).items()}
    asked = applied(policies, all_of[BASE], given)
    if again := next((name for name in asked.loaded if name in all_of), None):
        raise InputError(Problem(f"--policies {again}", "is named under --variants too", "leave one out"))
    all_of |= asked.scenarios
    if len(all_of) == 1:
        what = "; ".join(f"{name}: {why}" for name, why in asked.left_out.items())
        raise InputError(Problem("--variants, --policies", what or "nothing is to be compared", "name one at least"))
    return all_of, asked


def titles_of(base: Scenario, variants: Sequence[str]) -> dict[str, str]:
    """Titles of variants, those of a chain joined; without those that have none."""
    known = {name: variant.title for name, variant in base.spec.variants.items()}
    found = {variant: [known.get(step.strip(), "") for step in variant.split("+")] for variant in variants}
    return {variant: " + ".join(titles) for variant, titles in found.items() if all(titles)}


def difference_of(
    rows: Mapping[str, Sequence[Row]], metric: str, variant: str, base: str = BASE, *, apart: bool = False
) -> Difference:
    """How a variant differs from the base in one metric; ``apart``: the two have luck of their own."""
    values = {name: [row.get(metric, math.nan) for row in rows[name]] for name in (base, variant)}
    return (unpaired if apart else paired)(values[base], values[variant])


def write(found: Comparison, out: Path) -> None:
    """Write two tables and, last, comparison.json; InputError if ``out`` holds something else."""
    make_folder(out, FILE, "comparison", kept=("runs",))
    lines: Iterable[list[Any]] = (
        [id, METRICS[id].unit, METRICS[id].better or "", name, *dataclasses.astuple(d)[:7]]
        for id, by_variant in found.differences.items()
        for name, d in by_variant.items()
    )
    aside.write_csv(out / "comparison.csv", COLUMNS, lines)
    ids = found.ids
    lines = (
        [name, k, *(row.get(id, math.nan) for id in ids)]
        for name, rows in found.rows.items()
        for k, row in enumerate(rows)
    )
    aside.write_csv(out / "replications.csv", ["variant", "replication", *ids], lines)
    aside.write_json(out / FILE, found.as_json())


def _names(variants: Sequence[str]) -> dict[str, str]:
    """Name of each variant, and its chain as `load_scenario` wants it."""
    names = {BASE: ""}
    for variant in variants:
        chain = ",".join(step.strip() for step in variant.split("+"))
        if not chain.strip(","):
            raise InputError(Problem("--variants", "the name of a variant is wanted", "for example --variants a,b+c"))
        if variant in names:
            raise InputError(Problem(f"--variants {variant}", "is named twice, or is the base", "leave one out"))
        names[variant] = chain
    return names


def _until(
    all_of: dict[str, Scenario],
    until: Precision,
    imprints: dict[str, Imprint],
    workers: int | None,
    progress: Progress | None,
) -> tuple[dict[str, list[Row]], bool]:
    """Add replications to all variants together until the differences are known well enough."""
    check_known([until.metric], known_ids(list(all_of[BASE].spec.rounds)), "--metric")
    rows: dict[str, list[Row]] = {name: [] for name in all_of}
    wanted = min(FIRST, until.most)
    while True:
        for name, one in all_of.items():
            spec = one.spec.model_copy(update={"replications": wanted})
            for result in replicate(dataclasses.replace(one, spec=spec), workers, len(rows[name])):
                rows[name].append(result.metrics)
                imprints[name].add(result.tables)
                if progress is not None:
                    progress(name, len(rows[name]), wanted)
        found = [difference_of(rows, until.metric, name) for name in all_of if name != BASE]
        short = [d for d in found if not d.halfwidth <= until.halfwidth]
        if not short or wanted >= until.most:
            return rows, not short
        wanted = min(until.most, max(wanted + FIRST, *(min(2 * wanted, needed(d, until.halfwidth)) for d in short)))
