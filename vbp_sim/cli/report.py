"""`vbp report`: the report of a run, a comparison, a study or a back-test, one file to read and to send."""

from __future__ import annotations

from pathlib import Path

import click

from vbp_sim.cli.common import drawing, opened, written


@click.command("report")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Default: DIR/report.html."
)
@click.option("--brief", is_flag=True, help="One page to print, of a run or a comparison (default: DIR/brief.html).")
@drawing
def command(folder: Path, out: Path | None, brief: bool, quiet: bool) -> int:
    """Write the report of what DIR holds: a run, a comparison, a study (sweep, sensitivity, search) or a back-test.

    Headline, charts with their numbers, assumptions, and how to get the same again, in one HTML file that needs
    no network, and shows everything without its script, too.
    """
    from vbp_sim.report.pages import pages

    file = out if out is not None else folder / (pages.BRIEF if brief else pages.NAME)
    pages.write(opened(folder, quiet=quiet), file, short=brief)
    written(file, quiet=quiet)
    return 0
