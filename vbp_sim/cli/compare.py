"""`vbp compare`: variants of a scenario and policies on the same luck, or finished runs side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vbp_sim.cli.common import computing, message, print_json, print_table, set_option, written
from vbp_sim.cli.progress import bar, duration
from vbp_sim.report.words.language import say

if TYPE_CHECKING:
    from vbp_sim.studies.compare import Comparison


@click.command("compare")
@click.argument("given", nargs=-1, required=True, metavar="SCENARIO | RUN RUN...")
@click.option("--variants", default="", metavar="A[,B...]", help="Variants to compare with the base; A+B chains two.")
@click.option(
    "--policies", default="", metavar="A[,B...]|all",
    help="Policies to compare with the base, by name or path; all: every shipped one that fits.",
)  # fmt: skip
@set_option
@click.option("--seed", type=click.IntRange(min=0), help="Root of all random draws (default: the scenario's).")
@click.option("--replications", type=click.IntRange(min=2), help="Runs of each variant (default: the scenario's).")
@click.option(
    "--until-halfwidth", type=click.FloatRange(min=0, min_open=True), metavar="X",
    help="Add replications until the difference of --metric is known to +-X.",
)  # fmt: skip
@click.option("--metric", metavar="ID", help="The metric that --until-halfwidth is about.")
@click.option(
    "--max-replications",
    type=click.IntRange(min=2),
    metavar="K",
    help="Stop there in any case (default: 1000).",
)
@click.option("--workers", type=click.IntRange(min=1), help="Processes (default: what the machine has).")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Where the comparison goes.")
@click.option("--dry-run", is_flag=True, help="Say how many runs it is, which are there, and how long the others take.")
@click.option("--report", is_flag=True, help="Write report.html into the same folder.")
@computing
def command(
    given: tuple[str, ...],
    variants: str,
    policies: str,
    sets: tuple[str, ...],
    seed: int | None,
    replications: int | None,
    until_halfwidth: float | None,
    metric: str | None,
    max_replications: int | None,
    workers: int | None,
    out: Path | None,
    dry_run: bool,
    report: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Run SCENARIO, variants of it and policies with the same luck, and print how they differ from the base.

    A policy says what it expects; whether that held is printed too. Leaves comparison.json, comparison.csv and
    replications.csv, and one run folder per variant. Run folders that are there already are read, not computed again.
    With --until-halfwidth only the metrics are kept.

    With two run folders or more, finished runs are compared with the first: of other markets, rounds or seeds too. They
    are paired where they have the same luck; where not, the intervals say so by being wider.
    """
    if len(given) > 1:
        asked = (variants, policies, sets, seed, replications, until_halfwidth, workers, dry_run)
        if any(option not in (None, "", (), False) for option in asked):
            raise click.UsageError("runs are compared as they are: only --out, --report, --json go with run folders")
        _of_runs([Path(place) for place in given], out, report, as_json, quiet)
        return 0
    _go_together(until_halfwidth, metric, max_replications, replications)
    if not variants and not policies:
        raise click.UsageError("give --variants, --policies or both")
    from vbp_sim.studies.compare import RESULTS, Precision, compare

    until = None
    if until_halfwidth is not None and metric is not None:
        until = Precision(metric, until_halfwidth, max_replications or Precision.most)
    asked_for: dict[str, Any] = {
        "variants": variants.split(",") if variants else (),
        "policies": policies.split(",") if policies else (),
        "sets": (*sets, *([f"seed:={seed}"] if seed is not None else [])),
        "replications": replications,
        "workers": workers,
        "results": RESULTS if out is None else out / "runs",
    }
    if dry_run:
        if until is not None:
            raise click.UsageError("--dry-run does not know how many replications --until-halfwidth takes")
        _planned(given[0], asked_for, as_json)
        return 0
    ran: list[str] = []
    try:
        with bar(quiet or as_json) as update:

            def progress(name: str, done: int, of: int) -> None:
                ran.extend([name] if done == of and name not in ran else [])
                update(done, of, name)

            found = compare(given[0], until=until, progress=progress, **asked_for)
    except KeyboardInterrupt:
        if until is None:
            message(say("cli.kept_runs", n=len(ran), folder=asked_for["results"]))
        else:
            message(say("cli.kept_nothing"))
        raise
    target = _kept(found, out, report)
    _told(found, as_json, quiet)
    if until is not None and not found.reached:
        missed = {"metric": until.metric, "halfwidth": f"{until.halfwidth:g}", "replications": found.replications}
        message(say("cli.not_reached", **missed), quiet=quiet)
    written(target, quiet=quiet)
    return 0


def _of_runs(places: list[Path], out: Path | None, report: bool, as_json: bool, quiet: bool) -> None:
    """Compare finished runs."""
    from vbp_sim.studies.of_runs import compare_runs

    found = compare_runs(places)
    target = _kept(found, out, report)
    _told(found, as_json, quiet)
    written(target, quiet=quiet)


def _planned(scenario: str, asked: dict[str, Any], as_json: bool) -> None:
    """Say what a comparison would compute."""
    from vbp_sim.studies.dry import planned

    plan = planned(scenario, **asked)
    if as_json:
        runs = {name: {"folder": str(folder), "there": done} for name, (folder, done) in plan.there.items()}
        times = {"seconds_per_replication": plan.seconds_per_replication, "seconds": plan.seconds}
        print_json({"runs": runs, "replications": plan.replications, **times, "measured": plan.measured})
        return
    there = {True: say("dry.there"), False: say("dry.missing")}
    print_table([(name, there[done], str(folder)) for name, (folder, done) in plan.there.items()])
    numbers = {"n": len(plan.there), "replications": plan.replications, "there": len(plan.there) - len(plan.missing)}
    message(say("dry.compare", **numbers, missing=len(plan.missing), time=duration(plan.seconds)))
    if plan.missing:
        measured = say("dry.measured", run=plan.measured) if plan.measured else say("dry.tried")
        message(say("dry.took", measured=measured, seconds=f"{plan.seconds_per_replication:.3f}"))


def _kept(found: Comparison, out: Path | None, report: bool) -> Path:
    """Write a comparison, and its report if it is wanted; the folder."""
    from vbp_sim.studies.compare import RESULTS, write

    target = out if out is not None else RESULTS / f"compare-{found.scenario}-{found.id[:12]}"
    write(found, target)
    if report:
        from vbp_sim.report.compared import Compared
        from vbp_sim.report.pages import pages

        pages.beside(Compared.open(target))
    return target


def _told(found: Comparison, as_json: bool, quiet: bool) -> None:
    """Print a comparison."""
    if as_json:
        print_json(found.as_json())
    elif not quiet:
        from vbp_sim.report.comparison import expected, remarks, table

        print_table(table(found))
        if found.policies:
            click.echo()
            print_table(expected(found))
        for line in remarks(found):
            message(line)


def _go_together(halfwidth: float | None, metric: str | None, most: int | None, replications: int | None) -> None:
    if (halfwidth is None) != (metric is None):
        raise click.UsageError("--until-halfwidth and --metric go together")
    if halfwidth is None and most is not None:
        raise click.UsageError("--max-replications needs --until-halfwidth")
    if halfwidth is not None and replications is not None:
        raise click.UsageError("give --replications, or --until-halfwidth with --max-replications")
