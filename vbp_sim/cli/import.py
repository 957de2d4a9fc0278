"""`vbp import`: tables that people have, as they have them, to a market folder."""

from __future__ import annotations

from pathlib import Path

import click

from vbp_sim.cli.common import WRONG_INPUT, message, quiet_option
from vbp_sim.report.words.language import restate, say


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder of the market to make.")
@click.option("--map", "given", type=click.Path(path_type=Path), help="Mapping that says which column is which.")
@click.option("--accept", is_flag=True, help="Go on although something should be looked at.")
@quiet_option
def command(files: tuple[Path, ...], out: Path, given: Path | None, accept: bool, quiet: bool) -> int:
    """Make a market folder of spreadsheets (xlsx, xls, ods) or delimited texts, Chinese or English.

    Finds header and table, reads merged cells, units, per cent and usual names of places and forms, and says all
    that it assumed. Where something should be looked at it writes only a mapping, OUT.map.yaml, and ends with 2: look
    at it, edit it, and go on with --map OUT.map.yaml; or with --accept. Nothing is overwritten.
    """
    from vbp_sim.intake.mapping import read_mapping, text_of
    from vbp_sim.intake.market import MAP, imported, write

    found = imported(files, read_mapping(given) if given is not None else None)
    message("\n".join(restate("intake", line) for line in found.report().splitlines()), quiet=quiet)
    if found.notes.doubts and given is None and not accept:
        proposal = out.with_name(f"{out.name}.{MAP}")
        if proposal.exists():
            message(say("cli.mapped_before", file=proposal))
        else:
            proposal.parent.mkdir(parents=True, exist_ok=True)
            proposal.write_text(text_of(found.mapping), encoding="utf-8", newline="\n")
        again = f"vbp import {' '.join(map(str, files))} --out {out} --map {proposal}"
        message(say("cli.no_market_yet", file=proposal, command=again))
        return WRONG_INPUT
    write(found, out)
    click.echo(str(out))
    return 0
