"""Consumer surplus: the log-sum where patients choose, less where shares are set, and no worth of brands at all."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vbp_sim.runs.metrics.basket import Basket
from vbp_sim.runs.metrics.surplus import ELASTICITY, consumer_surplus, consumer_surplus_alike

Floats = npt.NDArray[np.float64]
PARTS = st.lists(st.floats(0.02, 1), min_size=3, max_size=3).map(lambda x: np.array(x) / sum(x))
PRICES = st.lists(st.floats(0.1, 9), min_size=3, max_size=3).map(np.array)


def run(before: Floats, after: Floats, price: Floats, later: Floats) -> Any:
    """A replication of one cell; volumes are units a month."""
    volume, prices = (np.stack(pair)[..., None] for pair in ((before, after), (price, later)))
    return cast(Any, SimpleNamespace(basket=Basket(volume, prices)))


def logsum(share: Floats, price: Floats, later: Floats) -> tuple[float, Floats]:
    """Gain of a unit, and shares, where patients choose."""
    alpha = ELASTICITY / float(share @ price)
    weight = share * np.exp(-alpha * (later - price))
    return float(np.log(weight.sum()) / alpha), weight / weight.sum()


@given(PARTS, PRICES, PRICES)
def test_it_is_the_log_sum_where_patients_choose(share: Floats, price: Floats, later: Floats) -> None:
    gain, chosen = logsum(share, price, later)
    if chosen.min() < 0.01:
        return
    found = consumer_surplus(run(100 * share, 100 * chosen, price, later))
    assert found == pytest.approx(gain * 1200, rel=1e-6, abs=1e-6)


@given(PARTS, PARTS, PRICES, PRICES)
def test_set_shares_bring_no_more_than_chosen_ones(share: Floats, other: Floats, price: Floats, later: Floats) -> None:
    gain, _ = logsum(share, price, later)
    assert consumer_surplus(run(100 * share, 100 * other, price, later)) <= gain * 1200 + 1e-6


@given(PARTS, PRICES)
def test_nothing_that_changes_is_no_gain(share: Floats, price: Floats) -> None:
    same = run(100 * share, 100 * share, price, price)
    assert consumer_surplus(same) == pytest.approx(0, abs=1e-9)
    assert consumer_surplus_alike(same) == pytest.approx(0, abs=1e-9)


def test_a_forced_switch_at_old_prices_costs_patients_and_saves_those_to_whom_products_are_alike() -> None:
    price = np.array([1.0, 2.0, 5.0])
    switched = run(np.array([20.0, 40.0, 40.0]), np.array([80.0, 10.0, 10.0]), price, price)
    assert consumer_surplus(switched) < 0 < consumer_surplus_alike(switched)


def test_added_units_gain_half_as_much() -> None:
    price, later = np.array([2.0, 2.0, 2.0]), np.array([1.0, 1.0, 1.0])
    even = np.full(3, 10.0)
    assert consumer_surplus_alike(run(even, 2 * even, price, later)) == pytest.approx(12 * (30 + 60) / 2)


def test_a_product_that_was_not_sold_before_is_no_infinite_loss() -> None:
    new = run(np.array([0.0, 50.0, 50.0]), np.array([80.0, 10.0, 10.0]), np.array([1.0, 2, 5]), np.array([0.5, 2, 5]))
    assert np.isfinite(consumer_surplus(new))
