"""Sanctions: what companies did, and what the law of credit makes of it. A sanction belongs to the owner.

world.sanctions.sanction("Group", "collusion", month)  # any part of the engine that finds something out
world.sanctions.behind("Group")  # ranked behind others at an equal bid today?
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
from vbp_sim.rules.local.credit import RATINGS, ByPoints


@dataclass
class _Record:
    """A company's points as they were on a day, and the days until which it ranks behind and counts as rated."""

    score: float = 0.0
    day: float = 0.0
    behind: float = 0.0
    rated: float = 0.0


class Sanctions:
    """The credit of all companies; each event is a row of the table `sanctions`, each bar an event ``ban`` as well."""

    def __init__(
        self,
        env: simpy.Environment,
        clock: Clock,
        laws: LawBook,
        companies: Companies,
        log: Callable[..., None],
        row: Callable[..., None],
    ) -> None:
        self._env, self._clock, self._laws, self._companies = env, clock, laws, companies
        self._log, self._row = log, row
        self._known: dict[str, _Record] = {}

    def sanction(
        self, owner: str, event: str, month: int, places: Sequence[int] | None = None, line: Line | None = None, *,
        named: bool = True,
    ) -> float:  # fmt: skip
        """A company is found to have done something today; return the months for which it is barred for it.

        ``event`` is one of `vbp_sim.rules.local.credit.EVENTS`; ``month`` and ``places`` say whose law judges it: of
        several the one that bars longest; without places that of all. ``line`` is the product that it is about, if any.
        Unless ``named``, tables and events say what followed and not for whom.
        """
        now, mine = self._env.now, self._known.setdefault(owner, _Record())
        found = []
        for rule in self._at(month, places):
            points = rule.points.get(event, 0.0)
            score = rule.left(mine.score, (now - mine.day) / MONTH) + points if points else 0.0
            found.append((rule.judge(score), points, score))
        judged, points, score = max(found, key=lambda one: (one[0].barred, one[1]))
        if not points:
            return 0.0
        mine.score, mine.day = score, now
        mine.behind = max(mine.behind, now + judged.behind * MONTH)
        mine.rated = max(mine.rated, now + judged.rated * MONTH)
        day, rating = np.datetime64(self._clock.date(now), "D"), RATINGS[judged.rating - 1] if judged.rating else ""
        who = (owner if named else "", event, *_about(line))
        self._row("sanctions", day, *who, points, score, rating, judged.barred)
        if judged.barred > 0:
            self._companies.bar(owner, judged.barred)
            if named:
                text = fact("barred", company=owner, months=judged.barred)
                about: dict[str, Any] = {} if line else {"manufacturer": owner}
                self._log("ban", line, value=judged.barred, text=text, **about)
        return judged.barred

    def bars(self, event: str, month: int, places: Sequence[int]) -> float:
        """Return the months for which the law of some places bars a company without a record for an event."""
        return max(law.bars(event) for law in self._at(month, places))

    def _at(self, month: int, places: Sequence[int] | None) -> list[ByPoints]:
        """The different laws of credit of some places, of all if none are named."""
        here = range(len(self._laws.at)) if places is None else places
        return list({id(rule): rule for p in here if (rule := self._laws.part("credit", p, month))}.values())

    def behind(self, owner: str) -> bool:
        """Whether a company ranks behind others at an equal bid today."""
        return owner in self._known and self._known[owner].behind > self._env.now

    def rated(self, owner: str) -> bool:
        """Whether a company has a rating in force today."""
        return owner in self._known and self._known[owner].rated > self._env.now


def _about(line: Line | None) -> tuple[str, str]:
    return ("", "") if line is None else (line.drug, line.manufacturer)
