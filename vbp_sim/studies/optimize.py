"""Trade-offs: a search over the levers of a sweep for the Pareto front of some metrics, by optuna's NSGA-II.

    front = optimize(begin(file, yes=True), objectives(["cut_ceiling", "unmet_share"]), trials=64, options=Options())

A candidate is a combination of levers; its value is the mean over all draws of the uncertainties and all
replications. Its regret in a draw is what another combination that was tried would have been better by there, objective
by objective: a combination that is best on the mean may be a bad choice where a stand-in is wrong. Every run goes into
the study's ledger, and the search is the same each time, so a search that was interrupted is gone on with by asking
for it again: what is done is read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from vbp_sim.errors import InputError, Problem, RunError, library
from vbp_sim.rules.arrays import FloatArray as Floats
from vbp_sim.runs import aside
from vbp_sim.runs.metrics import METRICS, check_known, known_ids
from vbp_sim.scenario.patches import split
from vbp_sim.studies.design import Point
from vbp_sim.studies.export import flat
from vbp_sim.studies.ledger import NAME, Ledger
from vbp_sim.studies.sweep import Listener, Options, Study, carry_on
from vbp_sim.studies.work import Work, measured

#: candidates that are computed together, and the population of the search
BATCH = 16


@dataclass(frozen=True)
class Objective:
    """A metric and whether more of it is wanted."""

    metric: str
    more: bool


@dataclass(frozen=True)
class Candidate:
    """A combination of levers on the front: its number, its values, and the mean of each objective.

    ``regret``: by objective the most that it may lose to another combination in a draw of the uncertainties; ``holds``:
    in which part of the draws it lies on the front. Both are of what was tried; none in searches of before.
    """

    combination: int
    values: dict[str, Any]
    objectives: dict[str, float]
    regret: dict[str, float] = field(default_factory=dict)
    holds: float | None = None


def objectives(texts: Sequence[str], rounds: Sequence[str] = ()) -> list[Objective]:
    """Read ``METRIC``, ``max:METRIC`` or ``min:METRIC``; a metric without a direction of its own needs one.

    ``rounds``: those of the scenario, whose ``METRIC@ROUND`` are known too.
    """
    known = known_ids(rounds)
    found = []
    for text in texts:
        sign, _, metric = text.rpartition(":")
        check_known([metric], known, "--objective")
        own = {"higher": "max", "lower": "min"}.get(METRICS[metric].better or "", "")
        if (sign or own) not in ("max", "min"):
            what = f"it must be said whether more of {metric} is wanted"
            raise InputError(Problem(f"--objective {text}", what, f"write max:{metric} or min:{metric}"))
        found.append(Objective(metric, (sign or own) == "max"))
    if len({o.metric for o in found}) < max(2, len(found)):
        raise InputError(Problem("--objective", "two or more different metrics are wanted"))
    return found


def optimize(
    study: Study,
    wanted: Sequence[Objective],
    trials: int,
    options: Options,
    work: Work = measured,
    listener: Listener | None = None,
) -> list[Candidate]:
    """Search for the front; sorted by the first objective. InputError without levers or without optuna."""
    design = study.design
    if design.combinations < 2:
        raise InputError(Problem(study.plan.spec.sweep, "there are no levers to choose", "give the sweep some"))
    optuna = library("optuna", "optuna", "optimize", "vbp optimize")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = optuna.samplers.NSGAIISampler(population_size=BATCH, seed=study.plan.spec.seed)
    directions = ["maximize" if objective.more else "minimize" for objective in wanted]
    search = optuna.create_study(directions=directions, sampler=sampler)
    known: dict[int, Floats | None] = {}
    for first in range(0, trials, BATCH):
        asked = [search.ask() for _ in range(min(BATCH, trials - first))]
        numbers = [_combination(trial, study) for trial in asked]
        new = sorted(set(numbers) - set(known))
        points = [s * design.combinations + c for c in new for s in range(design.samples)]
        if points:
            outcome = carry_on(study, Options(**{**vars(options), "points": points}), work, listener)
            if outcome.stopped:
                raise KeyboardInterrupt if outcome.stopped == "interrupted" else RunError(outcome.stopped)
        known.update(_values(study, new, wanted))
        for trial, number in zip(asked, numbers, strict=True):
            value = known[number]
            mean = None if value is None else tuple(value.mean(axis=0).tolist())
            search.tell(trial, mean, state=None if mean is not None else optuna.trial.TrialState.FAIL)
    best = {_combination(trial, study) for trial in search.best_trials}
    tried = {number: values for number, values in known.items() if values is not None}
    front = [_candidate(study, number, wanted, tried) for number in best]
    return sorted(front, key=lambda c: c.objectives[wanted[0].metric], reverse=wanted[0].more)


def _combination(trial: Any, study: Study) -> int:
    """Number of the combination that a trial stands for: levers with numbers in order, others as they come."""
    number = 0
    for name, values in study.design.lever_values.items():
        if all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
            place = trial.suggest_int(name, 0, len(values) - 1)
        else:
            place = trial.suggest_categorical(name, list(range(len(values))))
        number = number * len(values) + place
    return number


def _values(study: Study, combinations: Sequence[int], wanted: Sequence[Objective]) -> dict[int, Floats | None]:
    """Means of the objectives over the replications of each draw, (draws, objectives); None where runs failed or an
    objective does not apply."""
    design, replications = study.design, study.plan.spec.replications
    rows: dict[int, list[tuple[int, list[float]]]] = {c: [] for c in combinations}
    metrics = [objective.metric for objective in wanted]
    with Ledger.reading(study.folder / NAME, design) as book:
        for block in book.rows(["point"], "status = 'done'", metrics=metrics):
            for point, *row in block:
                draw, number = divmod(point, design.combinations)
                if number in rows:
                    rows[number].append((draw, [np.nan if v is None else v for v in row]))
    found: dict[int, Floats | None] = {}
    for number, known in rows.items():
        values = np.array([row for _, row in sorted(known, key=lambda one: one[0])])
        whole = len(known) == design.samples * replications and not np.isnan(values).any()
        found[number] = values.reshape(design.samples, replications, -1).mean(axis=1) if whole else None
    return found


def _candidate(study: Study, number: int, wanted: Sequence[Objective], tried: Mapping[int, Floats]) -> Candidate:
    point = study.design.point(number)
    values = {name: point.values[name] for name in study.design.lever_values}
    sign = np.array([1.0 if objective.more else -1.0 for objective in wanted])
    mine, others = sign * tried[number], sign * np.stack(list(tried.values()))
    lost = (others.max(axis=0) - mine).max(axis=0)
    beaten = ((others >= mine).all(axis=2) & (others > mine).any(axis=2)).any(axis=0)
    names = [objective.metric for objective in wanted]
    means = dict(zip(names, tried[number].mean(axis=0).tolist(), strict=True))
    return Candidate(number, values, means, dict(zip(names, lost.tolist(), strict=True)), float((~beaten).mean()))


def write_front(study: Study, front: Sequence[Candidate]) -> list[Path]:
    """Write front.csv, and each candidate as a scenario file that runs; returns these files.

    Columns: combination, the levers, the objectives, ``regret_ID`` of each, and ``holds``.
    """
    folder = study.folder / "front"
    if folder.is_symlink():
        raise InputError(Problem(str(folder), "is a link; what it leads to is left alone", "remove the link"))
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.yaml"):
        old.unlink()
    ids = list(front[0].objectives) if front else []
    names = [*study.design.lever_values, *ids, *(f"regret_{id}" for id in ids), "holds"]
    lines = [
        [c.combination, *map(flat, c.values.values()), *c.objectives.values(), *c.regret.values(), c.holds]
        for c in front
    ]
    aside.write_csv(study.folder / "front.csv", ["combination", *names], lines)
    files = []
    for candidate in front:
        files.append(folder / f"{candidate.combination}.yaml")
        text = scenario_text(study, study.design.point(candidate.combination))
        aside.write(files[-1], text.encode())
    return files


def scenario_text(study: Study, point: Point) -> str:
    """A whole scenario file: the levers of a point, uncertainties as the scenario has them. JSON is YAML, too."""
    levers = {split(entry.path) for entry in study.plan.spec.levers.values() if entry.path}
    own = {address: value for address, value in point.settings.items() if address in levers}
    scenario = study.base.scenario(point.variant, own)
    whole = scenario.spec.model_dump(mode="json", exclude={"variants"}, by_alias=True)
    whole["market"] = scenario.markets[0].folder
    for name, index in scenario.market_of.items():
        whole["rounds"][name]["market"] = scenario.markets[index].folder if index else ""
    whole["replications"] = study.plan.spec.replications
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"
