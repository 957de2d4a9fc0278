"""Rules of thumb and recorded bids: bounds, addresses and directions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vbp_sim.agents.bidding.interface import Opening
from vbp_sim.agents.bidding.recorded import Recorded
from vbp_sim.agents.bidding.rules_of_thumb import RulesOfThumb
from vbp_sim.streams import Streams


def opening(n: int = 6, winners: int = 3, originators: int = 1, drug: str = "alpha", **values: Any) -> Opening:
    known: dict[str, Any] = {
        "round": "first", "drug": drug, "ceiling": 10.0, "winners": winners,
        "manufacturer": tuple(f"firm {i}" for i in range(n)), "originator": np.arange(n) < originators,
        "cost": np.full(n, 2.0), "pre_price": np.full(n, 12.0), "real_bid": np.full(n, np.nan),
        "pre_share": np.full(n, 0.1),
    }  # fmt: skip
    return Opening(**{**known, **values})


def mean_generic_bid(model: RulesOfThumb, one: Opening, n: int = 300) -> float:
    bids = np.array([model.bids(one, Streams(k, 0)) for k in range(n)])
    return float(bids[:, ~one.originator].mean())


@given(st.integers(0, 10**6), st.integers(0, 12), st.integers(1, 9), st.integers(0, 3), st.floats(0.01, 1.2))
def test_generics_bid_within_the_ceiling(seed: int, n: int, winners: int, originators: int, cost: float) -> None:
    one = opening(n, winners, originators, cost=np.full(n, 10 * cost))
    bids = RulesOfThumb().bids(one, Streams(seed, 0))
    assert bids.shape == (n,)
    generic = bids[~one.originator]
    assert (((generic > 0) & (generic <= 10.0)) | (np.isnan(generic) & (cost > 1))).all()
    assert (bids[one.originator] <= 12.0).all()


def test_more_rivals_and_lower_costs_mean_lower_bids() -> None:
    model = RulesOfThumb(hold_out=0.0)
    by_rivals = [mean_generic_bid(model, opening(n, 3)) for n in (5, 8, 12)]
    assert by_rivals == sorted(by_rivals, reverse=True)
    by_cost = [mean_generic_bid(model, opening(8, 3, cost=np.full(8, c))) for c in (0.5, 1.0, 2.0)]
    assert by_cost == sorted(by_cost)


def test_where_nobody_can_lose_bids_stay_near_the_ceiling() -> None:
    model = RulesOfThumb(hungry=0.0)
    assert mean_generic_bid(model, opening(3, 3, 0)) > 0.9 * 10 > mean_generic_bid(model, opening(4, 3, 0))


def test_an_originator_far_above_the_ceiling_stays_away() -> None:
    model = RulesOfThumb(walk_away_spread=0.0)
    far, near = (opening(2, 1, 1, pre_price=np.array([price, 12.0])) for price in (100.0, 12.0))
    assert (model.bids(far, Streams(1, 0)) > 10.0)[0]
    assert (model.bids(near, Streams(1, 0)) <= 10.0)[0]


def test_t12_prices_and_costs_in_another_unit_give_the_same_cuts() -> None:
    a = RulesOfThumb().bids(opening(), Streams(1, 0))
    one = opening(ceiling=10e3, cost=np.full(6, 2e3), pre_price=np.full(6, 12e3))
    np.testing.assert_allclose(RulesOfThumb().bids(one, Streams(1, 0)), a * 1e3)


def test_t13_a_firm_bids_the_same_wherever_it_stands() -> None:
    one = opening(7, cost=np.linspace(1, 3, 7))
    turned = opening(7, manufacturer=one.manufacturer[::-1], originator=one.originator[::-1], cost=one.cost[::-1])
    luck = Streams(1, 0)
    np.testing.assert_array_equal(RulesOfThumb().bids(turned, luck), RulesOfThumb().bids(one, luck)[::-1])


def test_offers_below_cost_and_no_offers_are_turned_down() -> None:
    one, offers = opening(4, originators=0), np.array([0.0, 1.9, 2.0, 9.0])
    for model in (RulesOfThumb(hold_out=0.0), Recorded()):
        assert model.accepts(one, offers, Streams(1, 0)).tolist() == [False, False, True, True]


def test_an_originator_refuses_what_covers_its_cost_but_not_its_pride() -> None:
    """It walks away under half of its price before, 12, although a unit costs 2."""
    model = RulesOfThumb(walk_away=0.5, walk_away_spread=0.0, hold_out=0.0)
    offers = np.array([2.0, 5.9, 6.1, 2.0])
    assert model.accepts(opening(4, originators=3), offers, Streams(1, 0)).tolist() == [False, False, True, True]


def test_the_only_generic_may_hold_out() -> None:
    one, offers = opening(2, 1, 1), np.array([9.9, 9.9])
    answers = [bool(RulesOfThumb(hold_out=0.4).accepts(one, offers, Streams(k, 0))[1]) for k in range(500)]
    assert np.mean(answers) == pytest.approx(0.6, abs=0.08)


def test_recorded_bids_are_the_real_ones() -> None:
    real = np.array([1.0, np.nan, 20.0])
    np.testing.assert_array_equal(Recorded().bids(opening(3, real_bid=real), Streams(1, 0)), real)


def test_no_generic_bids_below_its_cost_and_none_quotes_that_cannot_cover_it() -> None:
    for seed in range(50):
        one = opening(4, winners=4, originators=0, cost=np.array([2.0, 9.0, 9.99, 12.0]))
        bids = RulesOfThumb(safe_discount=0.5).bids(one, Streams(seed, 0))
        assert (bids[:3] >= one.cost[:3]).all()
        assert np.isnan(bids[3])
