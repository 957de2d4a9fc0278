"""Experience-weighted attraction: the limits that it has in closed form (V24), and what it does in a round."""

from __future__ import annotations

import numpy as np
from bidding_making import ASSUMED, opening, rules

from vbp_sim.agents.bidding.best_response import BestResponse
from vbp_sim.agents.bidding.ewa import CUTS, Ewa, attractions
from vbp_sim.agents.bidding.interface import Opening, PastRound
from vbp_sim.agents.bidding.past import past_round
from vbp_sim.streams import Streams

COSTS = [0.16, 0.18, 0.2, 0.22, 0.25, 0.28]
PHI = 0.9


def lived(rounds: int = 5, cuts: int = 4) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Payoffs of each cut at the start and in each round, and which one was played."""
    luck = np.random.default_rng(1)
    payoff = luck.random((rounds, 1, cuts))
    return luck.random((1, cuts)), payoff, np.eye(cuts)[luck.integers(0, cuts, rounds)][:, None, :]


def test_v24_kappa_0_delta_1_is_the_expected_payoff_against_discounted_past_play() -> None:
    first, payoff, _ = lived()
    rounds = np.concatenate([first[None], payoff])
    weights = PHI ** np.arange(len(rounds))[::-1]
    expected = np.tensordot(weights / weights.sum(), rounds, axes=1)
    np.testing.assert_allclose(attractions(first, payoff, PHI, cumulation=0.0), expected, rtol=1e-12)


def test_v24_delta_0_kappa_1_is_cumulative_reinforcement() -> None:
    first, payoff, played = lived()
    rounds = np.concatenate([first[None], payoff * played])
    expected = (PHI ** np.arange(len(rounds))[::-1, None, None] * rounds).sum(axis=0)
    np.testing.assert_allclose(attractions(first, payoff * played, PHI, cumulation=1.0), expected, rtol=1e-12)


def market(history: tuple[PastRound, ...] = (), law: str = "batch-5") -> Opening:
    return opening(COSTS, rules(law), originators=1, history=history)


def over(bids: list[float], published: str = "bids") -> PastRound:
    made, yuan = market(), np.array(bids) * 10
    prices = np.where(np.argsort(np.argsort(yuan)) < 4, yuan, np.nan)
    return past_round("before", published, [made], [yuan], [prices])


CALM = {**ASSUMED, "aloof": 0.0, "maverick": 0.0, "rounding": 0.0}
SAME = [0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 1.0]


def bids(history: tuple[PastRound, ...], **more: float) -> np.ndarray:
    made, bidder = market(history), Ewa.model_validate({**CALM, **more})
    return np.concatenate([bidder.bids(made, Streams(1, r))[:6] / made.ceiling for r in range(30)])


def test_before_the_first_round_is_over_the_model_is_best_response() -> None:
    one, two = (m.bids(market(), Streams(2, 0)) for m in (Ewa(), BestResponse()))
    np.testing.assert_array_equal(one, two)


def test_bids_are_cuts_in_steps_of_five_points_and_cover_the_cost() -> None:
    found = bids((over(SAME),))
    np.testing.assert_allclose((found * 20).round(), found * 20, atol=1e-9)
    assert (found >= np.tile(COSTS, 30) - 1e-9).all()


def test_reinforcement_repeats_what_was_played_and_foresight_undercuts_it() -> None:
    """If all bid 0.4 of the ceiling, playing 0.4 is reinforced; forgone payoffs show that a little less wins more."""
    history = (over(SAME),) * 4
    blind, wise = (bids(history, forgone=delta, sharpness=60.0) for delta in (0.0, 1.0))
    assert (np.abs(blind - 0.4) < 1e-9).mean() > 0.5
    assert np.median(wise) < 0.4


def test_forgone_payoffs_are_unknown_where_bids_are_not_published() -> None:
    made, cost = market(), np.array(COSTS)
    stakes = Ewa()._stakes(made, Streams(1, 0))
    own = type(stakes)(*(x[:6] for x in (stakes.market, stakes.exposure, stakes.kept)))
    known, secret = (Ewa()._lived(over(SAME, p), cost, own) for p in ("bids", "none"))
    assert known is not None
    assert secret is not None
    played = np.isclose(CUTS, 0.6)
    assert (secret[:, ~played] == 0).all()
    assert (known[:, ~played] != 0).any()


def test_old_rules_go_on_attracting_after_a_change() -> None:
    """EWA under-reacts: years of bids under the guarantee weigh on the first round without it."""
    guarded = over([0.48, 0.49, 0.5, 0.5, 0.5, 0.5, 1.0])
    steady = Ewa.model_validate({**CALM, "sharpness": 60.0})

    def near_half(history: tuple[PastRound, ...]) -> float:
        made = market(history, "batch-10")
        drawn = np.concatenate([steady.bids(made, Streams(1, r))[:6] / made.ceiling for r in range(20)])
        return float(((drawn > 0.44) & (drawn < 0.51)).mean())

    assert near_half((guarded,) * 6) > 2 * near_half(())
