"""The arithmetic of a month, on arrays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vbp_sim.engine.kernel import lognormal_table, need, receive
from vbp_sim.streams import Streams


@pytest.mark.parametrize("cv", [0.0, 0.25, 1.0, 2.0])
def test_noise_has_mean_1_and_the_given_spread(cv: float) -> None:
    table = lognormal_table(cv)
    assert table.mean() == pytest.approx(1, abs=1e-12)
    assert table.std() == pytest.approx(cv, rel=0.01)  # 65,536 classes cut the tail of a wide law a little


def test_need_is_usual_need_times_growth_times_noise() -> None:
    usual, growth = np.array([[1.0, 2.0], [3.0, 0.0]]), np.array([1.0, 1.5])
    words = Streams(1, 0).words("demand", at=np.arange(4)).reshape(2, 2)
    np.testing.assert_allclose(need(usual, growth, words, lognormal_table(0.0)), [[1, 2], [4.5, 0]])
    noisy = need(
        np.ones((1, 50_000)), np.ones(1), Streams(1, 0).words("d", at=np.arange(50_000))[None], lognormal_table(0.25)
    )
    assert noisy.mean() == pytest.approx(1, abs=4 * 0.25 / np.sqrt(50_000))


@given(
    st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1)), min_size=1, max_size=6), st.floats(0, 1), st.floats(0, 1)
)
def test_what_is_needed_is_bought_replaced_or_missing(
    institutions: list[tuple[float, float]], filled: float, switchable: float
) -> None:
    needed = np.array([[n for n, _ in institutions]])
    ordered = needed * np.array([[share for _, share in institutions]])
    got = receive(needed, ordered, np.array([filled]), switchable)
    np.testing.assert_allclose(got.bought + got.nonselected + got.unmet, needed, rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(got.bought, ordered * filled)
    np.testing.assert_allclose(got.substituted + got.unmet, ordered - got.bought, rtol=1e-9, atol=1e-9)
    assert (got.substituted <= got.nonselected + 1e-9).all()
