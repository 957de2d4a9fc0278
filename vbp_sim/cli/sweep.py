"""`vbp sweep`: run a sweep file, see how far it is, go on with it, extend it, repeat one run of it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vbp_sim.cli.common import (
    FAILED,
    INTERRUPTED,
    computing,
    json_option,
    message,
    opened,
    options,
    print_json,
    print_table,
    written,
)
from vbp_sim.cli.progress import bar, duration
from vbp_sim.report.words.language import restate, say
from vbp_sim.report.words.mistakes import mistake

if TYPE_CHECKING:
    from vbp_sim.studies.sweep import Outcome, Study
    from vbp_sim.studies.work import Receipt

#: failures that are shown one by one
SHOWN = 5

FOLDER = click.Path(path_type=Path)
#: of every command that computes runs of a study
of_runs = options(
    click.option(
        "--executor", default="processes", show_default=True, metavar="NAME", help="serial, processes or dask."
    ),
    click.option("--scheduler", default="", metavar="ADDRESS", help="Dask scheduler, tls://host:8786."),
    click.option("--workers", type=click.IntRange(min=1), help="Workers (default: what the machine has)."),
    click.option(
        "--time-limit", type=click.FloatRange(min=0, min_open=True), default=3600.0, show_default=True,
        metavar="SECONDS", help="A run that takes longer fails.",
    ),
    click.option(
        "--retries", type=click.IntRange(min=0), default=2, show_default=True,
        help="How often a run that loses its worker is tried again.",
    ),
    click.option("--fail-fast", is_flag=True, help="Stop at the first run that fails."),
    click.option("--accept-new-code", is_flag=True, help="Go on although program or rules changed since."),
    click.option("--yes", is_flag=True, help="More than 100,000 runs are meant."),
    click.option("--report", is_flag=True, help="Write report.html into the study too."),
    computing,
)  # fmt: skip


@click.group("sweep")
def command() -> None:
    """Run a scenario over many values: levers in every combination, uncertainties sampled."""


@command.command("run")
@click.argument("file", type=FOLDER, metavar="SWEEP")
@click.option("--out", type=FOLDER, metavar="DIR", help="Folder of the study (default: results/NAME-HASH).")
@click.option("--replications", type=click.IntRange(min=1), help="Runs of each point (default: the file's).")
@click.option("--dry-run", is_flag=True, help="Say how many runs it is, how long they take, how much disk.")
@of_runs
def run(
    file: Path, out: Path | None, replications: int | None, dry_run: bool, accept_new_code: bool, yes: bool,
    as_json: bool, quiet: bool, report: bool, **how: Any,
) -> int:  # fmt: skip
    """Run the sweep file SWEEP; a study of it that was begun is gone on with.

    Every point is checked before the first run. Leaves study.parquet and study.csv, one row per run.
    """
    from vbp_sim.studies.sweep import begin

    study = begin(file, out, replications=replications, accept_new_code=accept_new_code, yes=yes or dry_run)
    if dry_run:
        return _estimated(study, as_json, how)
    return reported(go_on(study, as_json, quiet, how), study.folder, report, quiet)


@command.command("resume")
@click.argument("folder", type=FOLDER, metavar="DIR")
@of_runs
def resume(folder: Path, accept_new_code: bool, yes: bool, as_json: bool, quiet: bool, report: bool, **how: Any) -> int:
    """Run what a study lacks: what was interrupted, and what failed."""
    from vbp_sim.studies.sweep import reopen

    study = reopen(folder, accept_new_code=accept_new_code, yes=yes)
    return reported(go_on(study, as_json, quiet, how), folder, report, quiet)


@command.command("expand")
@click.argument("folder", type=FOLDER, metavar="DIR")
@click.option("--replications", type=click.IntRange(min=1), help="Runs of each point, in all.")
@click.option("--size", type=click.IntRange(min=1), help="Points of a Sobol sample, in all.")
@of_runs
def expand(
    folder: Path, replications: int | None, size: int | None, accept_new_code: bool, yes: bool,
    as_json: bool, quiet: bool, report: bool, **how: Any,
) -> int:  # fmt: skip
    """Give a study more replications or points; what is done is kept."""
    from vbp_sim.studies.sweep import reopen

    if replications is None and size is None:
        raise click.UsageError("say what to add: --replications or --size")
    study = reopen(folder, replications=replications, size=size, accept_new_code=accept_new_code, yes=yes)
    return reported(go_on(study, as_json, quiet, how), folder, report, quiet)


@command.command("status")
@click.argument("folder", type=FOLDER, metavar="DIR")
@json_option
def status(folder: Path, as_json: bool) -> int:
    """Say how far a study is, also while it is computed."""
    from vbp_sim.studies.sweep import status as status_of

    found = status_of(folder)
    if as_json:
        print_json(found)
        return 0
    print_table([(restate("cli", key.replace("_", " ")), _shown(value)) for key, value in found.items()])
    if found["missing"] and not found["at_work"]:
        message(say("cli.resume", folder=folder))
    return 0


@command.command("repeat")
@click.argument("folder", type=FOLDER, metavar="DIR")
@click.option("--point", type=int, required=True, help="Number of the point.")
@click.option("--replication", type=int, default=0, show_default=True, help="Number of the replication.")
@json_option
def repeat(folder: Path, point: int, replication: int, as_json: bool) -> int:
    """Run one run of a study alone, in this process; what goes wrong is shown with its traceback."""
    from vbp_sim.studies.sweep import repeat as repeat_one

    found, same = repeat_one(folder, point, replication)
    if as_json:
        print_json({"point": point, "replication": replication, "same": same, "metrics": found})
        return 0
    print_table([(id, f"{value:.6g}") for id, value in found.items()])
    message(say("cli.same" if same else "cli.not_same"))
    return 0


def reported(code: int, folder: Path, report: bool, quiet: bool) -> int:
    """Write the report of a study if it is wanted and nothing went wrong; gives the exit code on."""
    if report and code == 0:
        from vbp_sim.report.pages import pages

        written(pages.beside(opened(folder)), quiet=quiet)
    return code


def go_on(study: Study, as_json: bool, quiet: bool, how: dict[str, Any]) -> int:
    """Carry a study on and tell of it; the exit code."""
    from vbp_sim.studies.sweep import Listener, Options, carry_on

    spec = study.plan.spec
    size = {"points": f"{len(study.design):,}", "replications": f"{spec.replications:,}", "seed": spec.seed}
    message(say("cli.study", **size, folder=study.folder), quiet=quiet)
    shown = 0

    def failure(receipt: Receipt) -> None:
        nonlocal shown
        shown += 1
        if shown <= SHOWN and receipt.failure is not None:
            why = receipt.failure
            what = {"stage": why.stage, "type": why.type, "why": mistake(why.message)}
            message(say("cli.failed_run", point=receipt.point, replication=receipt.replication, **what))

    with bar(quiet or as_json) as update:

        def progress(done: int, failed: int, runs: int) -> None:
            update(done + failed, runs, say("cli.failed", n=failed) if failed else say("cli.runs"))

        listener = Listener(progress, failure, lambda text: message(restate("cli", text), quiet=quiet))
        outcome = carry_on(study, Options(**how), listener=listener)
    return _ended(outcome, as_json, quiet)


def _ended(outcome: Outcome, as_json: bool, quiet: bool) -> int:
    from vbp_sim.report.studied import idle_levers

    if as_json:
        found = {"folder": str(outcome.folder), "runs": outcome.runs, "done": outcome.done}
        idle = {name: {"nothing": nothing} for name, nothing in outcome.idle.items()}
        print_json({**found, "failed": outcome.failed, "stopped": outcome.stopped, "null_results": idle})
    counts = {"n": f"{outcome.done:,}", "of": f"{outcome.runs:,}", "folder": outcome.folder}
    message(say("cli.runs_done", **counts), quiet=quiet)
    for line in idle_levers(outcome.idle):
        message(line, quiet=quiet)
    if outcome.failed:
        message(say("cli.failures", n=f"{outcome.failed:,}", folder=outcome.folder))
    if outcome.done < outcome.runs:
        message(say("cli.resume", folder=outcome.folder))
    if outcome.stopped == "interrupted":
        return INTERRUPTED
    return FAILED if outcome.failed or outcome.stopped else 0


def _estimated(study: Study, as_json: bool, how: dict[str, Any]) -> int:
    from dataclasses import asdict

    from vbp_sim.studies.estimate import estimate
    from vbp_sim.studies.study_folder import free_space
    from vbp_sim.studies.sweep import Options

    found = {**asdict(estimate(study, Options(**how))), "free_bytes": free_space(study.folder)}
    if as_json:
        print_json({"folder": str(study.folder), **found})
        return 0
    counts = {key: f"{found[key]:,}" for key in ("runs", "points", "replications", "done", "sampled")}
    took = {"time": duration(found["seconds"]), "each": f"{found['seconds_per_run']:.3f}"}
    room = {"size": f"{found['bytes'] / 1e6:,.1f}", "free": f"{found['free_bytes'] / 1e9:,.0f}"}
    values = {"folder": study.folder, **counts, **took, **room}
    print_table(
        [(say(f"dry.{row}"), say(f"dry.{row}_is", **values)) for row in ("folder", "runs", "done", "time", "disk")]
    )
    message(say("dry.sampled", **values))
    return 0


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return say("words.yes" if value else "words.no")
    if isinstance(value, float):
        return "-" if math.isnan(value) else f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
