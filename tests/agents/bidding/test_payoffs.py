"""Expected payoffs against drawn rivals, held against a plain loop over the rules' own award."""

from __future__ import annotations

import numpy as np
import pytest
from answers import accept
from bidding_making import case, rules

from vbp_sim.agents.bidding.beliefs import MEDIANS, Belief, Believed, believed_payoffs
from vbp_sim.agents.bidding.case import HIGH, guaranteed
from vbp_sim.agents.bidding.payoffs import GRID, Payoffs, Stakes, payoffs, soft
from vbp_sim.rules.contest import Tender
from vbp_sim.rules.money import micro_array
from vbp_sim.rules.tender import award_all


def stakes(firms: int, market: float = 0.0, exposure: float = 0.0, kept: float = 0.0) -> Stakes:
    return Stakes(*(np.full(firms, x) for x in (market, exposure, kept)))


def award(law: object, bids: np.ndarray) -> object:
    n = len(bids)
    tender = Tender("d", "oral-solid", "ordinary", 1_000_000_000, tuple(f"{i:02}" for i in range(n)),
                    micro_array(bids * 1000),
                    np.zeros(n), ("",) * n, np.zeros(n), np.zeros(n, dtype=bool), held=True)  # fmt: skip
    return award_all([tender], law, accept)[0]  # type: ignore[arg-type]


@pytest.mark.parametrize("base", ["expansion-2019", "batch-2", "batch-9", "batch-10", "batch-11"])
def test_the_same_kernel_as_the_award(base: str) -> None:
    """Volume and chance to win of every bid are those that the rules' own decision gives, offers included."""
    law = rules(base, **({"selection": {"cull": {"rule": "none"}}} if base == "batch-9" else {}))
    if base == "batch-11":
        law = rules(base, selection={"second_chance": {"rule": "none"}})
    rivals = np.random.default_rng(4).uniform(0.1, 1.0, (12, 6))
    known = case(law, 7)
    found = payoffs(known, rivals)
    for g in (3, 30, 50, 80):
        volume, wins = 0.0, 0.0
        for draw in rivals:
            bids = np.concatenate([draw[:3], GRID[[g]], draw[3:]])
            a = award(law, bids)
            if a.selected[3]:  # type: ignore[attr-defined]
                k = int(a.selected.sum())  # type: ignore[attr-defined]
                place = a.order.index(3)  # type: ignore[attr-defined]
                volume, wins = volume + known.volume[k][place] * known.years[k], wins + 1
        assert found.wins[g] + found.offered[g] == pytest.approx(wins / 12)
        assert found.volume[g] + found.offered_volume[g] == pytest.approx(volume / 12, rel=1e-9)


def test_utility_is_what_the_formula_says() -> None:
    """Nobody else bids: the firm wins alone at its bid, for V(1) T(1)."""
    found = payoffs(case(rules("batch-2"), 1), np.zeros((4, 0)))
    worth = found.utility(np.array([0.2]), stakes(1, market=0.4, exposure=0.6, kept=0.75))
    b = GRID[-10]
    assert worth[0, -10] == pytest.approx(0.5 * (b - 0.2) - 0.4 * 0.6 * (1 - b))


def test_the_guaranteed_cut_is_found_by_asking_the_rules() -> None:
    assert guaranteed(case(rules("batch-9"))) == pytest.approx(0.5)
    assert guaranteed(case(rules("batch-10"))) == 0.0


def test_low_prices_in_yuan_matter_only_where_they_are_near() -> None:
    law = rules("batch-2")
    assert case(law, ceiling=50.0) == case(law, ceiling=90.0) == case(law, ceiling=HIGH)
    assert case(law, ceiling=0.1512).ceiling == pytest.approx(0.15)


def test_v10_best_response_under_the_guarantee() -> None:
    """Belief median 0.50, sd 0.25, 9 to 12 firms: exactly half the ceiling for costs from 0.2 to 0.3."""
    law = rules("batch-9", selection={"cull": {"rule": "none"}})
    belief = Belief(spread=0.25, focal=0.0, threat=0.0, draws=2000)
    cost = np.array([0.2, 0.25, 0.3])
    place = np.full(3, float(np.interp(np.log(0.5), np.log(MEDIANS), np.arange(len(MEDIANS)))))
    for n in (9, 10, 11, 12):
        table = Payoffs(*believed_payoffs(Believed(case(law, n), belief, 0)))
        worth = table.at(np.floor(place), place % 1).utility(cost, stakes(3))
        assert GRID[worth.argmax(axis=1)].tolist() == [0.5, 0.5, 0.5]


def test_half_and_the_ceiling_are_exact_bids() -> None:
    assert 0.5 in GRID
    assert GRID[-1] == 1.0


def test_without_noise_the_best_bid_is_taken_and_noise_spreads() -> None:
    worth = -((GRID - 0.4) ** 2)[None, :] + 0.5
    luck = np.linspace(0.01, 0.99, 200)
    assert soft(worth, 0.0, np.array([0.9])) == pytest.approx(GRID[np.abs(GRID - 0.4).argmin()])
    narrow, wide = (soft(np.repeat(worth, 200, 0), noise, luck).std() for noise in (0.005, 0.05))
    assert 0 < narrow < wide
