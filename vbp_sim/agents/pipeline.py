"""The pipeline of consistency evaluations: a firm files long before it qualifies, and what it spends is sunk by then.

    filings = growth x (markup / usual markup)^answers,   at most ``most_times`` the usual number
    markup  = price of the drug today / own cost - 1

Firms qualify as under `entry-and-learning`, for which an evaluation takes `USUAL` months; where it takes others, who
files comes so much earlier or later. Who qualifies in the first `USUAL` months filed before the simulation began: it is
known, and comes whatever happens. Of the others each decides on the day on which it would file; where firms answer to
profit, nobody files for a drug whose profit of ``counted_years`` does not cover the evaluation. Bids are another
decision: what was spent is no part of a cost then.

A filing that nobody makes without an answer keeps its draw, so that answers add or take away firms and change no other.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from vbp_sim.agents.firms.interface import Products
from vbp_sim.agents.industry import EntryAndLearning, Floats, Prospect
from vbp_sim.scenario.parts import param
from vbp_sim.streams import Streams

_MONTH = 365.25 / 12
#: months that an evaluation takes where firms qualify at the usual times
USUAL = 24.0
#: what firms are called that file only where an evaluation pays more than usual
FURTHER = "further entrant"


class Pipeline(EntryAndLearning):
    """Entry by evaluations that are filed years ahead, as many as their profit attracts; the rest as
    `EntryAndLearning`."""

    model: Literal["pipeline"] = "pipeline"  # type: ignore[assignment]
    evaluation_months: float = param(
        24.0,
        "time from the filing of an evaluation until the firm may bid",
        "months",
        "12 to 36, of it review 6 to 12, no page found",
        "M",
        gt=0,
        le=120,
    )
    evaluation_cost: float = param(
        4e6, "cost of an evaluation, sunk once it is filed", "yuan", "2 to 8 million, no page found", "M", ge=0, le=1e9
    )
    answers: float = param(
        0.0,
        "how the number of filings answers to the markup of the drug: 0 not at all, 1 in proportion",
        "elasticity",
        "assumption, 0 to 1.5: over 1,000 approvals a year since 2020, but no study of what drew them",
        ge=0,
        le=5,
    )
    usual_markup: float = param(
        1.0,
        "markup over the own cost at which firms file as often as `growth` says",
        "share of the cost",
        "assumption: 1.2 new firms a drug and year x (price / cost - 1), mean 1.2",
        gt=0,
        le=100,
    )
    most_times: float = param(3.0, "most filings over the usual number, however large the markup", "x", ge=1, le=20)
    counted_years: float = param(
        5.0, "years of profit that an evaluation must pay for where firms answer to it", "years", gt=0, le=30
    )

    def entering(self, products: Products, drugs: tuple[str, ...], years: float, luck: Streams) -> Products:
        """See `Industry.entering`: the usual entrants, and behind them those that file only for more profit."""
        years += max(0.0, USUAL - self.evaluation_months) / 12
        found = super().entering(products, drugs, years, luck)
        for d, drug in enumerate(drugs if self.answers else ()):
            days = self._days(drug, len(products.of(d)), years, luck, self.most_times - 1, "industry.further")
            days = [day for day in days if day >= USUAL * _MONTH]
            if days:
                found = self._added(found, d, drug, days, luck, FURTHER)
        usual, mine = found.since, self.evaluation_months * _MONTH
        later = usual - USUAL * _MONTH
        since = np.where(later < 0, usual * (self.evaluation_months / USUAL), later + mine)
        return replace(found, since=usual if self.evaluation_months == USUAL else since)

    def filed(self, products: Products) -> Floats:
        """See `Industry.filed`."""
        ahead = products.since - self.evaluation_months * _MONTH
        return np.where((products.since > 0) & (ahead >= 0), ahead, -np.inf)

    def files(self, prospect: Prospect, luck: Streams) -> bool:
        """See `Industry.files`."""
        if self.answers == 0:
            return True
        margin = prospect.price - prospect.cost
        if margin * prospect.units * self.counted_years < self.evaluation_cost:
            return False
        times = min(self.most_times, (max(0.0, margin) / prospect.cost / self.usual_markup) ** self.answers)
        fate = float(luck.uniform("industry.files", prospect.drug, prospect.manufacturer))
        if prospect.manufacturer.startswith(FURTHER):
            return bool(fate * (self.most_times - 1) < times - 1)
        return bool(fate < times)

    def spent(self) -> float:
        """See `Industry.spent`."""
        return self.evaluation_cost
