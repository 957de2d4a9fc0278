"""`vbp table`: surplus, fund or completion by province, level and year, as a long table for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from vbp_sim.cli.common import drawing, message, opened, print_json, written


@click.command("table")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.argument(
    "name",
    type=click.Choice(("surplus", "fund", "completion", "institutions")),
    metavar="surplus|fund|completion|institutions",
)
@click.option(
    "--by", default="province,level,year", show_default=True, metavar="A[,B]",
    help="Cut by these: province, level, year, round; all but fund by drug, institutions by institution.",
)  # fmt: skip
@click.option("--format", "kind", type=click.Choice(("markdown", "csv", "json")), help="Default: what --out ends with.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Default: the screen.")
@drawing
def command(folder: Path, name: str, by: str, kind: str | None, out: Path | None, quiet: bool) -> int:
    """Print a long table of a run, or of each run of a comparison: one row per cell and measure, with mean and range of
    90 % over replications.

    Years of surplus and completion are agreement years, years of the fund calendar years.
    """
    from vbp_sim.report import long
    from vbp_sim.report.csv_table import csv_bytes, table
    from vbp_sim.report.words.language import say
    from vbp_sim.runs import aside
    from vbp_sim.studies.paired import FEWEST

    wanted = list(dict.fromkeys(each.strip() for each in by.split(",") if each.strip()))
    rows = long.rows(opened(folder, quiet=quiet), name, wanted)
    kind = kind or {".csv": "csv", ".json": "json"}.get(out.suffix.lower() if out else "", "markdown")
    if any(row["n"] < FEWEST for row in rows):
        message(say("compare.remark_few", n=FEWEST), quiet=quiet)
    if out is None and kind == "json":
        print_json(rows)
    elif out is None and kind == "csv":
        click.echo(csv_bytes(table(rows)), nl=False)
    elif out is None:
        click.echo(_markdown(rows), nl=False)
    else:
        if kind == "json":
            aside.write_json(out, rows)
        else:
            aside.write(out, csv_bytes(table(rows)) if kind == "csv" else _markdown(rows).encode(), lasting=False)
        written(out, quiet=quiet)
    return 0


def _markdown(rows: list[dict[str, Any]]) -> str:
    """The rows as a table of Markdown, heads in the language in use."""
    from vbp_sim.report.words.language import term

    if not rows:
        return ""
    heads = [term("columns", name) for name in rows[0]]
    right = ["---:" if isinstance(value, int | float) else "---" for value in rows[0].values()]
    lines = [f"| {' | '.join(heads)} |", f"|{'|'.join(right)}|"]
    for row in rows:
        said = {**row, "measure": term("long", row["measure"]), "unit": term("units", row["unit"])}
        lines.append(f"| {' | '.join(_cell(value).replace('|', '/') for value in said.values())} |")
    return "\n".join(lines) + "\n"


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return "" if value is None else str(value)
