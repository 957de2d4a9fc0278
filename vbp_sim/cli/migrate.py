"""`vbp migrate`: scenarios and sweeps of the first edition, rewritten for edition 2."""

from __future__ import annotations

from pathlib import Path

import click

from vbp_sim.cli.common import WRONG_INPUT, quiet_option, wrong_input
from vbp_sim.report.words.language import restate, say


@click.command("migrate")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--check", "only_check", is_flag=True, help="Change nothing; end with 2 if something is to do.")
@quiet_option
def command(files: tuple[Path, ...], only_check: bool, quiet: bool) -> int:
    """Rewrite scenarios (with their variants) and sweeps of the first edition in place.

    Comments stay where they can. The old file is kept as FILE.before-migration. A file that is as it should be stays
    as it is.
    """
    from vbp_sim.errors import InputError
    from vbp_sim.studies.migrate import migration

    code = 0
    for file in files:
        try:
            change = migration(file)
            kept = "" if only_check or not change.done else say("cli.old_file", file=change.write())
        except InputError as error:
            wrong_input(error)
            code = WRONG_INPUT
            continue
        if only_check and change.done:
            code = WRONG_INPUT
        if not quiet:
            done = "".join(f"\n  {restate('cli', line)}" for line in change.done)
            state = "nothing_to_do" if not change.done else "to_do" if only_check else "migrated"
            click.echo(f"{file}: {say(f'cli.{state}')}{kept}{done}")
    return code
