"""A sweep from its file to a finished study: begin or reopen it, carry it on, and see how far it is.

    study = begin(Path("scenarios/sweeps/retention-by-winners.yaml"))
    outcome = carry_on(study, Options(executor="processes"))

A study is a folder: plan.json (what was asked), ledger.sqlite (every run), and the study table.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vbp_sim.errors import InputError, Problem
from vbp_sim.runs.run import program_hash
from vbp_sim.scenario.tree import Node
from vbp_sim.studies import executors, ledger, plan, study_folder
from vbp_sim.studies.base import Base, base_file
from vbp_sim.studies.design import Design
from vbp_sim.studies.drive import Drive, Stop, interruptible
from vbp_sim.studies.export import export
from vbp_sim.studies.ledger import Ledger, PointRow
from vbp_sim.studies.null import idle_levers
from vbp_sim.studies.places import nodes_of, placed
from vbp_sim.studies.plan import Plan, read_plan
from vbp_sim.studies.sweep_file import SweepSpec, read_sweep
from vbp_sim.studies.work import Chunk, Receipt, Task, Work, measured

RESULTS = Path("results")
#: a sweep of more runs must be meant
MANY = 100_000


@dataclass(frozen=True)
class Options:
    """How the runs are computed; nothing here changes a number.

    ``time_limit``: seconds that one run may take; ``retries``: how often a run may lose its worker and be tried
    again; ``points``: only these, in this order.
    """

    executor: str = "processes"
    workers: int | None = None
    scheduler: str = ""
    time_limit: float = 3600.0
    retries: int = 2
    fail_fast: bool = False
    points: Sequence[int] | None = None


@dataclass(frozen=True)
class Study:
    """An open study: its folder, plan, scenario, points, and the points that the ledger lacks."""

    folder: Path
    plan: Plan
    base: Base
    design: Design
    new_points: list[PointRow]


@dataclass(frozen=True)
class Outcome:
    """What there is after a pass. ``stopped``: why it ended early, or empty. ``idle``: see `null.idle_levers`."""

    folder: Path
    runs: int
    done: int
    failed: int
    stopped: str
    idle: dict[str, bool]


@dataclass(frozen=True)
class Listener:
    """Who is told of progress (done, failed, all), of each failed run, and of what a person should know."""

    progress: Callable[[int, int, int], None] = lambda done, failed, runs: None
    failure: Callable[[Receipt], None] = lambda receipt: None
    tell: Callable[[str], None] = lambda text: None


def begin(
    file: Path,
    out: Path | None = None,
    *,
    replications: int | None = None,
    accept_new_code: bool = False,
    yes: bool = False,
    adapt: Callable[[SweepSpec], SweepSpec] = lambda spec: spec,
) -> Study:
    """Read a sweep file and check every point; a study of it that is there already is gone on with.

    ``adapt`` may change what was read, before anything is checked against the scenario. Writes nothing.
    """
    spec, tree = read_sweep(file)
    spec = adapt(spec)
    if replications is not None:
        spec = spec.model_copy(update={"replications": replications})
    base = Base.read(base_file(spec.scenario, file.parent), spec.seed)
    wanted = Plan.of(spec, file, base)
    folder = out if out is not None else RESULTS / wanted.name
    if (folder / plan.NAME).exists():
        known = _resumable(folder)
        if known.id != wanted.id:
            other = {p["sha256"] for p in known.plugins} != {p["sha256"] for p in wanted.plugins}
            changed = "of other plug-ins" if other else "of a changed sweep or scenario"
            what = f"holds another study, '{known.spec.sweep}', or one {changed}"
            raise InputError(Problem(str(folder), what, "name another folder with --out"))
        grown = known.grown(wanted.spec.replications, wanted.spec.sample.size)
        wanted = grown.for_program(program_hash(), accept_new_code, folder)
    else:
        study_folder.clear(folder)
    return _opened(folder, wanted, base, tree, yes)


def check(file: Path) -> Design:
    """Read a sweep file and check every point of it; InputError with all that is wrong."""
    spec, tree = read_sweep(file)
    design = Design(spec)
    list(_check_points(design, Base.read(base_file(spec.scenario, file.parent), spec.seed), tree, {}))
    return design


def reopen(
    folder: Path,
    *,
    replications: int | None = None,
    size: int | None = None,
    accept_new_code: bool = False,
    yes: bool = False,
) -> Study:
    """Open a study to carry it on, with more replications or points if asked; InputError if anything changed."""
    known = _resumable(folder).for_program(program_hash(), accept_new_code, folder)
    base = Base.again(Path(known.scenario), known.spec.seed, known.plugins, folder)
    if base.digest != known.base_digest:
        what = f"the scenario of this study, {known.scenario}, its market or its plug-ins changed since it began"
        raise InputError(Problem(str(folder), what, "put it back, or begin a new study with `vbp sweep run`"))
    return _opened(folder, known.grown(replications, size), base, None, yes)


def _opened(folder: Path, wanted: Plan, base: Base, tree: Node | None, yes: bool) -> Study:
    design = Design(wanted.spec)
    if design.runs > MANY and not yes:
        what = f"{len(design):,} points x {wanted.spec.replications:,} replications are {design.runs:,} runs"
        raise InputError(Problem(str(folder), what, "say --yes if they are meant; --dry-run tells how long they take"))
    known: dict[int, str] = {}
    if (folder / ledger.NAME).exists():
        with Ledger.reading(folder / ledger.NAME, design) as book:
            known = book.digests()
    return Study(folder, wanted, base, design, list(_check_points(design, base, tree, known)))


def _resumable(folder: Path) -> Plan:
    """The plan of a study; InputError for one whose ledger another version made: it is read, never gone on with."""
    known = read_plan(folder)
    if (folder / ledger.NAME).exists():
        with Ledger.reading(folder / ledger.NAME, Design(known.spec), resumed=True):
            pass
    return known


def _check_points(design: Design, base: Base, tree: Node | None, known: dict[int, str]) -> Iterator[PointRow]:
    """Check every point that is not known; yield its row. InputError with the problems of all points."""
    problems: dict[Problem, None] = {}
    rows = []
    for number in range(len(design)):
        if number in known:
            continue
        point = design.point(number)
        try:
            digest = base.scenario(point.variant, point.settings, nodes_of(point, design.spec, tree)).digest
            rows.append((number, point.sample, point.variant, point.values, digest))
        except InputError as error:
            problems.update(dict.fromkeys(placed(p, point, design.spec, tree) for p in error.problems))
            if len(problems) > 20:
                break
    if problems:
        raise InputError(*problems)
    yield from rows


def carry_on(study: Study, options: Options, work: Work = measured, listener: Listener | None = None) -> Outcome:
    """Run what is not done yet, and write the study table. Ctrl-C ends it after the runs under way.

    The folder is made if need be; plan.json makes it a study, and comes after the new points.
    """
    listener = listener or Listener()
    stop = Stop()
    with (
        executors.opened(options.executor, options.workers, options.scheduler) as pool,
        study_folder.locked(study.folder),
        Ledger.writing(study.folder / ledger.NAME) as book,
    ):
        book.add_points(study.new_points)
        study.plan.write(study.folder)
        spec = study.plan.spec
        done = book.done(len(study.design), spec.replications)
        digests = book.digests()
        counts = {"done": int(done.sum()), "failed": 0}

        def enter(receipts: Sequence[Receipt]) -> None:
            keys = [run_key(digests[r.point], r.replication, study.plan.program) for r in receipts]
            book.add_runs(receipts, keys, study.plan.program)
            for receipt in receipts:
                counts["failed" if receipt.failure else "done"] += 1
                if receipt.failure:
                    listener.failure(receipt)
                    stop.why = stop.why or ("a run failed" if options.fail_fast else "")
            listener.progress(counts["done"], counts["failed"], study.design.runs)

        data = pickle.dumps(study.base)

        def make(tasks: Sequence[Task]) -> Chunk:
            return Chunk(tuple(tasks), data, study.base.digest, work, options.time_limit, pool.hard)

        with interruptible(stop, listener.tell):
            listener.progress(counts["done"], 0, study.design.runs)
            points = range(len(study.design)) if options.points is None else options.points
            Drive(pool, make, enter, options.retries, stop).all(_tasks(study.design, points, done, digests))
        export(study.folder, book, study.design)
        final = book.counts()
        idle = idle_levers(book, study.design)
    return Outcome(study.folder, study.design.runs, final["done"], final["failed"], stop.why, idle)


def run_key(digest: str, replication: int, program: str) -> str:
    """Content hash of one run: resolved scenario with seed, replication, and program."""
    return hashlib.sha256(f"{digest}\n{replication}\n{program}".encode()).hexdigest()


def _tasks(design: Design, points: Iterable[int], done: Any, digests: dict[int, str]) -> Iterator[Task]:
    for number in points:
        missing = np.flatnonzero(~done[number])
        if not len(missing):
            continue
        point = design.point(number)
        for replication in missing.tolist():
            yield Task(number, replication, point.variant, tuple(point.settings.items()), digests[number])


def status(folder: Path) -> dict[str, Any]:
    """How far a study is, while it is computed or not."""
    known = read_plan(folder)
    design = Design(known.spec)
    with Ledger.reading(folder / ledger.NAME, design) as book:
        counts, seconds = book.counts(), book.seconds()
    size = sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
    missing = design.runs - counts["done"] - counts["failed"]
    return {
        "study": known.spec.sweep,
        "folder": str(folder),
        "points": len(design),
        "replications": known.spec.replications,
        "runs": design.runs,
        "done": counts["done"],
        "failed": counts["failed"],
        "missing": missing,
        "seconds_per_run": seconds,
        "megabytes": round(size / 1e6, 3),
        "same_program": known.program == program_hash(),
        "at_work": study_folder.busy(folder),
    }


def repeat(folder: Path, point: int, replication: int, work: Work = measured) -> tuple[dict[str, float], bool]:
    """Run one run of a study alone, in this process; its metrics, and whether the ledger has the same.

    What the run raises is raised.
    """
    known = read_plan(folder)
    design = Design(known.spec)
    for name, value, count in (("point", point, len(design)), ("replication", replication, known.spec.replications)):
        if not 0 <= value < count:
            raise InputError(Problem(f"--{name}", f"the study has no {name} {value}", f"allowed: 0 to {count - 1}"))
    chosen = design.point(point)
    base = Base.again(Path(known.scenario), known.spec.seed, known.plugins, folder)
    found = dict(work(base.scenario(chosen.variant, chosen.settings), replication))
    with Ledger.reading(folder / ledger.NAME, design) as book:
        kept = book.metrics_of(point, replication)
    same = kept is not None and all(repr(found.get(id, float("nan"))) == repr(value) for id, value in kept.items())
    return found, same
