"""A ring: some generics agree who wins. One member bids as if the others were gone, the others bid the ceiling.

A variant of `best_response` for stress tests of the rules: batch 11 names bid rigging as its concern [S29]. The ring
is drawn drug by drug; its lowest-cost member is the one that competes. With too few members nothing changes.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, Literal

import numpy as np

from vbp_sim.agents.bidding.addressed import uniforms
from vbp_sim.agents.bidding.best_response import BestResponse
from vbp_sim.agents.bidding.interface import Bools, Floats, Opening
from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.parts import param
from vbp_sim.streams import Streams


class CollusionRing(BestResponse):
    """Best response, but members of a ring leave the field to one of them."""

    model: Literal["collusion-ring"] = "collusion-ring"  # type: ignore[assignment]
    members: Portion = param(0.5, "part of the generics of a drug that belong to the ring", "share")
    rigged: Portion = param(1.0, "chance that a drug has a ring", "probability")

    def bids(self, opening: Opening, luck: Streams) -> Floats:
        """See `Bidding.bids`."""
        ring = self.ring(opening, luck)
        if ring.sum() < 2:
            return super().bids(opening, luck)
        first = int(np.flatnonzero(ring)[np.argmin(opening.cost[ring])])
        outside = ~ring
        outside[first] = True
        field = np.flatnonzero(outside)
        bids = np.full(len(ring), opening.ceiling)
        bids[field] = super().bids(_without(opening, field), luck)
        return bids

    def ring(self, opening: Opening, luck: Streams) -> Bools:
        """Who belongs to the ring of a drug: each generic by its own draw, if there is a ring."""
        if float(luck.uniform("bidding.ring", opening.round, opening.drug)) >= self.rigged:
            return np.zeros(len(opening.cost), dtype=np.bool_)
        return np.asarray((uniforms(opening, luck, "member") < self.members) & ~opening.originator)


def _without(opening: Opening, field: np.ndarray[tuple[int, ...], np.dtype[np.intp]]) -> Opening:
    """The opening as it is for some of its firms."""
    kept: dict[str, Any] = {
        f.name: value[field] for f in fields(opening) if isinstance(value := getattr(opening, f.name), np.ndarray)
    }
    names, owners = (tuple(column[i] for i in field) for column in (opening.manufacturer, opening.company))
    elsewhere = None if opening.elsewhere is None else opening.elsewhere.of(field)
    return replace(opening, manufacturer=names, owner=owners, elsewhere=elsewhere, **kept)
