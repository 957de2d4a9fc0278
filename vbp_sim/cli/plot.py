"""`vbp plot`: one chart of a run, a comparison, a study or a back-test, as a picture for a paper or a slide."""

from __future__ import annotations

from pathlib import Path

import click

from vbp_sim.cli.common import drawing, message, opened, print_table, written

FORMATS = ("svg", "png", "pdf")


@click.command("plot")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.argument("chart", required=False, metavar="[CHART]")
@click.option("--format", "kind", type=click.Choice(FORMATS), help="Default: what --out ends with, else svg.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Default: DIR/figures/CHART.FORMAT.",
)
@click.option("--drug", default="", metavar="DRUG", help="Which drug, for charts of one drug (see bids-ladder).")
@click.option(
    "--metric", "metrics", multiple=True, metavar="ID", help="Which metrics, for charts of studies and comparisons."
)
@drawing
def command(
    folder: Path,
    chart: str | None,
    kind: str | None,
    out: Path | None,
    drug: str,
    metrics: tuple[str, ...],
    quiet: bool,
) -> int:
    """Draw one CHART of what DIR holds: a run, a comparison, a study (sweep, sensitivity, search) or a back-test.

    Without a name, list its charts and the question that each answers.
    """
    from vbp_sim.report import sources
    from vbp_sim.report.charts import catalogue
    from vbp_sim.runs import aside

    source = opened(folder, quiet=quiet)
    if chart is None:
        known = catalogue.catalogue(sources.kind(source))
        print_table([[entry.name, entry.question] for entry in known.values()])
        return 0
    ending = _ending(kind, out)
    file = out if out is not None else aside.inside(folder, "figures") / f"{chart}.{ending}"
    drawn = catalogue.draw(chart, source, drug, metrics)
    file.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(drawn, file, source)
    message(drawn.title, quiet=quiet)
    written(file, quiet=quiet)
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
