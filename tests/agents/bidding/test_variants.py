"""The ring."""

from __future__ import annotations

import numpy as np
from bidding_making import opening, rules

from vbp_sim.agents.bidding.best_response import BestResponse
from vbp_sim.agents.bidding.collusion_ring import CollusionRing
from vbp_sim.streams import Streams

COSTS = [0.15, 0.18, 0.2, 0.22, 0.25, 0.28]


def test_a_ring_raises_prices_and_leaves_the_field_to_its_cheapest() -> None:
    made = opening(COSTS, rules("batch-3"))
    free = [np.sort(BestResponse(aloof=0).bids(made, Streams(1, r)))[:4].mean() for r in range(20)]
    ring = CollusionRing(aloof=0, members=1.0)
    rigged = [ring.bids(made, Streams(1, r)) for r in range(20)]
    assert np.mean([np.sort(b)[:4].mean() for b in rigged]) > np.mean(free)
    assert all((b[1:] == made.ceiling).all() for b in rigged)


def test_without_members_the_ring_is_best_response() -> None:
    made = opening(COSTS, rules("batch-3"), originators=1)
    for model in (CollusionRing(members=0.0), CollusionRing(rigged=0.0)):
        np.testing.assert_array_equal(model.bids(made, Streams(2, 0)), BestResponse().bids(made, Streams(2, 0)))
