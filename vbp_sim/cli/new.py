"""`vbp new`: a project folder of one's own, copied from a shipped scenario, made of a market, or an empty market."""

from __future__ import annotations

from pathlib import Path

import click

from vbp_sim.cli.common import message, quiet_option
from vbp_sim.report.words.language import restate, say


@click.command("new")
@click.argument("name")
@click.option("--from", "origin", metavar="SCENARIO", help="Shipped scenario to copy.  [default: pilot-2018]")
@click.option("--market", metavar="MARKET", help="Make a scenario of this market: a shipped one, or a folder.")
@click.option("--rules", metavar="ID", help="Rule set of that scenario; needs --market.")
@click.option(
    "--blank", "empty", is_flag=True, help="Make an empty market to fill in, with workbooks for `vbp import`."
)
@click.option("--dir", "parent", type=click.Path(path_type=Path), default=Path(), help="Where to make the folder.")
@quiet_option
def command(
    name: str, origin: str | None, market: str | None, rules: str | None, empty: bool, parent: Path, quiet: bool
) -> None:
    """Make a folder NAME with a scenario, its market as CSV files, and the schema that editors use.

    The scenario is a copy of a shipped one; or, with --market and --rules, one round of a market under a rule set, on
    the dates of the shipped round under it, else on dates that you must look at. With --blank the folder is a market:
    headers, what each column means, and a workbook in English and in Chinese. Nothing is ever overwritten.
    """
    if (market is None) != (rules is None):
        raise click.UsageError("--market and --rules go together")
    if (origin is not None) + (market is not None) + empty > 1:
        raise click.UsageError("give one of --from, --market with --rules, and --blank")
    if empty:
        _blank(name, parent, quiet)
        return
    from vbp_sim.runs.project import new_project, new_scenario

    if market is not None and rules is not None:
        file, dates = new_scenario(name, market, rules, parent)
        origin = restate("cli", dates.origin)
        message(say("cli.dates" if dates.sure else "cli.dates_look", origin=origin), quiet=quiet and dates.sure)
    else:
        file = new_project(name, origin or "pilot-2018", parent)
    click.echo(str(file))
    message(say("cli.edit_it", file=file), quiet=quiet)


def _blank(name: str, parent: Path, quiet: bool) -> None:
    from vbp_sim.intake.template import blank

    folder = blank(name, parent)
    click.echo(str(folder))
    message(say("cli.fill_files", folder=folder), quiet=quiet)
    message(say("cli.fill_workbook", folder=folder), quiet=quiet)
