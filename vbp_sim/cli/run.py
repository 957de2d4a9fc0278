"""`vbp run`: run a scenario, print the headline, leave a run folder with tables and charts."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vbp_sim.cli.common import computing, message, patching, print_json, print_table, written
from vbp_sim.cli.progress import bar
from vbp_sim.report.words.language import restate, say

if TYPE_CHECKING:
    from vbp_sim.runs.folder import RunFolder
    from vbp_sim.scenario.load import Scenario


@click.command("run")
@click.argument("scenario", metavar="SCENARIO")
@patching
@click.option("--seed", type=click.IntRange(min=0), help="Root of all random draws (default: the scenario's).")
@click.option("--replications", type=click.IntRange(min=1), help="Runs with different luck (default: the scenario's).")
@click.option(
    "--draws", multiple=True, metavar="FILE",
    help="Draws of parameters, or shipped ones by name (bids, use): replication k takes draw k, so that ranges hold "
    "what is not known of parameters; as `draws:` of a scenario; repeatable.",
)  # fmt: skip
@click.option("--workers", type=click.IntRange(min=1), help="Processes (default: what the machine has).")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Run folder (default: results/NAME-HASH).")
@click.option("--force", is_flag=True, help="Run again, and replace an earlier run in the same folder.")
@click.option("--no-figures", is_flag=True, help="Leave out the charts.")
@click.option("--report", is_flag=True, help="Write report.html into the run folder too.")
@click.option(
    "--observed",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Purchases of months that have passed: project each hospital's agreement year from there.",
)
@click.option(
    "--sample-purchases",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Only write what hospitals of replication 0 buy in the first months, as a file for --observed.",
)
@click.option(
    "--months", type=click.IntRange(1, 12), default=5, show_default=True, help="Months of --sample-purchases."
)
@computing
def command(
    scenario: str,
    variant: str,
    sets: tuple[str, ...],
    seed: int | None,
    replications: int | None,
    draws: tuple[str, ...],
    workers: int | None,
    out: Path | None,
    force: bool,
    no_figures: bool,
    report: bool,
    observed: Path | None,
    sample_purchases: Path | None,
    months: int,
    as_json: bool,
    quiet: bool,
) -> int:
    """Run SCENARIO (a file, or the name of a shipped one) and leave a run folder with tables, charts and a manifest.

    The same scenario, seed and program give the same tables, bit for bit, with any number of workers; a run that is
    finished already is shown again, not computed again.

    With --observed no run folder is made, but projection.csv: by hospital, completion at the end of the year with its
    80 % band, the chance to miss the task, what would be missing, and what to reserve for retention.
    """
    from vbp_sim.runs.load import load_scenario
    from vbp_sim.runs.run import run

    given = [f"{key}:={value}" for key, value in (("seed", seed), ("replications", replications)) if value is not None]
    given += [f"draws:={json.dumps(draws)}"] if draws else []
    loaded = load_scenario(scenario, variant, (*sets, *given))
    if sample_purchases is not None:
        return _sample(loaded, sample_purchases, months, quiet)
    if observed is not None:
        return _project(loaded, observed, out, workers, as_json=as_json, quiet=quiet)
    draw = functools.partial(_draw, figures=not no_figures, report=report)
    try:
        with bar(quiet or as_json) as update:
            folder, known = run(
                loaded, out, workers=workers, force=force, draw=draw,
                progress=lambda done, of: update(done, of, say("cli.replications")),
            )  # fmt: skip
    except KeyboardInterrupt:
        message(say("cli.kept_no_run"))
        raise
    if known:
        _draw(folder, figures=False, report=report)
    if as_json:
        print_json(folder.summary)
        return 0
    if not quiet:
        from vbp_sim.report.summary import print_summary

        print_summary(folder.summary)
    for sentence in folder.manifest.get("not_simulated", []):
        message(say("cli.not_simulated", sentence=restate("limits", sentence)), quiet=quiet)
    found = {"path": folder.path, "seed": folder.manifest["seed"]}
    message(say("cli.there_seed" if known else "cli.written_seed", **found), quiet=quiet)
    return 0


def _draw(folder: RunFolder, *, figures: bool, report: bool) -> None:
    """Put the wanted pictures into a run folder; imports the drawing libraries only if they are needed."""
    if figures:
        from vbp_sim.report.charts.catalogue import draw_all

        draw_all(folder, folder.path / "figures")
    if report:
        from vbp_sim.report.pages import pages

        pages.beside(folder)


def _sample(scenario: Scenario, file: Path, months: int, quiet: bool) -> int:
    from vbp_sim.runs import aside, purchases

    aside.write_csv(file, [c.name for c in purchases.COLUMNS], purchases.sample(scenario, 0, months))
    written(file, quiet=quiet)
    return 0


def _project(
    scenario: Scenario, file: Path, out: Path | None, workers: int | None, *, as_json: bool, quiet: bool
) -> int:
    """Project the year of the hospitals of a file, and print the totals and those most likely to miss."""
    from vbp_sim.report.summary import projected
    from vbp_sim.runs import observed, purchases
    from vbp_sim.runs.run import run_name

    seen = purchases.read(file, scenario)
    with bar(quiet or as_json) as update:
        found = observed.project(
            scenario, seen, workers, progress=lambda done, of: update(done, of, say("cli.replications"))
        )  # fmt: skip
    folder = out if out is not None else Path("results") / f"observed-{run_name(scenario)}"
    observed.write(scenario, found, folder)
    if as_json:
        print_json(found.totals())
    elif not quiet:
        for table in projected(found):
            print_table(table)
            message("", quiet=quiet)
    written(folder, quiet=quiet)
    return 0
