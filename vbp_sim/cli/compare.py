"""`vbp compare`: variants of a scenario and policies on the same luck."""

from __future__ import annotations

from pathlib import Path

import click

from vbp_sim.cli.common import computing, message, print_json, print_table, set_option, written
from vbp_sim.cli.progress import bar


@click.command("compare")
@click.argument("scenario", metavar="SCENARIO")
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
@click.option("--report", is_flag=True, help="Write report.html into the same folder.")
@computing
def command(
    scenario: str,
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
    report: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Run SCENARIO, variants of it and policies with the same luck, and print how they differ from the base.

    A policy says what it expects; whether that held is printed too. Leaves comparison.json, comparison.csv and
    replications.csv, and one run folder per variant. Run folders that are there already are read, not computed again.
    With --until-halfwidth only the metrics are kept.
    """
    _go_together(until_halfwidth, metric, max_replications, replications)
    if not variants and not policies:
        raise click.UsageError("give --variants, --policies or both")
    from vbp_sim.report.words.language import say
    from vbp_sim.studies.compare import RESULTS, Precision, compare, write

    until = None
    if until_halfwidth is not None and metric is not None:
        until = Precision(metric, until_halfwidth, max_replications or Precision.most)
    given = (*sets, *([f"seed:={seed}"] if seed is not None else []))
    results = RESULTS if out is None else out / "runs"
    with bar(quiet or as_json) as update:
        found = compare(
            scenario, variants.split(",") if variants else (), policies=policies.split(",") if policies else (),
            sets=given, replications=replications, until=until, workers=workers, results=results,
            progress=lambda name, done, of: update(done, of, name),
        )  # fmt: skip
    target = out if out is not None else RESULTS / f"compare-{found.scenario}-{found.id[:12]}"
    write(found, target)
    if report:
        from vbp_sim.report.compared import Compared
        from vbp_sim.report.pages import pages

        pages.beside(Compared.open(target))
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
    if until is not None and not found.reached:
        missed = {"metric": until.metric, "halfwidth": f"{until.halfwidth:g}", "replications": found.replications}
        message(say("cli.not_reached", **missed), quiet=quiet)
    written(target, quiet=quiet)
    return 0


def _go_together(halfwidth: float | None, metric: str | None, most: int | None, replications: int | None) -> None:
    if (halfwidth is None) != (metric is None):
        raise click.UsageError("--until-halfwidth and --metric go together")
    if halfwidth is None and most is not None:
        raise click.UsageError("--max-replications needs --until-halfwidth")
    if halfwidth is not None and replications is not None:
        raise click.UsageError("give --replications, or --until-halfwidth with --max-replications")
