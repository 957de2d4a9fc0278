"""The report of a run: one HTML file that needs no network, and shows everything without its script, too.

Everything that comes from a scenario or a table is text to the template, which escapes it; only the drawings
of `svg.inline` go in as they are.
"""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from vbp_sim.report import export
from vbp_sim.report.charts import catalogue
from vbp_sim.report.pages import again, checklist, evidence, happenings, headline, svg
from vbp_sim.report.pages.grid import Grid, signs
from vbp_sim.report.pages.markup import GLOBALS
from vbp_sim.report.sources import Source, kind
from vbp_sim.report.summary import cells, known_metrics, meaning
from vbp_sim.report.words import letters, names, words
from vbp_sim.report.words.language import language, messages, restate, say
from vbp_sim.runs.folder import RunFolder

#: languages as pages name them
CODES = {"en": "en", "zh": "zh-Hans"}


@dataclass(frozen=True)
class Plate:
    """One chart of the page; ``drawing`` and ``table`` are None if there is nothing to draw."""

    name: str
    question: str
    says: str
    drawing: Markup | None
    table: Grid | None


def render(run: RunFolder) -> str:
    """The report of a run as HTML."""
    run = names.local(run)
    m = run.manifest
    told = happenings.days(run)
    return page(
        "run.html",
        title=restate("shipped", str(m.get("title") or m["scenario"])),
        scenario=m["scenario"],
        variant=m["variant"],
        replications=words.counted(int(m["replications"]), "replication"),
        several=int(m["replications"]) > 1,
        asked=headline.asked(run),
        figures=list(headline.came_out(run)),
        sure=headline.how_sure(run),
        plates=plates(run),
        groups=_groups(run),
        metrics=Grid.of("metrics", say("page.all_metrics"), export.summary(run)),
        **evidence.of(run),
        stand_ins=m.get("stand_ins", {}),
        kinds=happenings.kinds(run),
        days=told[: happenings.MOST],
        days_left=max(0, len(told) - happenings.MOST),
        command=again.command(run),
        facts=again.facts(run),
        hashes={name: entry["sha256"] for name, entry in m["tables"].items()},
        checklist=checklist.items(run),
    )


def page(template: str, **values: Any) -> str:
    """A template of the package with its values, all of them escaped, and the letters that it needs."""
    own = {"lang": CODES[language()], "script": Markup(script()), "script_hash": script_hash()}
    whole = environment().get_template(template).render(**own, **values)
    return whole.replace("<style>\n", f"<style>\n{letters.face(whole)}", 1)


def plates(source: Source) -> list[Plate]:
    """All charts of a source, in the order of the story."""
    known = catalogue.catalogue(kind(source))
    return [plate(name, known[name].question, catalogue.draw(name, source)) for name in in_order(known)]


def in_order(charts: Iterable[str]) -> list[str]:
    """Names of charts in the order of the story, which is that of their questions; others come after."""
    story = list(messages("questions"))
    return sorted(charts, key=lambda name: story.index(name) if name in story else len(story))


def plate(name: str, question: str, drawn: catalogue.Chart) -> Plate:
    """A chart as the page shows it."""
    if not drawn.data:
        return Plate(name, question, drawn.title, None, None)
    table = Grid.of(name, say("page.numbers_of", question=question), drawn.data)
    drawing = svg.inline(drawn.figure, name, drawn.title, question, _over(drawn, table))
    return Plate(name, question, drawn.title, drawing, table)


def choices_of(plates: Sequence[Plate]) -> dict[str, list[str]]:
    """What the charts of a page can be narrowed to, by the name of the column; what has one value only is no choice."""
    found: dict[str, dict[str, None]] = {}
    for each in plates:
        for row in each.table.chosen_by if each.table else ():
            for key, value in row.items():
                found.setdefault(key, {})[value] = None
    return {key: sorted(names) for key, names in found.items() if len(names) > 1}


def _over(drawn: catalogue.Chart, table: Grid) -> Iterator[svg.Over]:
    """What lies over a drawing: for each mark its place, its numbers, and what it can be chosen by."""
    for spots in drawn.spots:
        for box, row in zip(spots.on_page(drawn.figure).tolist(), spots.table_rows.tolist(), strict=True):
            yield svg.Over(tuple(box), table.told(row), table.chosen_by[row])


def _groups(run: RunFolder) -> dict[str, list[tuple[str, ...]]]:
    """Rows of the table of metrics by group: meaning, mean, range, unit and id."""
    metrics = run.summary["metrics"]
    found: dict[str, list[tuple[str, ...]]] = {}
    for name, metric in known_metrics(metrics).items():
        _, mean, span, unit = cells(metric, metrics[name])
        row = (meaning(metric) or metric.id, signs(mean), signs(span), unit, metric.id)
        found.setdefault(metric.group, []).append(row)
    return found


@functools.cache
def script() -> str:
    """The script of every page, the only one that its content-security policy lets run."""
    return (files("vbp_sim.report.pages") / "templates" / "page.js").read_text(encoding="utf-8")


@functools.cache
def script_hash() -> str:
    """SHA-256 of the script, as a content-security policy writes it."""
    return base64.b64encode(hashlib.sha256(script().encode("utf-8")).digest()).decode("ascii")


@functools.cache
def environment() -> Environment:
    """What makes pages of templates; all that is put into them is escaped."""
    made = Environment(
        loader=PackageLoader("vbp_sim", "report/pages/templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(GLOBALS, choices_of=choices_of)
    return made
