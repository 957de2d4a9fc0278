"""`vbp trace`: what happened to one drug, manufacturer or province in a finished run."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vbp_sim.cli.common import json_option, lang_option, print_json
from vbp_sim.report.words.language import say, term

if TYPE_CHECKING:
    from vbp_sim.report.words.names import LocalRun
    from vbp_sim.runs.exposure import By
    from vbp_sim.runs.folder import RunFolder
    from vbp_sim.runs.story import Happening


@click.command("trace")
@click.argument("run", type=click.Path(path_type=Path), metavar="RUN")
@click.argument("subject", required=False, metavar="[DRUG|MANUFACTURER|PROVINCE]")
@click.option("--site", default="", metavar="SITE", help="Tell of all products that are made at a site.")
@click.option(
    "--falls", type=click.Choice(("site", "api_maker", "manufacturer")), help="List what falls with each of them."
)
@click.option("--replication", type=int, default=0, show_default=True, help="Which replication to tell.")
@json_option
@lang_option
def command(run: Path, subject: str | None, site: str, falls: By | None, replication: int, as_json: bool) -> int:
    """Tell the story of one drug, manufacturer, province or site from a run folder; without a name, list the names.

    With --falls it lists what falls with one site, maker of an ingredient or firm: its share of the agreed value, how
    much of that has no backup, its drugs and provinces. Sites are known where products.csv names them.
    """
    from vbp_sim.report.words.names import local
    from vbp_sim.runs.folder import RunFolder
    from vbp_sim.runs.story import story, subjects

    folder = RunFolder.open(run)
    if falls:
        return _falls(folder, falls, replication, as_json)
    if subject is None and not site:
        names = subjects(folder)
        if as_json:
            print_json(names)
        else:
            for kind, known in names.items():
                click.echo(say("words.labelled", label=term("columns", kind), value=", ".join(known)))
        return 0
    lines, shown = story(folder, subject or "", replication, site), local(folder)
    if as_json:
        print_json([{**dataclasses.asdict(line), "said": shown.said(line.text)} for line in lines])
        return 0
    for line in lines:
        click.echo(_told(shown, line, subject or ""))
    return 0


def _falls(folder: RunFolder, by: By, replication: int, as_json: bool) -> int:
    from vbp_sim.report.words.words import percent
    from vbp_sim.runs.exposure import falls

    found = falls(folder, by, replication)
    if as_json:
        print_json([dataclasses.asdict(one) for one in found])
        return 0
    for one in found:
        counts = {"products": len(one.products), "drugs": one.drugs, "provinces": one.provinces}
        shares = {"share": percent(one.share, 1), "none": percent(one.no_backup)}
        click.echo(f"{one.name}: {say('cli.falls', **shares, **counts)}")
    return 0


def _told(run: LocalRun, line: Happening, subject: str) -> str:
    from vbp_sim.report.words.language import term
    from vbp_sim.report.words.words import listed, padded

    named = (("drug", line.drug), ("manufacturer", line.manufacturer), ("province", line.province))
    who = listed([run.called(kind, id) for kind, id in named if id and id != subject])
    value = "" if math.isnan(line.value) else f"{line.value:,.10g}" if abs(line.value) < 1000 else f"{line.value:,.0f}"
    parts = [line.date, padded(term("event_kinds", line.kind), 15), who, value, run.said(line.text)]
    return "  ".join(part for part in parts if part)
