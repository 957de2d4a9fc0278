"""Credit: what companies are sanctioned for, how they are rated, and what a rating means in later rounds.

    event -> points -> rating -> barred for months, ranked behind at an equal bid, a deposit; then repair

Example: `credit: {rule: points, barred: {serious: 18}, half_life: 12, behind: medium}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, NamedTuple

from pydantic import Field, model_validator

from vbp_sim.errors import nearest
from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.market import Market
from vbp_sim.scenario.parts import Rule, param, wrong

Rating = Literal["ordinary", "medium", "serious", "especially-serious"]
#: ratings from the mildest on, as since 2020; the revision of 2025 makes one of the first two
RATINGS: tuple[Rating, ...] = ("ordinary", "medium", "serious", "especially-serious")
#: what companies are sanctioned for, with its points unless a law says otherwise
EVENTS: Mapping[str, float] = {
    "default": 60.0,
    "failed-sample": 60.0,
    "recall": 90.0,
    "false-report": 30.0,
    "late-delivery": 10.0,
    "collusion": 90.0,
    "bribery": 60.0,
    "misconduct": 10.0,
    "grave-misconduct": 60.0,
}
#: events that nothing in a run brings about
_NEVER = ("false-report",)

Points = Annotated[float, Field(ge=0, le=1000)]
Months = Annotated[float, Field(ge=0, le=600)]


class Judged(NamedTuple):
    """What follows an event: the ``rating`` (0 = none, 1 = `RATINGS`[0], ...), and the months for which the company is
    ``barred``, ranked ``behind`` at an equal bid, and lodges a deposit (``rated``)."""

    rating: int
    barred: float
    behind: float
    rated: float


class Credit(Rule):
    """Kind: how companies are rated, and what follows."""

    kind: ClassVar[str] = "credit"


class ByPoints(Credit):
    """Points add up, are forgotten, and reach ratings."""

    rule: Literal["points"] = "points"
    points: dict[str, Points] = param(
        dict(EVENTS),
        "points of an event: default (a winner stops for good), failed-sample, recall (its plant fails an inspection), "
        "false-report, late-delivery, collusion, bribery, and misconduct or grave-misconduct that a run does not "
        "simulate; 0: no sanction",
        "points",
        "assumption, set so that default and recall are answered as the published cases were",
    )
    ratings: dict[Rating, Points] = param(
        {"ordinary": 10.0, "medium": 30.0, "serious": 60.0, "especially-serious": 90.0},
        "points from which a company has a rating",
        "points",
        "four ratings since 2020 (drugdu.com, credit evaluation); how a case reaches one is graded by provinces",
    )
    barred: dict[Rating, Months] = param(
        {"serious": 9.0, "especially-serious": 18.0},
        "months for which a rating keeps a company, with all its products, out of rounds",
        "months",
        "[S45]: 11 Aug 2021 to 10 May 2022 for a default; [S20]: about 18 months for a plant that failed, 2025",
        "S",
    )
    half_life: float = param(
        0.0,
        "time in which half of the points of a company are forgotten; 0: each event is judged alone",
        "months",
        "the system of 2020 rates case by case; adding up is an assumption to try, 6 to 36",
        "M",
        ge=0,
        le=600,
    )
    lasts: float = param(12.0, "time that a rating is in force", "months", "assumption, 6 to 36", ge=0, le=600)
    repair_after: float | None = param(
        None,
        "time after which a company has repaired its rating, and is barred no more; null: it waits for the end",
        "months",
        "repair by a cut of the price since June 2025 (drugdu.com); its time is not published, and what it costs is "
        "left out",
        "M",
        ge=0,
        le=600,
    )
    behind: Rating | None = param(
        None,
        "rating from which a company ranks behind others at an equal bid while it is in force; null: none does",
        "-",
        "supply scores favour a firm's rank next time [S46]; from which score is not published",
        "M",
    )
    deposit: Portion = param(
        0.0,
        "part of a year's agreed volume, at the selected price, that a winner with a rating in force lodges until the "
        "term ends; the treasury keeps it where the winner stops",
        "share",
        "assumption; no deposit of rated firms was found, tenders elsewhere ask 5 to 10 %",
        "U",
    )
    late_days: float | None = param(
        None,
        "days of shortage after which its supplier has delivered late; null: lateness is no event",
        "days",
        "assumption; provinces score the number and length of shortages [S46], the scale is not published",
        "U",
        ge=0,
        le=3650,
    )

    @model_validator(mode="after")
    def known_events(self) -> ByPoints:
        """Events are those of the table."""
        for event in self.points:
            if event not in EVENTS:
                raise wrong("points", f"there is no event '{event}'; {nearest(event, list(EVENTS))}")
        return self

    def judge(self, score: float) -> Judged:
        """What a score of points means."""
        reached = [r for r in RATINGS if score > 0 and score >= self.ratings.get(r, float("inf"))]
        if not reached:
            return Judged(0, 0.0, 0.0, 0.0)
        rating = RATINGS.index(reached[-1]) + 1
        soon = float("inf") if self.repair_after is None else self.repair_after
        barred, lasts = min(self.barred.get(reached[-1], 0.0), soon), min(self.lasts, soon)
        behind = self.behind is not None and rating > RATINGS.index(self.behind)
        return Judged(rating, barred, lasts if behind else 0.0, lasts)

    def bars(self, event: str) -> float:
        """Return the months for which a company without a record is barred for an event."""
        return self.judge(self.points.get(event, 0.0)).barred

    def left(self, score: float, months: float) -> float:
        """What is left of a score after some months."""
        return score * 0.5 ** (months / self.half_life) if self.half_life else 0.0

    def inert(self, market: Market) -> str:
        """See `Part.inert`."""
        if all(self.points.get(event) == EVENTS[event] for event in _NEVER):
            return ""
        return f"Credit: no part brings about {', '.join(_NEVER)}, so its points act on nothing."
