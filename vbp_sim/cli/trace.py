"""`vbp trace`: what happened to one drug, manufacturer or province in a finished run."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vbp_sim.cli.common import json_option, lang_option, print_json

if TYPE_CHECKING:
    from vbp_sim.report.words.names import LocalRun
    from vbp_sim.runs.story import Happening


@click.command("trace")
@click.argument("run", type=click.Path(path_type=Path), metavar="RUN")
@click.argument("subject", required=False, metavar="[DRUG|MANUFACTURER|PROVINCE]")
@click.option("--replication", type=int, default=0, show_default=True, help="Which replication to tell.")
@json_option
@lang_option
def command(run: Path, subject: str | None, replication: int, as_json: bool) -> int:
    """Tell the story of one drug, manufacturer or province from a run folder; without a name, list the names."""
    from vbp_sim.report.words.names import local
    from vbp_sim.runs.folder import RunFolder
    from vbp_sim.runs.story import story, subjects

    folder = RunFolder.open(run)
    if subject is None:
        names = subjects(folder)
        if as_json:
            print_json(names)
        else:
            for kind, known in names.items():
                click.echo(f"{kind}: {', '.join(known)}")
        return 0
    lines, shown = story(folder, subject, replication), local(folder)
    if as_json:
        print_json([_as_json(line, shown) for line in lines])
        return 0
    for line in lines:
        click.echo(_told(shown, line, subject))
    return 0


def _told(run: LocalRun, line: Happening, subject: str) -> str:
    from vbp_sim.report.words.language import term
    from vbp_sim.report.words.words import listed, padded

    named = (("drug", line.drug), ("manufacturer", line.manufacturer), ("province", line.province))
    who = listed([run.called(kind, id) for kind, id in named if id and id != subject])
    value = "" if math.isnan(line.value) else f"{line.value:,.10g}" if abs(line.value) < 1000 else f"{line.value:,.0f}"
    parts = [line.date, padded(term("event_kinds", line.kind), 15), who, value, run.said(line.text)]
    return "  ".join(part for part in parts if part)


def _as_json(line: Happening, run: LocalRun) -> dict[str, Any]:
    return {**dataclasses.asdict(line), "value": _number(line.value), "said": run.said(line.text)}


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
