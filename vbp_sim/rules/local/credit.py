"""Credit: what companies are sanctioned for, and the two things that follow.

    event -> the violation list of the joint procurement office: out of all rounds for months
    event -> points -> rating by a province: suspended there for months, ranked behind, a deposit; then repair

Suspended in `national_from` provinces at a time, a company is out of all rounds.

Example: `credit: {rule: points, listed: {default: 18}, suspended: {serious: 12}, half_life: 12, behind: medium}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, NamedTuple

from pydantic import Field, field_validator

from vbp_sim.errors import nearest
from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.parts import Rule, param

Rating = Literal["ordinary", "medium", "serious", "especially-serious"]
#: ratings from the mildest on, as since 2020; the revision of 2025 makes one of the first two
RATINGS: tuple[Rating, ...] = ("ordinary", "medium", "serious", "especially-serious")
#: what companies are sanctioned for: its points, and the months on the violation list, unless a law says otherwise
EVENTS: Mapping[str, tuple[float, float]] = {
    "default": (60.0, 9.0),
    "failed-sample": (60.0, 9.0),
    "recall": (90.0, 18.0),
    "late-delivery": (10.0, 0.0),
    "collusion": (90.0, 18.0),
    "bribery": (60.0, 9.0),
    "false-report": (30.0, 9.0),
    "misconduct": (10.0, 0.0),
    "grave-misconduct": (60.0, 0.0),
}
#: months of suspension of a rating, unless a law says otherwise
_SUSPENDED: Mapping[Rating, float] = {"serious": 9.0, "especially-serious": 18.0}
_POINTS, _LISTED = ({event: told[i] for event, told in EVENTS.items()} for i in range(2))

Points = Annotated[float, Field(ge=0, le=1000)]
Months = Annotated[float, Field(ge=0, le=600)]


class Judged(NamedTuple):
    """What a score means in a province: the ``rating`` (0 = none, 1 = `RATINGS`[0], ...), and the months for which the
    company is ``suspended``, ranked ``behind`` at an equal bid, and lodges a deposit (``rated``)."""

    rating: int
    suspended: float
    behind: float
    rated: float


class Credit(Rule):
    """Kind: how companies are rated, and what follows."""

    kind: ClassVar[str] = "credit"


class ByPoints(Credit):
    """Points add up, are forgotten, and reach ratings; some events put a company on the violation list as well."""

    rule: Literal["points"] = "points"
    points: dict[str, Points] = param(
        _POINTS,
        "points of an event: default (a winner stops for good), failed-sample, recall (its plant fails an inspection), "
        "late-delivery, collusion, and what `behaviour.conduct` has a rate for: bribery, false-report, misconduct, "
        "grave-misconduct; 0: no rating; events that are left out keep theirs",
        "points",
        "assumption: the default of 2021 was rated serious by Shandong (yaochangyun.com), the ring of batch 7 and "
        "failed plants are taken to be especially serious",
    )
    listed: dict[str, Months] = param(
        _LISTED,
        "months for which an event puts a company on the violation list, out of all rounds with all its products; "
        "events that are left out keep theirs",
        "months",
        "[S45]: 11 Aug 2021 to 10 May 2022 for a default; [S20]: about 18 months for a plant that failed, 2025; a ring "
        "9 to 24; others are assumptions",
        "S",
    )
    ratings: dict[Rating, Points] = param(
        {"ordinary": 10.0, "medium": 30.0, "serious": 60.0, "especially-serious": 90.0},
        "points from which a company has a rating",
        "points",
        "four ratings since 2020 (drugdu.com, credit evaluation); how a case reaches one is graded by provinces",
    )
    suspended: dict[Rating, Months] = param(
        dict(_SUSPENDED),
        "months for which a rating keeps a company, with all its products, out of rounds of the province that rates "
        "it; ratings that are left out keep theirs",
        "months",
        "assumption, 6 to 24; Shandong took the product of the default of 2021 off its platform for three years",
        "M",
    )
    national_from: int = param(
        2,
        "provinces that suspend a company at a time from which on it is out of all rounds",
        "provinces",
        "several provinces make a rating national; how many is not published",
        "M",
        ge=1,
        le=100,
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
        "time after which a company has repaired its rating, and is suspended no more; the list is not repaired; null: "
        "it waits for the end",
        "months",
        "repair by a cut of the price since June 2025 (drugdu.com); its time is not published, and what it costs is "
        "left out",
        "M",
        ge=0,
        le=600,
    )
    behind: Rating | None = param(
        None,
        "rating from which a company ranks behind others at an equal bid in rounds with a province where it is in "
        "force; null: none does",
        "-",
        "supply scores favour a firm's rank next time [S46]; from which score is not published",
        "M",
    )
    deposit: Portion = param(
        0.0,
        "part of a year's agreed volume, at the selected price, that a winner lodges for places where "
        "it has a rating in force, until the term ends; the treasury keeps it where the winner stops",
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

    @field_validator("points", "listed")
    @classmethod
    def known_events(cls, told: dict[str, float]) -> dict[str, float]:
        """Events are those of the table."""
        for event in told:
            if event not in EVENTS:
                raise ValueError(f"there is no event '{event}'; {nearest(event, list(EVENTS))}")
        return told

    def points_of(self, event: str) -> float:
        """Points of an event."""
        return self.points.get(event, _POINTS[event])

    def listed_for(self, event: str) -> float:
        """Months for which an event puts a company on the violation list."""
        return self.listed.get(event, _LISTED[event])

    def judge(self, score: float) -> Judged:
        """What a score of points means."""
        reached = [r for r in RATINGS if score > 0 and score >= self.ratings.get(r, float("inf"))]
        if not reached:
            return Judged(0, 0.0, 0.0, 0.0)
        rating = RATINGS.index(reached[-1]) + 1
        soon = float("inf") if self.repair_after is None else self.repair_after
        months = self.suspended.get(reached[-1], _SUSPENDED.get(reached[-1], 0.0))
        suspended, lasts = min(months, soon), min(self.lasts, soon)
        behind = self.behind is not None and rating > RATINGS.index(self.behind)
        return Judged(rating, suspended, lasts if behind else 0.0, lasts)

    def bars(self, event: str) -> float:
        """Return the months for which a company without a record is kept out of rounds of provinces that all rate it
        for an event."""
        return max(self.listed_for(event), self.judge(self.points_of(event)).suspended)

    def left(self, score: float, months: float) -> float:
        """What is left of a score after some months."""
        return score * 0.5 ** (months / self.half_life) if self.half_life else 0.0
