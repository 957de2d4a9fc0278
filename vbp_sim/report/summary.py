"""The headline metrics as an aligned table for people. Draws nothing, and so imports no matplotlib."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from vbp_sim.report.words import words
from vbp_sim.report.words.language import restate, say, term
from vbp_sim.runs.metrics import METRICS, Metric
from vbp_sim.runs.metrics.metric import RENEWALS
from vbp_sim.studies.paired import FEWEST
from vbp_sim.truth.ranges import MANY

if TYPE_CHECKING:
    from vbp_sim.runs.observed import Projection

#: room for a meaning below which lines are left to the terminal to break
_LEAST = 24


def print_summary(summary: Mapping[str, Any]) -> None:
    """Print `render` of a run's summary.json, as wide as the terminal."""
    print(render(summary, shutil.get_terminal_size((200, 24)).columns))


def render(summary: Mapping[str, Any], width: int = 200) -> str:
    """Lay out a run's summary.json: a row per metric in its group, with the range over replications."""
    n = int(summary["replications"])
    head = {
        "scenario": words.short(str(summary["scenario"]), 60),
        "variant": words.short(str(summary["variant"]), 40),
        "replications": words.counted(n, "replication"),
    }
    lines = [say(f"summary.{'variant' if summary['variant'] else 'head'}", **head)]
    lines[0] += say("summary.ranges") if n >= FEWEST else ""
    if draws := summary.get("draws"):
        lines.append(say("summary.draws", draws=", ".join(draws)))
    known = known_metrics(summary["metrics"])
    rows = {i: cells(m, summary["metrics"][i]) for i, m in known.items()}
    sizes = [max((words.width(r[k]) for r in rows.values()), default=0) for k in range(4)]
    group = ""
    for metric in known.values():
        if metric.group != group:
            group = metric.group
            lines += ["", term("groups", group)]
        lines += _row(rows[metric.id], sizes, meaning(metric), width)
    return "\n".join(lines)


#: hospitals of a projection that are printed
MOST_HOSPITALS = 12


def projected(found: Projection) -> tuple[list[list[str]], list[list[str]]]:
    """Two tables of text: what a projection says of all hospitals, and those most likely to miss their task."""
    totals = found.totals()
    whole = [
        [say("summary.hospitals"), f"{totals['hospitals']:,.0f}"],
        [say("summary.months_over"), f"{found.seen.months}"],
        [say("summary.expected_to_miss"), f"{totals['expected_to_miss']:,.0f}"],
        [say("summary.missing"), words.money(totals["missing_yuan"])],
        [say("summary.to_reserve"), words.money(totals["retained_yuan"])],
        [say("summary.widths"), say("summary.width", now=f"{found.width:.2f}", before=f"{found.width_before:.2f}")],
    ]
    rows = [[say(f"summary.of_{name}") for name in ("hospital", "so_far", "year", "chance", "missing")]]
    worst = sorted(found.rows, key=lambda row: (-row.chance_to_miss, -row.missing, row.hospital))
    for row in worst[:MOST_HOSPITALS]:
        band = words.span(words.percent(row.low), words.percent(row.high))
        chance = words.percent(row.chance_to_miss)
        rows.append([row.hospital, words.percent(row.so_far), band, chance, words.money(row.missing)])
    return whole, rows


def known_metrics(metrics: Mapping[str, Any]) -> dict[str, Metric]:
    """The metrics of a summary in their order, without those of single rounds.

    Those that this version does not know come last, as they are.
    """
    known = {i: m for i, m in METRICS.items() if i in metrics}
    others = {
        i: Metric(i, "other", str(value["unit"]), "", _unknown, 3) for i, value in metrics.items() if i not in METRICS
    }
    return known | others


def meaning(metric: Metric) -> str:
    """What a metric is, in words."""
    said = restate("metrics", metric.meaning)
    if not metric.part:
        return said
    return say("summary.of_renewals" if metric.part == RENEWALS else "summary.of_round", says=said, round=metric.part)


def _unknown(run: object) -> float:
    raise LookupError("a metric of another version has no formula here")


def cells(metric: Metric, value: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """ID, mean, range and unit, all in one scale; two replications are too few for a range."""
    mean, low, high = (value[key] for key in ("mean", "low", "high"))
    if mean is None:
        return metric.id, "-", "", _unit(metric.unit, "")
    size, word = _scale(metric.unit, max(abs(v) for v in (mean, low, high)))
    money = metric.unit.startswith("yuan")

    def number(v: float) -> str:
        return words.compact(v / size) if money else f"{v / size:.{metric.decimals}f}"

    few = say("compare.too_few") if value["n"] > 1 else ""
    span = words.span(number(low), number(high)) if value["n"] >= FEWEST else few
    return metric.id, number(mean), span, _unit(metric.unit, word)


def says_range(rounds: int) -> str:
    """What the range over so many predicted rounds is: of the middle 90 %, or what a few of them span."""
    return say("summary.range_90") if rounds >= MANY else say("summary.range_of", n=rounds)


def _scale(unit: str, largest: float) -> tuple[float, str]:
    if unit == "share":
        return 0.01, ""
    return words.scale(largest) if unit.startswith("yuan") else (1.0, "")


def _unit(unit: str, word: str) -> str:
    return "%" if unit == "share" else words.amount(word, term("units", unit))


def _row(cells: tuple[str, ...], sizes: list[int], meaning: str, width: int) -> list[str]:
    name, mean, span, unit = cells
    numbers = (words.padded(cell, size, right=True) for cell, size in zip((mean, span), sizes[1:3], strict=True))
    start = "  ".join(("", words.padded(name, sizes[0]), *numbers, words.padded(unit, sizes[3]), ""))
    room = width - words.width(start)
    parts = words.wrapped(meaning, room) if room >= _LEAST else [meaning]
    first, *rest = parts or [""]
    return [(start + first).rstrip(), *(" " * words.width(start) + part for part in rest)]
