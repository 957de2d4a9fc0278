"""The report of a comparison: what the variants change, how they differ, and how sure that is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from vbp_sim.report import versus, words
from vbp_sim.report.compared import Compared
from vbp_sim.report.comparison import arrow, scale_of
from vbp_sim.report.html.grid import signs
from vbp_sim.report.html.page import page, plate
from vbp_sim.studies import aside
from vbp_sim.studies.metric_ids import Metric
from vbp_sim.studies.paired import LEVEL


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
    c = found.content
    lines = [line for metric in found.metrics() for line in _lines(found, metric)]
    drawn = [(question, versus.draw(found, metrics, question)) for question, metrics in versus.kinds(found)]
    names = ("shares", "amounts")
    return page(
        "compare.html",
        title=str(c.get("title") or c["scenario"]),
        scenario=c["scenario"],
        variants=found.variants,
        replications=words.counted(int(c["replications"]), "replication"),
        level=f"{LEVEL:.0%}",
        reached=c["reached"],
        clear=[line for line in lines if line.judged],
        lines=lines,
        plates=[plate(name, question, chart) for name, (question, chart) in zip(names, drawn, strict=False)],
        changes=found.changes,
        facts={
            "Scenario": str(c["scenario"]),
            "Seed": str(c["seed"]),
            "Replications": str(c["replications"]),
            "Program": f"vbp_sim {c['version']}",
            "Comparison": str(c["id"]),
        },
        runs=c["runs"],
    )


def _lines(found: Compared, metric: Metric) -> list[Line]:
    """Variants of one metric, all numbers in one unit."""
    by_name = found.differences[metric.id]
    size, unit = scale_of(metric, max(abs(v) for d in by_name.values() for v in (d.base, d.variant)))
    decimals = 2 if metric.unit.startswith("yuan") else metric.decimals

    def said(value: float, sign: str = "") -> str:
        return "–" if math.isnan(value) else signs(f"{value / size + 0.0:{sign},.{decimals}f}")

    lines = []
    for name, d in by_name.items():
        span = "" if math.isnan(d.low) else f"{said(d.low, '+')} to {said(d.high, '+')}"
        says = f"{metric.meaning}, {unit}" if unit else metric.meaning
        lines.append(Line(says, name, said(d.base), said(d.variant), said(d.mean, "+"), span, arrow(metric, d)))
    return lines
