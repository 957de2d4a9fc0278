"""The report of a comparison: what the variants change, how they differ, and how sure that is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from vbp_sim.report.compared import Compared
from vbp_sim.report.comparison import arrow, decimals_of, finer, null_result, scale_of
from vbp_sim.report.pages import again, evidence
from vbp_sim.report.pages.grid import signs
from vbp_sim.report.pages.headline import Figure
from vbp_sim.report.pages.page import page, plates
from vbp_sim.report.summary import meaning
from vbp_sim.report.words import words
from vbp_sim.report.words.language import restate, say
from vbp_sim.runs import aside
from vbp_sim.runs.metrics import METRICS, Metric
from vbp_sim.studies.paired import LEVEL

#: differences in the headline
CARDS = 8


@dataclass(frozen=True)
class Line:
    """One metric and variant of the table."""

    metric: str
    variant: str
    base: str
    value: str
    difference: str
    span: str
    judged: str


def write(found: Compared, out: Path) -> None:
    """Write the report of a comparison."""
    aside.write(out, render(found).encode("utf-8"))


def render(found: Compared) -> str:
    """The report of a comparison as HTML."""
    c, base = found.content, found.base_run
    lines = [line for metric in found.metrics() for line in lines_of(found, metric)]
    return page(
        "compare.html",
        title=restate("shipped", str(c.get("title") or c["scenario"])),
        scenario=c["scenario"],
        variants=found.variants,
        replications=words.counted(int(c["replications"]), "replication"),
        level=f"{LEVEL:.0%}",
        reached=c["reached"],
        figures=_cards(found),
        nulls=[null_result(name, null) for name, null in found.nulls.items()],
        clear=[line for line in lines if line.judged],
        lines=lines,
        plates=plates(found),
        changes=found.changes,
        meanings={path: restate("parameters", meaning) for path, meaning in found.meanings.items()},
        command=again.comparing(found),
        assumptions=evidence.assumptions(base) if base else {},
        counts=evidence.counted(base) if base else "",
        facts={
            say("again.scenario"): str(c["scenario"]),
            say("again.seed"): str(c["seed"]),
            say("again.replications"): str(c["replications"]),
            say("again.program"): str(c["version"]),
            say("compare.id"): str(c["id"]),
        },
        runs=c["runs"],
    )


def _cards(found: Compared) -> list[Figure]:
    """The most wanted of each variant's clear differences."""
    cards = []
    for variant in found.variants:
        clear = [METRICS[m] for m in METRICS.wanted if m in found.differences and _clear(found, m, variant)]
        for metric in clear[: max(1, CARDS // len(found.variants))]:
            line = next(line for line in lines_of(found, metric) if line.variant == variant)
            unit = _scale(found, metric)[1]
            points = metric.unit == "share"
            value = say("studies.points", number=line.difference) if points else words.amount(line.difference, unit)
            says = say("compare.card", variant=variant, metric=meaning(metric), judged=line.judged)
            cards.append(Figure(value, says, line.span))
    return cards


def _clear(found: Compared, metric: str, variant: str) -> bool:
    return variant in found.differences[metric] and found.differences[metric][variant].clear


def _scale(found: Compared, metric: Metric) -> tuple[float, str]:
    return scale_of(metric, max(abs(v) for d in found.differences[metric.id].values() for v in (d.base, d.variant)))


def lines_of(found: Compared, metric: Metric) -> list[Line]:
    """Variants of one metric, all numbers in one unit."""
    by_name = found.differences[metric.id]
    size, unit = _scale(found, metric)
    usual = decimals_of(metric)

    def said(value: float, sign: str = "", decimals: int = usual) -> str:
        return "–" if math.isnan(value) else signs(f"{value / size + 0.0:{sign},.{decimals}f}")

    lines = []
    for name, d in by_name.items():
        mean, low, high = (said(value, "+", finer(metric, d, size)) for value in (d.mean, d.low, d.high))
        span = "" if math.isnan(d.low) else words.span(low, high)
        says = say("compare.with_unit", metric=meaning(metric), unit=unit) if unit else meaning(metric)
        lines.append(Line(says, name, said(d.base), said(d.variant), mean, span, arrow(metric, d)))
    return lines
