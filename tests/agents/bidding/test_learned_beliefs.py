"""Beliefs learned from round to round: what is known, how much it weighs, what it does to bids (T15)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from bidding_making import ASSUMED, opening, rules

from vbp_sim.agents.bidding.best_response import BestResponse
from vbp_sim.agents.bidding.interface import Opening, PastRound
from vbp_sim.agents.bidding.learned_beliefs import LearnedBeliefs
from vbp_sim.agents.bidding.past import past_round, seen
from vbp_sim.streams import Streams

COSTS = [0.16, 0.18, 0.2, 0.22, 0.25, 0.28, 0.2, 0.19, 0.21]
#: sharper beliefs than the fitted ones, so that what is learned shows
SHARP = {
    **ASSUMED,
    "noise": 0.03,
    "belief_spread": 0.4,
    "focal": 0.0,
    "aloof": 0.0,
    "maverick": 0.0,
    "belief_markup": 1.5,
}


def model(**more: float) -> LearnedBeliefs:
    return LearnedBeliefs.model_validate({**SHARP, **more})


def market(history: tuple[PastRound, ...] = (), round_id: str = "r") -> Opening:
    return opening(COSTS, rules("batch-10"), originators=1, round=round_id, history=history)


def over(published: str, bids: list[float], won: int = 3, made: Opening | None = None) -> PastRound:
    """A round in which nine generics and an originator bid so much of the ceiling; the lowest few won."""
    past = made or market()
    yuan = np.array(bids) * past.ceiling
    prices = np.where(np.argsort(np.argsort(yuan)) < won, yuan, np.nan)
    return past_round("before", published, [past], [yuan], [prices])


#: geometric mean of the costs, over the ceiling
USUAL = float(np.exp(np.log(COSTS).mean()))
LOW = [0.30, 0.31, 0.32, 0.33, 0.34, 0.35, 0.36, 0.37, 0.38, 1.0]


def mean(bidding: BestResponse, history: tuple[PastRound, ...], draws: int = 8) -> float:
    made = market(history)
    return float(np.mean([bidding.bids(made, Streams(1, r))[:9] / made.ceiling for r in range(draws)]))


def course(bidding: LearnedBeliefs, published: str = "bids", rounds: int = 4) -> list[float]:
    """Mean generic bid over the ceiling, round by round, each round knowing those before."""
    history: tuple[PastRound, ...] = ()
    means = []
    for t in range(rounds):
        made = market(history, f"r{t}")
        bids = [bidding.bids(made, Streams(1, r)) for r in range(6)]
        means.append(float(np.mean([b[:9] for b in bids]) / made.ceiling))
        prices = [np.where(np.argsort(np.argsort(b)) < 5, b, np.nan) for b in bids]
        history += (past_round(f"r{t}", published, [made] * 6, bids, prices),)
    return means


def test_t15_without_learning_bids_are_those_of_best_response_in_every_round() -> None:
    history = (over("bids", LOW), over("prices", LOW))
    for kept in (model(learning=0.0), model(learning=0.0, further_cut=0.0)):
        one, two = (
            kept.bids(market(history), Streams(1, 0)),
            BestResponse.model_validate(SHARP).bids(market(), Streams(1, 0)),
        )
        np.testing.assert_array_equal(one, two)


def test_before_the_first_round_is_over_the_model_is_best_response() -> None:
    one, two = (m.bids(market(), Streams(4, 2)) for m in (model(), BestResponse.model_validate(SHARP)))
    np.testing.assert_array_equal(one, two)


def test_rounds_weigh_less_the_longer_they_are_past() -> None:
    history = (over("bids", LOW), over("none", LOW), over("bids", LOW))
    samples, weights = model(learning=0.6, unpublished=0.3, further_cut=0.1).learned(market(history))
    assert weights.tolist() == pytest.approx([0.6 * 0.82 * 0.4, 0.18 * 0.4, 0.6])
    assert 1 - weights.sum() == pytest.approx(0.4 * 0.82 * 0.4)
    assert samples[0].max() == pytest.approx(0.38 * 0.9 / USUAL)


def test_what_is_seen_are_bids_or_prices_of_generics_of_like_drugs_over_their_usual_cost() -> None:
    assert (seen(over("bids", LOW), 9, 2) * USUAL).tolist() == pytest.approx(LOW[:9])
    assert (seen(over("prices", LOW), 9, 2) * USUAL).tolist() == pytest.approx(LOW[:3])
    many, few = over("bids", LOW), over("bids", [0.8, 0.9, 1.0], made=opening([0.2, 0.3], rules(), originators=1))
    both = PastRound("before", "bids", many.tenders + few.tenders)
    assert (seen(both, 3, 2) * 0.06**0.5).tolist() == pytest.approx([0.8, 0.9])
    assert len(seen(both, 20, 2)) == 11


def test_what_is_learned_carries_over_to_another_ceiling() -> None:
    made = market((over("bids", LOW),))
    samples, _ = model().learned(made)
    np.testing.assert_array_equal(samples[0], model().learned(replace(made, ceiling=2 * made.ceiling))[0][0])


def test_low_bids_seen_lower_bids_and_secret_ones_lower_them_less() -> None:
    first = mean(model(), ())
    known, secret = (mean(model(), (over(published, LOW),)) for published in ("bids", "none"))
    assert known < secret < first


def test_an_expected_further_cut_lowers_bids_over_rounds() -> None:
    further = course(model(further_cut=0.15))
    assert further[-1] < further[0] - 0.02
    assert further[-1] < course(model(further_cut=0.0))[-1]


def test_unpublished_prices_slow_it_down() -> None:
    known, secret = (course(model(further_cut=0.15), published) for published in ("bids", "none"))
    never = course(model(learning=0.0))
    assert known[0] == secret[0] == never[0]
    assert all(k < s < n for k, s, n in zip(known[1:], secret[1:], never[1:], strict=True))
