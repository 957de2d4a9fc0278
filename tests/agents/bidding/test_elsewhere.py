"""What linked prices cost elsewhere, by hand, and what bidders make of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from bidding_making import ASSUMED, opening
from hypothesis import given
from hypothesis import strategies as st

from vbp_sim.agents.bidding.best_response import BestResponse
from vbp_sim.agents.bidding.elsewhere import Elsewhere
from vbp_sim.agents.bidding.rules_of_thumb import RulesOfThumb
from vbp_sim.streams import Streams


def sold(volume: float, firms: int = 4, price: float = 12.0) -> Elsewhere:
    """Every firm sells so much in each of two places, one linked at 1.5, one at 1 after half a year."""
    return Elsewhere(
        np.full((firms, 2), volume), np.full((firms, 2), price), np.array([1.5, 1.0]), np.array([0.0, 0.5])
    )


def test_loss_by_hand() -> None:
    """Over two years: 100 x 2 x (12 - 1.5 x 6) + 100 x 1.5 x (12 - 6)."""
    over = sold(100.0).over(1.0, 1.0, 2.0, 1.0)
    np.testing.assert_allclose(over.loss(np.array([[6.0]])), 200 * 3 + 150 * 6)
    np.testing.assert_allclose(over.loss(np.array([[12.0]])), 0)
    np.testing.assert_allclose(
        sold(100.0).over(10.0, 50.0, 2.0, 0.5).loss(np.array([[0.6]])), (200 * 3 + 150 * 6) / 1000
    )


@given(st.floats(0.0, 5.0), st.floats(0.1, 11.0), st.floats(0.05, 4.0))
def test_at_the_least_price_winning_brings_what_is_lost(volume: float, cost: float, won: float) -> None:
    elsewhere = sold(volume)
    least = elsewhere.least(np.full(4, cost), won)
    assert (least >= cost).all()
    np.testing.assert_allclose(won * (least - cost), elsewhere.loss(least[:, None])[:, 0], rtol=1e-6, atol=1e-6)


def test_bids_rise_with_what_is_sold_elsewhere_and_stay_where_it_is_nothing() -> None:
    sharp = {**ASSUMED, "noise": 0.0, "aloof": 0.0, "maverick": 0.0, "rounding": 0.0}
    for model in (BestResponse.model_validate(sharp), RulesOfThumb()):
        made = opening([0.1, 0.12, 0.14, 0.16], pre_price=np.full(4, 12.0))
        volumes = (0.0, 0.1, 0.5)
        bids = [
            np.stack(
                [model.bids(replace(made, elsewhere=sold(v * 1e8) if v else None), Streams(1, r)) for r in range(30)]
            )
            for v in volumes
        ]
        nothing = np.stack([model.bids(replace(made, elsewhere=sold(0.0)), Streams(1, r)) for r in range(30)])
        np.testing.assert_array_equal(nothing, bids[0])
        low, middle, high = (np.where(np.isnan(b) | (b > 10), 10.0, b).mean() for b in bids)
        assert low < middle < high


def test_who_loses_by_every_price_makes_no_bid_or_one_that_wins_nothing() -> None:
    made = replace(opening([0.1, 0.12, 0.14, 0.16], pre_price=np.full(4, 40.0)), elsewhere=sold(5e9, price=40.0))
    assert (np.nan_to_num(RulesOfThumb().bids(made, Streams(1, 0)), nan=np.inf) > 10).all()
    best = BestResponse.model_validate({**ASSUMED, "maverick": 0.0, "rounding": 0.0})
    assert (np.nan_to_num(best.bids(made, Streams(1, 0)), nan=np.inf) >= 9.8).all()
