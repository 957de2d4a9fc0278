"""The dates of the policy, as charts over time mark them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from vbp_sim.report.charts import marks, style
from vbp_sim.report.words import words
from vbp_sim.report.words.language import say
from vbp_sim.runs.folder import RunFolder

#: events that are marked; their words are messages of the area ``calendar``; the earliest of each round is shown
STEPS = ("reporting-start", "opening", "start", "term-end")


class Mark(NamedTuple):
    """One date of one round, and what happens then."""

    date: np.datetime64
    words: str


def policy_dates(run: RunFolder) -> list[Mark]:
    """The earliest date of each step of each round, by time; with more than two rounds only the starts."""
    events = run.table("events", ["date", "kind", "round"])
    first: dict[tuple[str, str], np.datetime64] = {}
    wanted = np.isin(events["kind"].astype(str), STEPS)
    for date, kind, name in zip(*(events[c][wanted] for c in ("date", "kind", "round")), strict=True):
        first[kind, name] = min(date, first.get((kind, name), date))
    rounds = {name for _, name in first}
    found = []
    for (kind, name), date in first.items():
        if len(rounds) <= 2 or kind == "start":
            step = say(f"calendar.{kind}")
            said = step if len(rounds) == 1 else say("timeline.of_round", round=style.label(name, 18), step=step)
            found.append(Mark(date, said))
    return sorted(found, key=lambda mark: mark.date)


def contract_months(run: RunFolder) -> npt.NDArray[Any]:
    """Months in which a contract runs in any replication, in order."""
    use = run.table("use", ["month", "agreed"])
    return np.unique(use["month"][use["agreed"] > 0])


def mark_dates(axes: Axes, dates: list[Mark], *, inches: float = 0.0) -> None:
    """Draw dates as thin lines; set the limits of the axes first.

    With ``inches``, the width of the axes, their words stand above, on as many lines as they need.
    """
    low, high = axes.get_xlim()
    ends: list[float] = []  # where the words on each line end, inches
    for mark in dates:
        day = float(marks.days(np.array(mark.date)))
        if not low <= day <= high:
            continue
        axes.axvline(day, color=style.INK, linewidth=0.8, linestyle=(0, (2, 2)), zorder=1)
        if inches:
            said = f"{mark.words} {words.day(mark.date)}"
            at, length = (day - low) / (high - low) * inches, 0.068 * words.width(said) + 0.1
            start = at if at + length <= inches else at - length
            line = next((i for i, end in enumerate(ends) if end <= start), len(ends))
            ends[line : line + 1] = [start + length]
            x, side = (3, "right") if start < at else (-1, "left")
            look: dict[str, Any] = {"xycoords": ("data", "axes fraction"), "size": 7.5, "color": style.GREY}
            marks.says(axes, said, (day, 1), (x, 2 + 10 * line), ha=side, va="bottom", **look)
