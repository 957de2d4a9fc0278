"""The report of a comparison: what the variants change, how they differ, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from vbp_sim.report.answer import answer, called
from vbp_sim.report.compared import Compared
from vbp_sim.report.comparison import Line, judgement, lines, null_result, of_policies
from vbp_sim.report.pages import again, evidence
from vbp_sim.report.pages.grid import signs
from vbp_sim.report.pages.headline import Figure
from vbp_sim.report.pages.markup import bdi, tell
from vbp_sim.report.pages.page import page, plates
from vbp_sim.report.quality import break_even
from vbp_sim.report.summary import meaning
from vbp_sim.report.words import words
from vbp_sim.report.words.language import restate, say
from vbp_sim.runs.metrics import METRICS, Metric
from vbp_sim.studies.expectations import LEVEL as SURE
from vbp_sim.studies.expectations import Verdict
from vbp_sim.studies.paired import FEWEST, LEVEL

#: differences in the headline
CARDS = 8
#: rows of a table that are printed
PRINTED = 36
#: variants of which the changes are printed, and not only their titles
MANY = 6


class Row(NamedTuple):
    """One metric and variant of the table."""

    metric: str
    variant: str
    base: str
    value: str
    difference: str
    span: str
    judged: str


class Expectation(NamedTuple):
    """An expectation of the table of policies."""

    policy: str
    metric: str
    expected: str
    published: str
    difference: str
    span: str
    why: str
    held: str


def render(found: Compared) -> str:
    """The report of a comparison as HTML."""
    c = found.content
    rows = [row for metric in found.metrics() for row in lines_of(found, metric)]
    return page(
        "compare.html",
        title=signs(answer(found)),
        kicker=say("compare.kicker_of", kicker=say("compare.kicker"), title=_asked(found)),
        titles={name: found.title_of(name) for name in found.variants},
        many=len(found.variants) > MANY,
        printed=PRINTED // 2 if len(found.variants) > MANY else PRINTED,
        scenario=c["scenario"],
        variants=found.variants,
        replications=words.counted(int(c["replications"]), "replication"),
        level=f"{LEVEL:.0%}",
        sureness=how_sure(found),
        reached=c["reached"],
        figures=cards(found),
        nulls=[null_result(name, null) for name, null in found.nulls.items()],
        expectations=[_expectation(found, verdict) for verdict in found.expectations],
        policies={name: _told(found, name) for name in found.policies},
        remarks=[
            *break_even(found.differences),
            *of_policies(found.policies, found.expectations, found.nulls, c.get("left_out", {})),
        ],
        sure=f"{SURE:.0%}",
        clear=[row for row in rows if row.judged],
        rows=rows,
        plates=plates(found),
        changes=found.changes,
        meanings={path: restate("parameters", meaning) for path, meaning in found.meanings.items()},
        command=again.comparing(found),
        **evidence.of(found.base_run),
        facts={
            **{say(f"again.{name}"): str(c[name]) for name in ("scenario", "seed", "replications")},
            say("again.program"): str(c["version"]),
            say("compare.id"): str(c["id"]),
            **{tell("compare.run_of", name=bdi(name)): place for name, place in c["runs"].items()},
        },
    )


def cards(found: Compared) -> list[Figure]:
    """The most wanted of each variant's clear differences."""
    cards = []
    for variant in found.variants:
        clear = [METRICS[m] for m in METRICS.wanted if m in found.differences and _clear(found, m, variant)]
        for metric in clear[: max(1, CARDS // len(found.variants))]:
            known, unit = lines(metric, found.differences[metric.id])
            line = known[variant]
            mean = signs(line.mean)
            value = say("studies.points", number=mean) if metric.unit == "share" else words.amount(mean, unit)
            says = say("compare.card", variant=called(found, variant, 90), metric=meaning(metric), judged=line.judged)
            cards.append(Figure(value, says, _span(line)))
    return cards


def how_sure(found: Compared) -> list[str]:
    """How sure differences are: of runs with the same luck, and of those with luck of their own."""
    said = [say("compare.sure", level=f"{LEVEL:.0%}")] if len(found.apart) < len(found.variants) else []
    if found.apart:
        said.append(say("compare.sure_apart", names=words.listed(list(found.apart)), level=f"{LEVEL:.0%}"))
    if any(d.n < FEWEST for by_name in found.differences.values() for d in by_name.values()):
        said.append(say("compare.remark_few", n=FEWEST))
    return said


def _expectation(found: Compared, verdict: Verdict) -> Expectation:
    """A row of the table of expectations."""
    one, published = judgement(verdict, found.differences), found.policies[verdict.policy].published[verdict.metric]
    published = say("compare.none_published") if published == "none" else published
    metric = meaning(METRICS[verdict.metric])
    metric = say("compare.with_unit", metric=metric, unit=one.unit) if one.unit else metric
    found_here = (signs(one.mean), words.span(signs(one.low), signs(one.high)) if one.low else "")
    return Expectation(verdict.policy, metric, one.expected, published, *found_here, one.why, one.held)


def _asked(found: Compared) -> str:
    """What was compared: the title of the scenario, else its name."""
    return restate("shipped", str(found.content.get("title") or found.content["scenario"]))


def _told(found: Compared, name: str) -> str:
    """What a policy is and who asks for it."""
    policy = found.policies[name]
    return say("compare.policy_line", title=restate("shipped", policy.title), asked_by=policy.asked_by)


def _clear(found: Compared, metric: str, variant: str) -> bool:
    return variant in found.differences[metric] and found.differences[metric][variant].clear


def _span(line: Line) -> str:
    return words.span(signs(line.low), signs(line.high)) if line.low else line.span


def lines_of(found: Compared, metric: Metric) -> Iterator[Row]:
    """Rows of one metric of the table, one for each variant, all numbers in one unit."""
    known, unit = lines(metric, found.differences[metric.id])
    says = say("compare.with_unit", metric=meaning(metric), unit=unit) if unit else meaning(metric)
    for variant, line in known.items():
        base, value, mean = (signs(text) or "–" for text in (line.base, line.value, line.mean))
        yield Row(says, variant, base, value, mean, _span(line), line.judged)
