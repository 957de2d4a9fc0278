"""`vbp plot`: one chart of a finished run, as a picture for a paper or a slide."""

from __future__ import annotations

from pathlib import Path

import click

from vbp_sim.cli.common import (
    font_option,
    lang_option,
    message,
    print_table,
    quiet_option,
)

FORMATS = ("svg", "png", "pdf")


@click.command("plot")
@click.argument("run", type=click.Path(path_type=Path), metavar="RUN")
@click.argument("chart", required=False, metavar="[CHART]")
@click.option("--format", "kind", type=click.Choice(FORMATS), help="Default: what --out ends with, else svg.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Default: RUN/figures/CHART.FORMAT.",
)
@click.option("--drug", default="", metavar="DRUG", help="Which drug, for charts of one drug (see bids-ladder).")
@quiet_option
@lang_option
@font_option
def command(run: Path, chart: str | None, kind: str | None, out: Path | None, drug: str, quiet: bool) -> int:
    """Draw one CHART of a run; without a name, list the charts and the question that each answers."""
    from vbp_sim.report import catalogue
    from vbp_sim.report.language import say
    from vbp_sim.studies.folder import RunFolder

    if chart is None:
        print_table([[entry.name, entry.question] for entry in catalogue.catalogue().values()])
        return 0
    ending = _ending(kind, out)
    folder = RunFolder.open(run)
    file = out if out is not None else run / "figures" / f"{chart}.{ending}"
    drawn = catalogue.draw(chart, folder, drug)
    file.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(drawn, file, folder)
    message(f"{drawn.title}\n{say('cli.written', path=file)}", quiet=quiet)
    return 0


def _ending(kind: str | None, out: Path | None) -> str:
    """The format that is asked for, checked against the name of the file."""
    if out is None:
        return kind or FORMATS[0]
    ending = out.suffix.lower().removeprefix(".")
    if ending not in FORMATS or kind not in (None, ending):
        wanted = kind or ", ".join(FORMATS)
        raise click.UsageError(f"--out {out}: the name of the file must end with the format: {wanted}")
    return ending
