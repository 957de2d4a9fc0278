"""The programme on one page: every step of every round, from the first report to the last payment."""

from __future__ import annotations

from typing import Any

from vbp_sim.report.charts import marks, spots, style
from vbp_sim.report.charts.catalogue import Chart, Columns, NothingToDraw, chart
from vbp_sim.report.csv_table import column, table
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.runs.folder import RunFolder

#: by step: the event that begins it, the event that ends it, colour, hatching
STEPS = {
    "report": ("reporting-start", "reporting-end", style.SKY, ""),
    "review": ("reporting-end", "review-end", style.PALE, "///"),
    "document": ("document", "opening", style.ORANGE, ""),
    "result": ("result", "start", style.PALE, "..."),
    "supply": ("start", "term-end", style.BLUE, ""),
    "retention": ("assessment", "retention-paid", style.GREEN, "///"),
}


@chart("timeline")
def draw(run: RunFolder) -> Chart:
    """Draw the steps of all rounds as bars over time."""
    spans = collect(run)
    if not spans:
        raise NothingToDraw(say("timeline.nothing"))
    rounds = list(dict.fromkeys(spans["round"]))
    title = _title(spans, len(rounds))
    figure = style.page(run, title, say("timeline.how"), (10, 0.8 + 0.26 * len(spans["step"])))
    axes = figure.subplots()
    steps = [say(f"timeline.{step}") for step in spans["step"]]
    names = steps
    if len(rounds) > 1:
        each = zip(spans["round"], steps, strict=True)
        names = [say("timeline.of_round", round=style.label(name, 20), step=step) for name, step in each]
    at = marks.rows(axes, names)
    firsts, lasts = marks.days(spans["first"]), marks.days(spans["last"])
    for i, y in enumerate(at):
        _, _, colour, hatch = STEPS[spans["step"][i]]
        look: dict[str, Any] = {"color": colour, "edgecolor": style.INK, "hatch": hatch, "linewidth": 0.7}
        axes.barh(y, max(lasts[i] - firsts[i], 2.0), left=firsts[i], height=0.6, **look)
        days = [words.day(date) for date in dict.fromkeys((spans["first"][i], spans["last"][i]))]
        said = words.span(*days) if len(days) > 1 else days[0]
        marks.says(axes, said, (max(lasts[i], firsts[i] + 2), y), (5, 0), va="center", size=7.5)
    low, high = firsts.min(), lasts.max()
    axes.set_xlim(low - 0.02 * (high - low), high + 0.24 * (high - low) + 1)
    marks.month_axis(axes)
    axes.grid(axis="y", visible=False)
    return Chart(title, figure, spans | {"step": column(steps)}, [spots.rows([axes], at, range(len(at)))])


def collect(run: RunFolder) -> Columns:
    """Steps of each round that happened, in order of rounds and steps, each with its first and last date."""
    t = run.table("events", ["date", "kind", "round"])
    found = []
    for name in dict.fromkeys(t["round"].tolist()):
        for step, (begin, end, _, _) in STEPS.items():
            first, last = (t["date"][(t["round"] == name) & (t["kind"] == kind)] for kind in (begin, end))
            if len(first) and len(last):
                found.append({"round": name, "step": step, "first": first.min(), "last": last.max()})
    return table(found)


def _title(spans: Columns, rounds: int) -> str:
    first, last = words.day(spans["first"].min()), words.day(spans["last"].max())
    begin = dict(zip(spans["step"][::-1], spans["first"][::-1], strict=True))
    said = [say("timeline.title", rounds=words.counted(rounds, "round"), first=first, last=last)]
    if "supply" in begin and "report" in begin:
        months = (begin["supply"] - begin["report"]).astype(int) / 30.44
        said.append(say("timeline.title_months", n=f"{months:.0f}"))
    return words.clauses(said)
