"""Partial adjustment: closed forms V13 and V15, and the signs T23 and T24 of models.md."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vbp_sim.agents.choice.interface import Month, Setting
from vbp_sim.agents.choice.partial_adjustment import PartialAdjustment
from vbp_sim.engine.stocking import ALONE
from vbp_sim.streams import Streams

FREE: dict[str, Any] = {"pressure": 0.0, "closing": 0.0, "relaxation": 0.0}
LUCK = Streams(1, 0)


def logistic(v: float) -> float:
    return float(1 / (1 + np.exp(-v)))


def path(
    model: PartialAdjustment, natural: float, share: float, agreed: float, months: int = 12
) -> tuple[np.ndarray, np.ndarray]:
    """Shares and what is bought after each month of one contract year, with a need of 1 a month."""
    shares, bought, total = [], [], 0.0
    for left in range(months, 0, -1):
        one = model.step(
            Month(
                share=np.array([[share]]),
                natural=np.array([[natural]]),
                bought=np.array([[total]]),
                agreed=np.array([[agreed]]),
                need=np.array([[1.0]]),
                months_left=np.array([float(left)]),
                in_contract=np.array([True]),
                closing=np.array([left <= 3]),
            )
        )
        share = float(one[0, 0])
        total += share
        shares.append(share)
        bought.append(total)
    return np.array(shares), np.array(bought)


@given(st.floats(-4, 4), st.floats(0, 1), st.floats(0.05, 1), st.integers(1, 36))
def test_v13_without_pressure_the_path_is_geometric(natural: float, start: float, step: float, months: int) -> None:
    shares, bought = path(PartialAdjustment(adjustment=step, **FREE), natural, start, 0.0, months)
    goal, t = logistic(natural), np.arange(1, months + 1)
    np.testing.assert_allclose(shares, goal + (start - goal) * (1 - step) ** t, rtol=1e-9, atol=1e-12)
    total = months * goal + (start - goal) * (1 - step) * (1 - (1 - step) ** months) / step
    assert bought[-1] == pytest.approx(total, rel=1e-9)


@given(st.floats(-3, 3), st.floats(0.1, 10))
def test_v15_an_odds_ratio_shifts_the_utility_by_its_logarithm(v: float, odds: float) -> None:
    model = PartialAdjustment(adjustment=1.0, **FREE)
    a, b = (float(path(model, u, 0.5, 0.0, 1)[0][0]) for u in (v, v + np.log(odds)))
    assert (b / (1 - b)) / (a / (1 - a)) == pytest.approx(odds, rel=1e-9)


@given(st.floats(-20, 20), st.floats(0, 1), st.floats(0, 24), st.floats(0, 20), st.floats(0, 3), st.floats(0, 3))
def test_shares_stay_shares(
    natural: float, start: float, agreed: float, pressure: float, closing: float, relax: float
) -> None:
    shares, _ = path(PartialAdjustment(pressure=pressure, closing=closing, relaxation=relax), natural, start, agreed)
    assert ((shares >= 0) & (shares <= 1)).all()


def test_t23_pressure_ends_with_completion() -> None:
    """Once the agreed volume is bought, pressure and closing have no effect, and the share falls back."""
    shares, bought = path(PartialAdjustment(pressure=6.0), 0.4, 0.6, 5.0)
    done = int(np.argmax(bought >= 5.0)) + 1
    assert 0 < done < 12
    goal = logistic(0.4 - PartialAdjustment().relaxation)
    after = shares[done - 1] + 0.0
    for share in shares[done:]:
        after += 0.5 * (goal - after)
        assert share == pytest.approx(after)


def test_relaxation_has_no_effect_before_completion() -> None:
    a, b = (path(PartialAdjustment(relaxation=r), 0.0, 0.2, 11.9)[0] for r in (0.0, 3.0))
    np.testing.assert_array_equal(a, b)


def test_t24_the_hockey_stick_grows_with_pressure() -> None:
    """Last months over the first ones, for an institution that would not buy by itself what it agreed.

    Only weak pressure: strong pressure has the task done before the last quarter.
    """

    def rise(pressure: float, closing: float = 0.0) -> float:
        shares, _ = path(PartialAdjustment(pressure=pressure, closing=closing), -1.4, 0.2, 6.0)
        return float(shares[-3:].mean() - shares[:3].mean())

    rises = [rise(p) for p in (0.0, 0.5, 1.0, 2.0)]
    assert rises == sorted(rises)
    assert rises[0] < 0.02 < 0.2 < rises[-1]
    assert rise(1.0, 0.8) > rise(1.0)


def test_a_task_of_any_size_is_no_less_bought_than_none() -> None:
    bought = [path(PartialAdjustment(relaxation=0.0), 0.0, 0.3, agreed)[1][-1] for agreed in (0.0, 3.0, 6.0, 9.0, 12.0)]
    assert bought == sorted(bought)
    assert bought[-1] > bought[0]


def test_without_need_or_task_nothing_breaks() -> None:
    month = Month(
        share=np.full((1, 2), 0.3),
        natural=np.zeros((1, 2)),
        bought=np.zeros((1, 2)),
        agreed=np.zeros((1, 2)),
        need=np.zeros((1, 2)),
        months_left=np.zeros(1),
        in_contract=np.array([False]),
        closing=np.array([False]),
    )
    with np.errstate(all="raise"):
        assert np.isfinite(PartialAdjustment().step(month)).all()


def natural(brand: float = 0.3, ratio: float = 2.0, kept: float = 1.0, n: int = 50, **values: Any) -> np.ndarray:
    """Utility of institutions whose staff expect ``kept`` of the most that may be kept of a surplus."""
    at, level = np.arange(n, dtype=np.uint64), np.ones(n, dtype=np.intp)
    model = PartialAdjustment(**values)
    plain = model.natural(Setting(("alpha",), at, level, np.array([brand]), np.array([ratio])), LUCK)
    return np.asarray((plain + model.money(np.full((1, n), kept)))[0])


def test_preference_rises_with_what_is_kept_and_the_price_ratio_and_falls_with_the_brand() -> None:
    assert (natural(kept=1.0) > natural(kept=0.2)).all()
    assert (natural(ratio=10.0) > natural(ratio=2.0)).all()
    assert (natural(brand=0.1) > natural(brand=0.6)).all()
    assert natural(ratio=10.0)[0] - natural(ratio=1.0)[0] == pytest.approx(1.5 * 0.122)


def test_money_pulls_by_the_incentive_and_the_part_that_staff_expect() -> None:
    pull = natural(kept=0.25, incentive=2.0) - natural(kept=0.0, incentive=2.0)
    np.testing.assert_allclose(pull, 0.5)
    np.testing.assert_array_equal(natural(kept=1.0, incentive=0.0), natural(kept=0.0))


def test_the_inclination_of_an_institution_is_its_own() -> None:
    own = natural(spread=1.1) - natural(spread=0.0)
    assert own.std() > 0.5
    np.testing.assert_allclose(natural(n=20), natural(n=50)[:20])


def test_no_cause_makes_a_logit_overflow() -> None:
    """Beside what is stocked, 600, and of either sign."""
    model = PartialAdjustment(incentive=10.0)
    most = model.money(np.array([-1e9, 0.1, 1e9]))
    assert most[1] == pytest.approx(1.0)
    with np.errstate(over="raise"):
        assert np.isfinite(np.exp(ALONE + 3 * np.abs(most))).all()
