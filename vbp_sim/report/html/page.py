"""The report of a run: one HTML file that needs no network and no script.

    write(RunFolder.open("results/pilot"), Path("report.html"))

Everything that comes from a scenario or a table is text to the template, which escapes it; only the drawings
of `svg.inline` go in as they are.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from vbp_sim.report import catalogue, export, words
from vbp_sim.report.html import again, checklist, evidence, happenings, headline, svg
from vbp_sim.report.html.grid import Grid, signs
from vbp_sim.report.summary import cells, known_metrics
from vbp_sim.studies import aside
from vbp_sim.studies.folder import RunFolder
from vbp_sim.studies.metric_ids import Metric

NAME = "report.html"

#: charts in the order of the story; those that it does not name come after
STORY = (
    "timeline",
    "price-by-drug",
    "bids",
    "bids-ladder",
    "cut-by-bidders",
    "waterfall",
    "savings",
    "volume-flows",
    "monthly-use",
    "completion-by-province",
    "surplus-by-level",
    "supply",
    "margins",
)


@dataclass(frozen=True)
class Plate:
    """One chart of the page; ``drawing`` and ``table`` are None if there is nothing to draw."""

    name: str
    question: str
    says: str
    drawing: Markup | None
    table: Grid | None


@dataclass(frozen=True)
class Row:
    """One metric of the page."""

    metric: Metric
    mean: str
    span: str
    unit: str


def write(run: RunFolder, out: Path) -> None:
    """Write the report of a run."""
    aside.write(out, render(run).encode("utf-8"))


def render(run: RunFolder) -> str:
    """The report of a run as HTML."""
    m = run.manifest
    rows = _rows(run)
    told = happenings.days(run)
    return page(
        "run.html",
        title=str(m.get("title") or m["scenario"]),
        scenario=m["scenario"],
        variant=m["variant"],
        replications=words.counted(int(m["replications"]), "replication"),
        several=int(m["replications"]) > 1,
        asked=headline.asked(run),
        figures=list(headline.came_out(run)),
        sure=headline.how_sure(run),
        plates=plates(run),
        groups=list(dict.fromkeys(row.metric.group for row in rows)),
        rows=rows,
        metrics=Grid.of("metrics", "All metrics", export.summary(run)),
        assumptions=evidence.assumptions(run),
        stand_ins=m.get("stand_ins", {}),
        codes=evidence.CODES,
        counts=evidence.codes(run),
        kinds=happenings.kinds(run),
        days=told[: happenings.MOST],
        days_left=max(0, len(told) - happenings.MOST),
        command=again.command(run),
        facts=again.facts(run),
        hashes={name: entry["sha256"] for name, entry in m["tables"].items()},
        checklist=checklist.items(run),
    )


def page(template: str, **values: Any) -> str:
    """A template of the package with its values, all of them escaped."""
    return _environment().get_template(template).render(**values)


def plates(run: RunFolder) -> list[Plate]:
    """All charts of a run, in the order of the story."""
    known = catalogue.catalogue()
    order = sorted(known, key=lambda name: STORY.index(name) if name in STORY else len(STORY))
    return [plate(name, known[name].question, catalogue.draw(name, run)) for name in order]


def plate(name: str, question: str, drawn: catalogue.Chart) -> Plate:
    """A chart as the page shows it."""
    if not drawn.data:
        return Plate(name, question, drawn.title, None, None)
    table = Grid.of(name, f"Numbers behind the chart: {question}", drawn.data)
    return Plate(name, question, drawn.title, svg.inline(drawn.figure, name, drawn.title, question), table)


def _rows(run: RunFolder) -> list[Row]:
    metrics = run.summary["metrics"]
    found = []
    for name, metric in known_metrics(metrics).items():
        _, mean, span, unit = cells(metric, metrics[name])
        found.append(Row(metric, signs(mean), signs(span), unit))
    return found


@functools.cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("vbp_sim", "report/html/templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
