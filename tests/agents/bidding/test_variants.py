"""The ring."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from bidding_making import opening, rules

from vbp_sim.agents.bidding.best_response import BestResponse
from vbp_sim.agents.bidding.collusion_ring import CollusionRing, overcharge
from vbp_sim.agents.bidding.interface import Opening
from vbp_sim.streams import Streams

COSTS = [0.15, 0.18, 0.2, 0.22, 0.25, 0.28]


def test_a_ring_raises_prices_and_leaves_the_field_to_its_cheapest() -> None:
    made = opening(COSTS, rules("batch-3"))
    free = [np.sort(BestResponse(aloof=0).bids(made, Streams(1, r)))[:4].mean() for r in range(20)]
    ring = CollusionRing(aloof=0, members=1.0, weighs=0)
    rigged = [ring.bids(made, Streams(1, r)) for r in range(20)]
    assert np.mean([np.sort(b)[:4].mean() for b in rigged]) > np.mean(free)
    assert all((b[1:] == made.ceiling).all() for b in rigged)


def test_without_members_the_ring_is_best_response() -> None:
    made = opening(COSTS, rules("batch-3"), originators=1)
    for model in (CollusionRing(members=0.0), CollusionRing(rigged=0.0)):
        np.testing.assert_array_equal(model.bids(made, Streams(2, 0)), BestResponse().bids(made, Streams(2, 0)))


def facing(barred: float, **law: Any) -> Opening:
    """An opening in which a ring that is found is barred for so many months."""
    made = opening(COSTS, rules("batch-3", **law))
    return replace(made, conditions=replace(made.conditions, barred=barred))


def formed(weighs: float = 1.0, seeds: int = 12, barred: float = 18.0, **law: float) -> int:
    """Rings of all generics under some sanctions, of so many draws."""
    made = facing(barred, collusion={"rule": "sanctions", **law})
    model = CollusionRing(aloof=0, members=1.0, weighs=weighs)
    return sum(model.rings([made], Streams(1, r))[0] is not None for r in range(seeds))


def test_rings_form_where_they_pay_and_the_more_they_fear_the_fewer() -> None:
    assert formed(weighs=0, found=1.0) == 12
    usual = formed()
    assert 12 > usual > 0
    assert formed(found=0.0) >= usual >= formed(found=0.4) > formed(found=1.0, recovery=1.5)
    assert formed(found=0.4) >= formed(found=0.4, barred=60) >= formed(found=0.4, barred=600)
    assert formed(found=0.1, leniency=0.3) == formed(found=0.4)
    assert formed(found=0.4, lag_months=240) >= formed(found=0.4)
    at_once = {"found": 0.3, "lag_months": 0.0}
    assert formed(**at_once, win_lost=False) > formed(**at_once, win_lost=True)


def test_a_ban_costs_the_profit_of_all_lines_of_a_company() -> None:
    """A company with a second drug that earns much stays out of a ring that it would join for one drug alone."""
    harsh = {"rule": "sanctions", "found": 0.3, "recovery": 0.0}
    one = facing(24.0, collusion=harsh)
    other = replace(one, drug="second", conditions=replace(one.conditions, reported=1e10))
    model = CollusionRing(aloof=0, members=1.0)
    alone = [model.rings([one], Streams(1, r))[0] is not None for r in range(12)]
    beside = [model.rings([one, other], Streams(1, r))[0] is not None for r in range(12)]
    assert sum(beside) < sum(alone)
    assert not any(b and not a for a, b in zip(alone, beside, strict=True))


def test_bids_of_a_round_are_those_of_its_rings() -> None:
    made = opening(COSTS, rules("batch-3"))
    model = CollusionRing(aloof=0, members=1.0)
    for r in range(8):
        luck = Streams(1, r)
        ring, (bids,) = model.rings([made], luck)[0], model.round([made], luck)
        alone = BestResponse(aloof=0).bids(made, luck)
        np.testing.assert_array_equal(bids, model.bids(made, luck))
        if ring is None:
            np.testing.assert_array_equal(bids, alone)
        else:
            np.testing.assert_array_equal(ring.alone, alone)
            assert (bids[1:] == made.ceiling).all()


def test_nothing_is_charged_too_much_where_a_firm_asks_less_or_would_have_said_nothing() -> None:
    np.testing.assert_array_equal(overcharge(np.array([3.0, 1.0, 2.0]), np.array([2.0, 2.0, np.nan])), [1.0, 0.0, 0.0])
