"""`vbp new`: a project folder of one's own, copied from a shipped scenario; it runs at once."""

from __future__ import annotations

from pathlib import Path

import click

from vbp_sim.cli.common import message, quiet_option


@click.command("new")
@click.argument("name")
@click.option("--from", "origin", default="pilot-2018", show_default=True, help="Shipped scenario to copy.")
@click.option("--dir", "parent", type=click.Path(path_type=Path), default=Path(), help="Where to make the folder.")
@quiet_option
def command(name: str, origin: str, parent: Path, quiet: bool) -> None:
    """Make a folder NAME with a scenario, its market as CSV files, and the schema that editors use.

    Nothing is ever overwritten.
    """
    from vbp_sim.runs.project import new_project

    file = new_project(name, origin, parent)
    click.echo(str(file))
    message(f"edit it, then:  vbp check {file}   vbp run {file}", quiet=quiet)
