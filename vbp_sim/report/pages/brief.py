"""The brief: one page of a run or a comparison to print and to hand over. The answer first, one chart, how sure, what
was assumed."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from vbp_sim.errors import InputError, Problem
from vbp_sim.report.answer import answer, called
from vbp_sim.report.charts import catalogue
from vbp_sim.report.compared import Compared
from vbp_sim.report.pages import again, compare_page, evidence, headline
from vbp_sim.report.pages.grid import signs
from vbp_sim.report.pages.page import page, plate
from vbp_sim.report.sources import Source, kind
from vbp_sim.report.words import names, words
from vbp_sim.report.words.language import restate, say
from vbp_sim.runs.folder import RunFolder
from vbp_sim.runs.metrics import METRICS

#: numbers, rows of metrics and variants in the chart, and assumptions that one page has room for
FIGURES, ROWS_SHOWN, ASSUMED = 6, 24, 5
#: letters in a printed line of half a page, and lines of what was asked, how sure it is, and what was not simulated
LETTERS, ASKED, SURE, MISSING = 54, 12, 9, 8
#: letters of what a number means, and of the line below the answer
CARD, ORIGIN = 100, 180
#: a difference that is rounding
TINY = 1e-9
#: parts of a scenario, those first on whose values most conclusions hang
FIRST = ("demand", "behaviour", "finance", "laws", "rounds")


def render(source: Source) -> str:
    """The brief as HTML; InputError for what is neither a run nor a comparison."""
    if isinstance(source, Compared):
        return _compared(source)
    if isinstance(source, RunFolder):
        return _run(source)
    what = f"this folder holds a {kind(source)}, and a brief is of a run or a comparison"
    raise InputError(Problem(str(source.path), what, "leave --brief out: vbp report DIR"))


def _run(run: RunFolder) -> str:
    run = names.local(run)
    m, figures = run.manifest, list(headline.came_out(run))
    sure = headline.how_sure(run)
    first = say("brief.answer", value=figures[0].value, says=figures[0].says) if figures else ""
    return _page(
        run, run, figures, "waterfall", (), sure,
        answer=words.sentence(first or say("compare.none_clear")),
        title=restate("shipped", str(m.get("title") or m["scenario"])),
        origin=words.clauses([str(m["scenario"]), *([str(m["variant"])] if m["variant"] else [])]),
        asked=_fitting(headline.asked(run), ASKED),
        command=again.command(run),
        id=str(m["run_hash"])[:12],
    )  # fmt: skip


def _compared(found: Compared) -> str:
    c = found.content
    figures = compare_page.cards(found)
    wanted = [METRICS[m] for m in dict.fromkeys([*METRICS.wanted, *METRICS]) if m in found.differences]
    clear = [m for m in wanted if m.id in METRICS.wanted and any(d.clear for d in found.differences[m.id].values())]
    moved = [m for m in wanted if any(abs(d.mean) > TINY for d in found.differences[m.id].values())]
    metrics = clear or moved or wanted
    share = bool(metrics) and metrics[0].unit == "share"
    few = max(2, min(5, ROWS_SHOWN // (2 + len(found.variants))))
    shown = [m.id for m in metrics if (m.unit == "share") == share][:few]
    sure = compare_page.how_sure(found)
    return _page(
        found, found.base_run, figures, "variants-shares" if share else "variants-amounts", shown, sure,
        answer=signs(answer(found)),
        title=restate("shipped", str(c.get("title") or c["scenario"])),
        origin=words.short(words.clauses([str(c["scenario"]), *found.variants]), ORIGIN),
        asked=_fitting([
            say("brief.value", meaning=called(found, name, 60), value=words.short(words.listed([*paths]), 60))
            for name, paths in found.changes.items() if paths
        ], ASKED),
        command=again.comparing(found),
        id=str(c["id"])[:12],
    )  # fmt: skip


def _page(
    source: Source,
    base: RunFolder | None,
    figures: Sequence[headline.Figure],
    chart: str,
    metrics: Sequence[str],
    sure: Sequence[str],
    **values: object,
) -> str:
    """The page; ``base`` is the run whose values were assumed, if it is at hand."""
    drawn = catalogue.draw(chart, source, metrics=metrics)
    question = catalogue.catalogue(kind(source))[chart].question
    weak = [a for group in evidence.assumptions(base).values() for a in group if a.weak] if base else []
    own = sorted((a for a in weak if a.meaning), key=lambda a: _rank(a.path))[:ASSUMED]
    left_out = base.manifest.get("not_simulated", ()) if base else ()
    missing = _fitting([restate("limits", str(sentence)) for sentence in left_out], MISSING)
    return page(
        "brief.html",
        figures=[dataclasses.replace(f, says=words.short(f.says, CARD)) for f in figures[:FIGURES]],
        plate=plate(chart, question, drawn),
        sure=_fitting(sure, SURE),
        assumed=[say("brief.value", meaning=a.meaning, value=a.value) for a in own],
        more=max(0, len(weak) - len(own)),
        missing=missing,
        **values,
    )


def _fitting(lines: Sequence[str], room: int) -> list[str]:
    """As many texts as fit into so many printed lines; the last that begins there is cut."""
    kept = []
    for line in lines:
        if room > 0:
            kept.append(words.short(line, room * LETTERS))
        room -= -(-words.width(line) // LETTERS)
    return kept


def _rank(path: str) -> int:
    top = path.partition(".")[0]
    return FIRST.index(top) if top in FIRST else len(FIRST)
