"""Retained surplus: the worked example (constructed, not published), and the schedules."""

import numpy as np
import pytest

from vbp_sim.rules.retention import Linear, Tiers

EXAMPLE = [
    # non-selected used, budget less spend, kept at k = .5, .4, .3
    (20_000, 178_200, 89_100, 71_280, 53_460),
    (10_000, 202_500, 101_250, 81_000, 60_750),
    (0, 226_800, 113_400, 90_720, 68_040),
]


def surplus(nonselected: np.ndarray) -> np.ndarray:
    return Tiers().surplus(
        base=np.full(nonselected.shape, 100_000.0),
        pre_price=np.full(nonselected.shape, 5.0),
        agreed=np.full(nonselected.shape, 80_000.0),
        selected_price=np.full(nonselected.shape, 1.0),
        nonselected_spend=nonselected * 4.5,
        payment_ratio=0.6,
        insured_share=0.9,
    )


def test_worked_example() -> None:
    rows = np.array(EXAMPLE, dtype=float)
    saved = surplus(rows[:, 0])
    np.testing.assert_allclose(saved, rows[:, 1], rtol=1e-12)
    for column, score in ((2, 85.0), (3, 75.0), (4, 65.0)):
        k = Tiers().ratio(np.full(3, score), np.ones(3, dtype=bool))
        np.testing.assert_allclose(saved * k, rows[:, column], rtol=1e-12)


def test_marginal_reward_of_one_tablet() -> None:
    saved = surplus(np.array([10_000.0, 9_999.0]))
    assert 0.5 * (saved[1] - saved[0]) == pytest.approx(1.215)


def test_surplus_is_never_negative() -> None:
    assert surplus(np.array([1e6]))[0] == 0.0


def test_tiers_step_at_60_70_80_and_need_a_pass() -> None:
    score = np.array([59.9, 60, 69.9, 70, 79.9, 80, 100])
    yes = np.ones(7, dtype=bool)
    assert Tiers().ratio(score, yes).tolist() == [0, 0.3, 0.3, 0.4, 0.4, 0.5, 0.5]
    assert Tiers().ratio(score, ~yes).tolist() == [0] * 7


def test_linear_is_half_of_the_score() -> None:
    assert Linear().ratio(np.array([0.0, 50, 100]), np.array([True, True, False])).tolist() == [0, 0.25, 0]
