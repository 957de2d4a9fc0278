"""Signs, limits and symmetries of best-response bidding (T1-T17 where they concern one bid)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from bidding_making import ASSUMED, opening, rules

from vbp_sim.agents.bidding.best_response import BestResponse
from vbp_sim.streams import Streams

COSTS = [0.16, 0.18, 0.2, 0.22, 0.25, 0.28]
STILL = dict.fromkeys(("noise", "belief_error", "rounding", "aloof", "maverick", "focal"), 0.0)
CALM = {**ASSUMED, "belief_spread": 1.0, **STILL}


def model(**more: float) -> BestResponse:
    return BestResponse.model_validate({**CALM, **more})


def mean(law: object, costs: list[float] = COSTS, **more: float) -> float:
    made = opening(costs, law)  # type: ignore[arg-type]
    return float(np.mean(model(**more).bids(made, Streams(1, 0)) / made.ceiling))


def places(*table: int) -> dict[str, object]:
    return {"shortlist": {"rule": "table", "places_by_firms": table}, "selection": {"rule": "shortlisted"}}


def test_t1_more_bidders_for_the_same_places_bid_lower() -> None:
    law = rules("batch-2", **places(1, 1, 2, 3, 3, 3, 3, 3, 3, 3))
    assert mean(law, COSTS * 2) < mean(law, COSTS) < mean(law, COSTS[:4])


def test_t2_more_places_bid_higher_and_without_a_loser_the_ceiling() -> None:
    two, four = (rules("batch-2", **places(1, 1, 2, *[k] * 7)) for k in (2, 4))
    assert mean(two) < mean(four)
    assert mean(rules("batch-2", **places(*range(1, 8)))) > 0.95


def test_t3_lower_costs_bid_lower() -> None:
    law = rules("batch-9")
    assert mean(law, [c / 3 for c in COSTS]) < mean(law, COSTS)


def test_t4_without_the_guarantee_bids_are_lower() -> None:
    kept, dropped = rules("batch-9"), rules("batch-9", selection={"cut": None})
    assert mean(dropped, COSTS * 2) < mean(kept, COSTS * 2)


def test_t5_a_revival_makes_bids_higher_than_the_ratio_alone() -> None:
    alone = rules("batch-10", selection={"revival": {"rule": "none"}})
    assert mean(rules("batch-10"), COSTS * 2) > mean(alone, COSTS * 2)


def test_an_originator_refuses_what_covers_its_cost_but_not_its_pride() -> None:
    """It walks away under half of its price before; a generic takes the same offer."""
    made = opening(COSTS, rules("batch-9"), originators=1)
    proud = model(walk_away=0.5, walk_away_spread=0.0, originator_kept=0.0, stays_out=0.0)
    line = 0.5 * made.pre_price[-1]
    assert made.cost[-1] < 0.9 * line

    def answers(offer: float) -> list[bool]:
        return proud.accepts(made, np.full(len(made.cost), offer), Streams(1, 0)).tolist()

    assert answers(0.99 * line) == [True] * len(COSTS) + [False]
    assert answers(1.01 * line) == [True] * (len(COSTS) + 1)


def test_t7_originators_keep_their_price_and_act_like_generics_without_an_outside_market() -> None:
    made = opening(COSTS, rules("batch-9"), originators=1, ceiling=10.0)
    proud = model(walk_away=0.01).bids(made, Streams(1, 0))[-1] / made.ceiling
    alone = replace(made, pre_share=np.zeros(7), cost=np.full(7, 2.0))
    humble = model(walk_away=0.01).bids(alone, Streams(1, 0)) / made.ceiling
    assert proud > 0.9
    assert humble[-1] == pytest.approx(humble[0], abs=0.06)


def test_t12_prices_and_costs_times_ten_leave_bids_over_the_ceiling() -> None:
    small, large = (opening(COSTS, rules("batch-9"), ceiling=c) for c in (20.0, 200.0))
    np.testing.assert_allclose(
        model().bids(small, Streams(1, 0)) / 20, model().bids(large, Streams(1, 0)) / 200, rtol=1e-12
    )


def test_t13_the_order_of_firms_changes_nothing() -> None:
    made = opening(COSTS, rules("batch-9"))
    turned = np.arange(len(COSTS))[::-1]
    other = replace(made, manufacturer=tuple(made.manufacturer[i] for i in turned), cost=made.cost[turned])
    one, two = (BestResponse().bids(o, Streams(3, 1)) for o in (made, other))
    np.testing.assert_allclose(one, two[turned])


def test_no_bid_below_cost_but_a_mavericks_and_none_where_it_is_forbidden() -> None:
    made = opening(COSTS, rules("batch-9"))
    assert (BestResponse(maverick=0).bids(made, Streams(1, 0)) >= made.cost * (1 - 1e-9)).all()
    assert (BestResponse(maverick=1, aloof=0).bids(made, Streams(1, 0)) < made.cost).all()
    stated = opening(COSTS, rules("batch-9", entry={"below_cost_statement": True}))
    assert (BestResponse(maverick=1, aloof=0).bids(stated, Streams(1, 0)) >= stated.cost * (1 - 1e-9)).all()


def test_a_cost_over_the_ceiling_gives_no_valid_bid() -> None:
    made = opening([0.2, 0.3, 1.4], rules("batch-9"))
    assert model().bids(made, Streams(1, 0))[2] > made.ceiling


def test_offers_are_taken_if_they_cover_the_cost() -> None:
    made = opening([0.2, 0.3], rules("batch-10"))
    taken = model().accepts(made, np.array([2.5, 2.5]), Streams(1, 0))
    assert taken.tolist() == [True, False]


def test_few_bids_are_just_short_of_the_guaranteed_cut() -> None:
    """The step of the real bids: a cut of 40 to 50 % wins no more than a smaller one, so more are over 50 %."""
    made = opening(COSTS * 2, rules("batch-9"))
    bids = np.concatenate([BestResponse(noise=0.1).bids(made, Streams(1, r)) for r in range(40)]) / made.ceiling
    short = ((bids > 0.5) & (bids <= 0.6)).sum()
    over = ((bids > 0.4) & (bids <= 0.5)).sum()
    assert over > 2 * short
