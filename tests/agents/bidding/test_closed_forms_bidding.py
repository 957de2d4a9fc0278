"""Closed forms V1-V9 of equilibrium bidding, with their numbers."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
from bidding_making import draft

from vbp_sim.agents.bidding.closed_form import closed_form, expected_share

FINE = np.linspace(0, 1, 4001)


def bid_at(c: float, cost: np.ndarray, bids: np.ndarray) -> float:
    return float(np.interp(c, cost, bids))


def mean_winning(cost: np.ndarray, bids: np.ndarray, n: int, k: int, quantile: np.ndarray) -> float:
    """Mean bid of the k lowest of n, where `quantile` gives the cost of a uniform draw."""
    luck = np.sort(np.random.default_rng(1).random((40_000, n)), axis=1)[:, :k]
    return float(np.interp(np.interp(luck, FINE, quantile), cost, bids).mean())


def test_v1_sole_winner() -> None:
    bids = closed_form(FINE, FINE, np.ones(1), 5)
    assert bid_at(0.2, FINE, bids) == pytest.approx(0.360, abs=5e-4)
    assert mean_winning(FINE, bids, 5, 1, FINE) == pytest.approx(2 / 6, abs=4e-3)


@pytest.mark.parametrize(("n", "k", "mean"), [(5, 2, 0.500), (10, 4, 0.4545), (15, 9, 0.625)])
def test_v2_equal_winners(n: int, k: int, mean: float) -> None:
    bids = closed_form(FINE, FINE, np.full(k, 1 / k), n)
    assert mean_winning(FINE, bids, n, k, FINE) == pytest.approx(mean, abs=4e-3)


@pytest.mark.parametrize(
    ("n", "k", "bid"), [(5, 2, 0.455), (5, 3, 0.592), (10, 4, 0.411), (10, 6, 0.552), (15, 9, 0.532)]
)
def test_v3_shares_by_the_draft(n: int, k: int, bid: float) -> None:
    assert bid_at(0.2, FINE, closed_form(FINE, FINE, draft(k), n)) == pytest.approx(bid, abs=0.004)


@pytest.mark.parametrize(
    ("n", "k", "low", "bid"), [(3, 3, 0.0, 0.866), (3, 3, 0.4, 1.0), (5, 5, 0.0, 0.764), (4, 2, 0.0, 0.190)]
)
def test_v4_boundary_where_nobody_can_lose(n: int, k: int, low: float, bid: float) -> None:
    cost = FINE * 0.4
    assert bid_at(low, cost, closed_form(cost, FINE, draft(k), n)) == pytest.approx(bid, abs=0.006)


def lognormal_cut(n: int, k: int, median: float = 0.20, sd: float = 0.45) -> float:
    """Cut of a round, weighted by volume, with log-normal costs cut off at 0.9 of the ceiling."""
    cost = np.linspace(0.002, 0.9, 4001)
    below = np.array([NormalDist().cdf(x) for x in np.log(cost / median) / sd])
    below = (below - below[0]) / (below[-1] - below[0])
    shares = draft(k)
    bids = closed_form(cost, below, shares, n)
    luck = np.sort(np.random.default_rng(3).random((40_000, n)), axis=1)[:, :k]
    return 1 - float((np.interp(np.interp(luck, below, cost), cost, bids) @ shares).mean())


V5 = [(5, 4, 0.667), (6, 4, 0.737), (8, 4, 0.789), (10, 4, 0.813), (12, 4, 0.828), (15, 4, 0.843), (10, 1, 0.870),
      (10, 2, 0.850), (10, 6, 0.772), (10, 8, 0.711), (10, 9, 0.641), (10, 10, 0.241)]  # fmt: skip


@pytest.mark.parametrize(("n", "k", "cut"), V5)
def test_v5_lognormal_costs(n: int, k: int, cut: float) -> None:
    assert lognormal_cut(n, k) == pytest.approx(cut, abs=0.006)


@pytest.mark.parametrize(
    ("median", "sd", "cut"),
    [(0.1, 0.45, 0.886), (0.15, 0.45, 0.829), (0.3, 0.45, 0.660), (0.2, 0.2, 0.789), (0.2, 0.7, 0.755)],
)
def test_v5_level_and_spread_of_costs(median: float, sd: float, cut: float) -> None:
    assert lognormal_cut(10, 6, median, sd) == pytest.approx(cut, abs=0.006)


def test_v6_identical_costs_are_bertrand() -> None:
    cost = 0.3 + FINE * 1e-6
    np.testing.assert_allclose(closed_form(cost, FINE, np.array([0.6, 0.4]), 5), 0.3, atol=1e-5)


def test_v7_a_value_of_losing_adds_to_the_cost() -> None:
    kept, n = 0.1, 4
    cost = FINE * 0.6
    bids = closed_form(cost + kept, FINE, np.ones(1), n)
    np.testing.assert_allclose(bids[:-1], (cost + kept + (0.6 - cost) / n)[:-1], atol=1e-3)


@pytest.mark.parametrize("power", [0.5, 1.0, 2.0])
@pytest.mark.parametrize(("n", "k"), [(5, 2), (8, 3)])
def test_v8_revenue_equivalence(power: float, n: int, k: int) -> None:
    """Equal shares: the mean winning price is the expected cost of the first loser, whatever the distribution."""
    cost = FINE ** (1 / power)
    bids = closed_form(cost, FINE, np.full(k, 1 / k), n)
    luck = np.sort(np.random.default_rng(2).random((40_000, n)), axis=1)
    assert mean_winning(cost, bids, n, k, cost) == pytest.approx(float((luck[:, k] ** (1 / power)).mean()), abs=4e-3)


def test_v9_no_competition_without_a_loser() -> None:
    np.testing.assert_allclose(closed_form(FINE * 0.4, FINE, np.full(4, 0.25), 4), 1.0, atol=1e-9)


def test_shares_of_all_bidders_add_up() -> None:
    """Each of n bidders expects 1/n of the volume before it knows its cost."""
    assert float(expected_share(FINE, draft(4), 9).mean()) == pytest.approx(1 / 9, rel=1e-3)
