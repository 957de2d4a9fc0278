"""The programme on one page: every step of every round, from the first report to the last payment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from vbp_sim.report.charts import marks, spots, style
from vbp_sim.report.charts.catalogue import Chart, NothingToDraw, chart
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.runs.folder import RunFolder

#: step, the event that begins it, the event that ends it, colour, hatching
STEPS = (
    ("report", "reporting-start", "reporting-end", style.SKY, ""),
    ("review", "reporting-end", "review-end", style.PALE, "///"),
    ("document", "document", "opening", style.ORANGE, ""),
    ("result", "result", "start", style.PALE, "..."),
    ("supply", "start", "term-end", style.BLUE, ""),
    ("retention", "assessment", "retention-paid", style.GREEN, "///"),
)


@dataclass(frozen=True)
class Span:
    """One step of one round, by its first and last date."""

    round: str
    step: int
    first: np.datetime64
    last: np.datetime64


@chart("timeline")
def draw(run: RunFolder) -> Chart:
    """Draw the steps of all rounds as bars over time."""
    spans = collect(run)
    if not spans:
        raise NothingToDraw(say("timeline.nothing"))
    rounds = list(dict.fromkeys(span.round for span in spans))
    title = _title(spans, rounds)
    how = say("timeline.how")
    figure = style.page(run, title, how, (10, 0.8 + 0.26 * len(spans)))
    axes = figure.subplots()
    names = [say(f"timeline.{STEPS[span.step][0]}") for span in spans]
    steps = np.array(names, dtype=object)
    if len(rounds) > 1:
        pairs = zip(spans, names, strict=True)
        names = [say("timeline.of_round", round=style.label(span.round, 20), step=name) for span, name in pairs]
    at = marks.rows(axes, names)
    for y, span in zip(at, spans, strict=True):
        _, _, _, colour, hatch = STEPS[span.step]
        first, last = (float(marks.days(np.array(date))) for date in (span.first, span.last))
        look: dict[str, Any] = {"color": colour, "edgecolor": style.INK, "hatch": hatch, "linewidth": 0.7}
        axes.barh(y, max(last - first, 2.0), left=first, height=0.6, **look)
        days = [words.day(date) for date in dict.fromkeys((span.first, span.last))]
        said = words.span(*days) if len(days) > 1 else days[0]
        axes.annotate(said, (max(last, first + 2), y), (5, 0), textcoords="offset points", va="center", size=7.5)
    low = min(float(marks.days(np.array(span.first))) for span in spans)
    high = max(float(marks.days(np.array(span.last))) for span in spans)
    axes.set_xlim(low - 0.02 * (high - low), high + 0.24 * (high - low) + 1)
    marks.month_axis(axes)
    axes.grid(axis="y", visible=False)
    return Chart(
        title,
        figure,
        {
            "round": np.array([span.round for span in spans], dtype=object),
            "step": steps,
            "first": np.array([span.first for span in spans]),
            "last": np.array([span.last for span in spans]),
        },
        [spots.rows([axes], at, range(len(at)))],
    )


def collect(run: RunFolder) -> list[Span]:
    """Steps of each round that happened, in order of rounds and steps."""
    events = run.table("events", ["date", "kind", "round"])
    found = []
    for name in dict.fromkeys(events["round"].tolist()):
        dates = {kind: events["date"][(events["round"] == name) & (events["kind"] == kind)] for kind in _kinds()}
        for step, (_, begin, end, _, _) in enumerate(STEPS):
            if len(dates[begin]) and len(dates[end]):
                found.append(Span(name, step, dates[begin].min(), dates[end].max()))
    return found


def _kinds() -> set[str]:
    return {kind for _, begin, end, _, _ in STEPS for kind in (begin, end)}


def _title(spans: list[Span], rounds: list[str]) -> str:
    first, last = min(span.first for span in spans), max(span.last for span in spans)
    steps = {STEPS[span.step][1]: span for span in reversed(spans)}
    said = [
        say("timeline.title", rounds=words.counted(len(rounds), "round"), first=words.day(first), last=words.day(last))
    ]
    if "start" in steps and "reporting-start" in steps:
        months = (steps["start"].first - steps["reporting-start"].first).astype(int) / 30.44
        said.append(say("timeline.title_months", n=f"{months:.0f}"))
    return words.clauses(said)
