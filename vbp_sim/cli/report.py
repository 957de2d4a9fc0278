"""`vbp report`: the report of a finished run or comparison, one file to read and to send."""

from __future__ import annotations

from pathlib import Path

import click

from vbp_sim.cli.common import (
    font_option,
    lang_option,
    message,
    quiet_option,
)


@click.command("report")
@click.argument("run", type=click.Path(path_type=Path), metavar="RUN")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Default: RUN/report.html."
)
@quiet_option
@lang_option
@font_option
def command(run: Path, out: Path | None, quiet: bool) -> int:
    """Write the report of a run, or of a comparison as `vbp compare` leaves it.

    Headline, charts with their numbers, assumptions, and how to get the same again, in one HTML file that needs
    no network and no script.
    """
    from vbp_sim.report.html import page
    from vbp_sim.report.language import say
    from vbp_sim.studies.compare import FILE

    file = out if out is not None else run / page.NAME
    if (run / FILE).is_file():
        from vbp_sim.report.compared import Compared
        from vbp_sim.report.html import compare_page

        compare_page.write(Compared.open(run), file)
    else:
        from vbp_sim.studies.folder import RunFolder

        page.write(RunFolder.open(run), file)
    message(say("cli.written", path=file), quiet=quiet)
    return 0
