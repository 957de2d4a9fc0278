"""A ring: some generics agree who wins. One member bids as if the others were gone, the others bid the ceiling.

A variant of `best_response` for stress tests of the rules: batch 11 names bid rigging as its concern [S29]. The ring
is drawn drug by drug; its lowest-cost member is the one that competes. With too few members nothing changes, nor where
it does not pay. A ring forms if, together and over the contract,

    gain > weighs x chance x (ban / 12 x yearly profit of all lines of its companies + recovery x overcharge
                              + profit of the win in what is left of the contract, where it is lost) e^(-r lag)

profits and prices being those that its members expect with the ring less those without (`rules.collusion` says the
rest). What they agree among themselves about the gain is theirs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import fields, replace
from math import exp
from typing import Any, Literal

import numpy as np

from vbp_sim.agents.bidding.addressed import uniforms
from vbp_sim.agents.bidding.best_response import BestResponse, needed
from vbp_sim.agents.bidding.interface import Bools, Floats, Opening, Ring
from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.parts import param
from vbp_sim.streams import Streams

Ints = np.ndarray[tuple[int, ...], np.dtype[np.intp]]


class CollusionRing(BestResponse):
    """Best response, but members of a ring leave the field to one of them."""

    model: Literal["collusion-ring"] = "collusion-ring"  # type: ignore[assignment]
    members: Portion = param(0.5, "part of the generics of a drug that belong to the ring", "share")
    rigged: Portion = param(1.0, "chance that a drug has a ring", "probability")
    weighs: float = param(
        1.0,
        "how much members fear what follows if they are found; 0: a ring forms whatever follows",
        "x",
        "assumption, 0 to 2: nothing is known of how firms weigh it",
        ge=0,
        le=10,
    )
    interest: float = param(
        0.055, "yearly rate at which members discount a late sanction", "per year", "0.04 to 0.08", "M", ge=0, le=1
    )

    def bids(self, opening: Opening, luck: Streams) -> Floats:
        """See `Bidding.bids`; a drug by itself weighs its own profit alone."""
        ring = self.rings([replace(opening, burden=None)], luck)[0]
        return super().bids(opening, luck) if ring is None else self._led(opening, ring.member, luck)

    def round(self, openings: Sequence[Opening], luck: Streams) -> list[Floats]:
        """See `Bidding.round`."""
        if self.shared_capacity is not None:
            return super().round(openings, luck)
        return [
            super(CollusionRing, self).bids(o, luck) if ring is None else self._led(o, ring.member, luck)
            for o, ring in zip(openings, self.rings(openings, luck), strict=True)
        ]

    def rings(self, openings: Sequence[Opening], luck: Streams) -> list[Ring | None]:
        """See `Bidding.rings`; where plants are shared each drug weighs its own profit alone."""
        if self.shared_capacity is not None and len(openings) > 1:
            return [self.rings([o], luck)[0] for o in openings]
        members = [self.ring(o, luck) for o in openings]
        tried = [Ring(m, super(CollusionRing, self).bids(o, luck)) for o, m in zip(openings, members, strict=True)]
        lines = Counter[str]()
        for o, one in zip(openings, tried, strict=True):
            profit = self._profits(o, one.alone, self.expected(o, one.alone, luck))
            for company, yuan in zip(o.company, profit.tolist(), strict=True):
                lines[company] += max(0.0, yuan)
        return [
            one if one.member.sum() >= 2 and self._pays(o, one, lines, luck) else None
            for o, one in zip(openings, tried, strict=True)
        ]

    def ring(self, opening: Opening, luck: Streams) -> Bools:
        """Who would belong to the ring of a drug: each generic by its own draw, if there is a ring."""
        if float(luck.uniform("bidding.ring", opening.round, opening.drug)) >= self.rigged:
            return np.zeros(len(opening.cost), dtype=np.bool_)
        return np.asarray((uniforms(opening, luck, "member") < self.members) & ~opening.originator)

    def _led(self, opening: Opening, member: Bools, luck: Streams) -> Floats:
        """Bids with a ring."""
        field, bids = _field(opening, member), np.full(len(member), opening.ceiling)
        bids[field] = super().bids(_of(opening, field), luck)
        return bids

    def _pays(self, opening: Opening, ring: Ring, lines: Counter[str], luck: Streams) -> bool:
        """Whether members gain more than they fear to lose; ``lines`` is the yearly profit of each company."""
        if self.weighs == 0:
            return True
        member, law, case = ring.member, needed(opening).rules.collusion, self.case(opening)
        bids, field = self._led(opening, member, luck), _field(opening, member)
        units = self.expected(opening, bids, luck)
        units[field] = self.expected(_of(opening, field), bids[field], luck)
        before = self._profits(opening, ring.alone, self.expected(opening, ring.alone, luck))
        profit = self._profits(opening, bids, units)[member].sum()
        years = case.years[max(1, min(opening.winners, case.qualified))]
        gain = years * float(profit - before[member].sum())
        lost = max(0.0, years - law.lag_months / 12) * float(profit) if law.win_lost else 0.0
        over = years * float((units * overcharge(bids, ring.alone))[member].sum())
        companies = sorted({opening.company[i] for i in np.flatnonzero(member)})
        barred = needed(opening).barred / 12 * sum(lines[name] for name in companies)
        late = exp(-self.interest * law.lag_months / 12)
        return gain > self.weighs * law.chance * (barred + law.recovery * over + lost) * late

    @staticmethod
    def _profits(opening: Opening, bids: Floats, units: Floats) -> Floats:
        """Yearly profit of each firm with ``units``; 0 without a bid."""
        return np.asarray(np.nan_to_num(bids - opening.cost) * units)


def overcharge(price: Floats, alone: Floats) -> Floats:
    """What each firm asks more than it would have alone, yuan per unit; nothing where it would have said nothing."""
    return np.maximum(0.0, np.nan_to_num(price - alone))


def _field(opening: Opening, member: Bools) -> Ints:
    """Who competes: all outside the ring, and its member with the lowest cost."""
    outside = ~member
    outside[np.flatnonzero(member)[np.argmin(opening.cost[member])]] = True
    return np.flatnonzero(outside)


def _of(opening: Opening, firms: Ints) -> Opening:
    """The opening as it is for some of its firms."""
    kept: dict[str, Any] = {
        f.name: value[firms] for f in fields(opening) if isinstance(value := getattr(opening, f.name), np.ndarray)
    }
    names, owners = (tuple(column[i] for i in firms) for column in (opening.manufacturer, opening.company))
    elsewhere = None if opening.elsewhere is None else opening.elsewhere.of(firms)
    return replace(opening, manufacturer=names, owner=owners, elsewhere=elsewhere, **kept)
