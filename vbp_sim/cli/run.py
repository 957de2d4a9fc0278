"""`vbp run`: run a scenario, print the headline, leave a run folder with tables and charts."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vbp_sim.cli.common import (
    font_option,
    json_option,
    lang_option,
    message,
    plugin_option,
    print_json,
    quiet_option,
    set_option,
    variant_option,
)

if TYPE_CHECKING:
    from vbp_sim.runs.folder import RunFolder


@click.command("run")
@click.argument("scenario", metavar="SCENARIO")
@variant_option
@set_option
@click.option("--seed", type=click.IntRange(min=0), help="Root of all random draws (default: the scenario's).")
@click.option("--replications", type=click.IntRange(min=1), help="Runs with different luck (default: the scenario's).")
@click.option("--workers", type=click.IntRange(min=1), help="Processes (default: what the machine has).")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Run folder (default: results/NAME-HASH).")
@click.option("--force", is_flag=True, help="Run again, and replace an earlier run in the same folder.")
@click.option("--no-figures", is_flag=True, help="Leave out the charts.")
@click.option("--report", is_flag=True, help="Write report.html into the run folder too.")
@plugin_option
@json_option
@quiet_option
@lang_option
@font_option
def command(
    scenario: str,
    variant: str,
    sets: tuple[str, ...],
    seed: int | None,
    replications: int | None,
    workers: int | None,
    out: Path | None,
    force: bool,
    no_figures: bool,
    report: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Run SCENARIO (a file, or the name of a shipped one) and leave a run folder with tables, charts and a manifest.

    The same scenario, seed and program give the same tables, bit for bit, with any number of workers; a run that is
    finished already is shown again, not computed again.
    """
    from vbp_sim.report.words.language import restate, say
    from vbp_sim.runs.load import load_scenario
    from vbp_sim.runs.run import run

    given = [f"{key}:={value}" for key, value in (("seed", seed), ("replications", replications)) if value is not None]
    loaded = load_scenario(scenario, variant, (*sets, *given))
    with _progress(quiet or as_json) as progress:
        folder, known = run(
            loaded, out, workers=workers, force=force, progress=progress, draw=_drawer(not no_figures, report)
        )
    if known and report:
        _drawer(False, True)(folder)
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


def _drawer(figures: bool, report: bool) -> Callable[[RunFolder], None]:
    """What puts the wanted pictures into a run folder; it imports the drawing libraries only if it is needed."""

    def draw(folder: RunFolder) -> None:
        if figures:
            from vbp_sim.report.charts.catalogue import draw_all

            draw_all(folder, folder.path / "figures")
        if report:
            from vbp_sim.report.pages import pages

            pages.beside(folder)

    return draw


@contextlib.contextmanager
def _progress(quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """A bar on a terminal, nothing in a pipe."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("replications", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
