"""Sanctions: what companies did, and what the law of credit makes of it. A sanction belongs to the owner.

world.sanctions.sanction("Group", "collusion", month, places)  # any part of the engine that finds something out
world.sanctions.suspended("Group", places)  # out of a round of some places today?
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import simpy

from vbp_sim.agents.supply.interface import Line
from vbp_sim.engine.clock import MONTH, Clock
from vbp_sim.engine.companies import Companies
from vbp_sim.facts import fact
from vbp_sim.rules.local.book import LawBook
from vbp_sim.rules.local.credit import RATINGS, ByPoints, Judged


@dataclass
class _Record:
    """A company's points in a province as they were on a day, and the days until which it is suspended there, ranks
    behind and counts as rated."""

    score: float = 0.0
    day: float = 0.0
    suspended: float = 0.0
    behind: float = 0.0
    rated: float = 0.0

    def add(self, judged: Judged, score: float, now: float) -> None:
        """Note what a sanction of today means."""
        self.score, self.day = score, now
        self.suspended = max(self.suspended, now + judged.suspended * MONTH)
        self.behind = max(self.behind, now + judged.behind * MONTH)
        self.rated = max(self.rated, now + judged.rated * MONTH)


class Sanctions:
    """The credit of all companies; each event is a row of the table `sanctions`, each bar from all rounds an event
    ``ban`` as well. ``province`` (places,) names the province that rates for each place."""

    def __init__(
        self,
        env: simpy.Environment,
        clock: Clock,
        laws: LawBook,
        province: Sequence[str],
        companies: Companies,
        log: Callable[..., None],
        row: Callable[..., None],
    ) -> None:
        self._env, self._clock, self._laws, self._province = env, clock, laws, province
        self._companies, self._log, self._row = companies, log, row
        self._known: dict[str, dict[str, _Record]] = {}

    def sanction(
        self, owner: str, event: str, month: int, places: Sequence[int], line: Line | None = None, *, named: bool = True
    ) -> float:
        """A company is found to have done something today; return the months for which it is out of all rounds.

        ``event`` is one of `vbp_sim.rules.local.credit.EVENTS`; each province of ``places`` rates it by the law of
        ``month``, and where a province has several the strictest counts, as for the violation list. ``line`` is the
        product that it is about, if any. Unless ``named``, tables and events say what followed and not for whom.
        """
        now, known = self._env.now, self._known.setdefault(owner, {})
        laws = {(self._province[p], id(rule)): rule for p in places if (rule := self._law(p, month))}
        listed = max(rule.listed_for(event) for rule in laws.values())
        rated: dict[str, tuple[Judged, float, float]] = {}
        for (province, _), rule in laws.items():
            if points := rule.points_of(event):
                before = known.get(province, _Record())
                score = rule.left(before.score, (now - before.day) / MONTH) + points
                one = (rule.judge(score), points, score)
                rated[province] = max(rated.get(province, one), one, key=_weight)
        for province, (judged, _, score) in rated.items():
            known.setdefault(province, _Record()).add(judged, score, now)
        if not (rated or listed):
            return 0.0
        province = max(rated, key=lambda name: _weight(rated[name]), default="")
        judged, points, score = rated.get(province, (Judged(0, 0.0, 0.0, 0.0), 0.0, 0.0))
        barred = listed
        if judged.suspended:
            barred = max(barred, self._national(known, min(rule.national_from for rule in laws.values())))
        day, rating = np.datetime64(self._clock.date(now), "D"), RATINGS[judged.rating - 1] if judged.rating else ""
        self._row(
            "sanctions", day, owner if named else "", event, *_about(line), points, score, rating, province,
            sum(one[0].rating > 0 for one in rated.values()), judged.suspended, listed, barred,
        )  # fmt: skip
        if barred > 0:
            self._companies.bar(owner, barred)
            if named:
                text = fact("barred", company=owner, months=barred)
                about: dict[str, Any] = {} if line else {"manufacturer": owner}
                self._log("ban", line, value=barred, text=text, **about)
        return barred

    def _national(self, known: dict[str, _Record], least: int) -> float:
        """Months for which at least so many provinces suspend a company at a time."""
        until = sorted((record.suspended for record in known.values()), reverse=True)
        return max(0.0, round((until[least - 1] - self._env.now) / MONTH, 6)) if len(until) >= least else 0.0

    def bars(self, event: str, month: int, places: Sequence[int]) -> float:
        """Return the months for which the law of some places keeps a company without a record out of their rounds for
        an event."""
        laws = {id(rule): rule for p in places if (rule := self._law(p, month))}
        return max(rule.bars(event) for rule in laws.values())

    def _law(self, place: int, month: int) -> ByPoints:
        rule: ByPoints = self._laws.part("credit", place, month)
        return rule

    def suspended(self, owner: str, places: Sequence[int]) -> bool:
        """Whether a company is out of a round today because all provinces of its ``places`` suspend it."""
        records = self._of(owner, places)
        return bool(records) and all(record.suspended > self._env.now for record in records)

    def behind(self, owner: str, places: Sequence[int]) -> bool:
        """Whether a company ranks behind others at an equal bid today in a round of some places."""
        return any(record.behind > self._env.now for record in self._of(owner, places))

    def rated(self, owner: str, place: int) -> bool:
        """Whether a company has a rating in force in a place today."""
        return any(record.rated > self._env.now for record in self._of(owner, [place]))

    def _of(self, owner: str, places: Sequence[int]) -> list[_Record]:
        """The records of a company with the provinces of some places."""
        known = self._known.get(owner)
        return [known.get(self._province[p], _Record()) for p in places] if known else []


def _weight(one: tuple[Judged, float, float]) -> tuple[float, int, float]:
    """What makes a sanction stricter than another."""
    return one[0].suspended, one[0].rating, one[1]


def _about(line: Line | None) -> tuple[str, str]:
    return ("", "") if line is None else (line.drug, line.manufacturer)
