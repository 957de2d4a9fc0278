"""`vbp export`: the tables of a finished run for Excel and other programs."""

from __future__ import annotations

from pathlib import Path

import click

from vbp_sim.cli.common import lang_option, message, quiet_option, written
from vbp_sim.report.words.language import say


@click.command("export")
@click.argument("run", type=click.Path(path_type=Path), metavar="RUN")
@click.option("--format", "kind", type=click.Choice(("csv", "xlsx")), default="csv", show_default=True)
@click.option("--tables", default="", metavar="A[,B]", help="Tables to export (default: all).")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR|FILE",
    help="Folder of the CSV files, or the workbook (default: RUN/csv, RUN/tables.xlsx).",
)
@quiet_option
@lang_option
def command(run: Path, kind: str, tables: str, out: Path | None, quiet: bool) -> int:
    """Export summary and tables of a run, with a dictionary that says what each column means.

    CSV is UTF-8 with a byte-order mark, as Excel wants it. No text from a scenario becomes a formula. Tables of
    more than 100,000 rows go into a workbook only if they are named.
    """
    from vbp_sim.report import export
    from vbp_sim.runs import aside
    from vbp_sim.runs.folder import RunFolder

    folder = RunFolder.open(run)
    if folder.made_by:
        message(say("cli.older", program=folder.made_by), quiet=quiet)
    wanted = [name.strip() for name in tables.split(",") if name.strip()]
    if kind == "csv":
        target = out if out is not None else aside.inside(run, "csv")
        export.to_csv(folder, target, wanted)
    else:
        target = out if out is not None else run / "tables.xlsx"
        left_out = export.to_excel(folder, target, wanted)
        if left_out:
            message(say("cli.too_large", names=", ".join(left_out)), quiet=quiet)
    written(target, quiet=quiet)
    return 0
