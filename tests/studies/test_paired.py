"""Paired differences against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vbp_sim.studies.paired import needed, paired, student

NUMBERS = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30)


def test_interval_by_hand() -> None:
    """Differences 1, 2, 3: mean 2, sd 1, t(0.975, 2) = 4.302653, so +-4.302653 / sqrt(3)."""
    d = paired([0.0, 0.0, 0.0], [1.0, 2.0, 3.0])
    assert (d.base, d.variant, d.mean, d.n) == (0.0, 2.0, 2.0, 3)
    assert d.halfwidth == pytest.approx(4.302653 / math.sqrt(3), rel=1e-6)
    assert (d.low + d.high) / 2 == pytest.approx(2.0)
    assert not d.clear


def test_quantiles_of_student_from_tables() -> None:
    assert [round(student(n), 3) for n in (1, 9, 100)] == [12.706, 2.262, 1.984]
    assert round(student(9, 0.9), 3) == 1.833


def test_the_same_luck_saves_all_variance_where_a_variant_only_shifts() -> None:
    luck = [1.0, 5.0, 2.0, 8.0]
    d = paired(luck, [x + 3 for x in luck])
    assert (d.mean, d.low, d.high, d.variance_saved, d.clear) == (3.0, 3.0, 3.0, 1.0, True)


def test_variance_saved_is_twice_the_covariance_over_the_sum_of_variances() -> None:
    a, b = [1.0, 2.0, 4.0, 7.0], [2.0, 1.0, 5.0, 9.0]
    expected = 2 * np.cov(a, b)[0, 1] / (np.var(a, ddof=1) + np.var(b, ddof=1))
    assert paired(a, b).variance_saved == pytest.approx(expected)


def test_luck_that_works_against_each_other_costs_variance() -> None:
    assert paired([1.0, 2.0, 3.0], [3.0, 2.0, 1.0]).variance_saved == pytest.approx(-1.0)


def test_replications_in_which_one_does_not_apply_are_left_out_of_both() -> None:
    d = paired([1.0, math.nan, 3.0, 4.0], [2.0, 9.0, math.nan, 6.0])
    assert (d.n, d.base, d.variant, d.mean) == (2, 2.5, 4.0, 1.5)


def test_one_replication_has_no_interval_and_none_has_nothing() -> None:
    one, none = paired([1.0], [2.0]), paired([math.nan], [2.0])
    assert (one.mean, one.n, one.clear) == (1.0, 1, False)
    assert math.isnan(one.low)
    assert (none.n, math.isnan(none.mean)) == (0, True)


def test_columns_of_other_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        paired([1.0], [1.0, 2.0])


@given(NUMBERS)
def test_a_variant_that_changes_nothing_differs_by_nothing(values: list[float]) -> None:
    d = paired([*values, 1.0], [*values, 1.0])
    assert (d.mean, d.low, d.high, d.clear) == (0.0, 0.0, 0.0, False)


@given(NUMBERS, st.floats(-1e3, 1e3))
def test_swapping_base_and_variant_turns_the_sign(values: list[float], shift: float) -> None:
    values = [*values, 1.0]
    other = [shift - v / 2 for v in values]
    there, back = paired(values, other), paired(other, values)
    assert there.mean == pytest.approx(-back.mean)
    assert there.low == pytest.approx(-back.high, abs=1e-6)


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(5)
    luck = rng.normal(size=(2000, 8))
    own = rng.normal(0.5, 1, size=(2000, 8))
    covered = [d.low <= 0.5 <= d.high for d in map(paired, luck, luck + own)]
    assert 0.935 < np.mean(covered) < 0.965


def test_needed_replications_grow_with_the_square_of_precision() -> None:
    d = paired([0.0] * 10, [float(i % 2) for i in range(10)])
    assert needed(d, d.halfwidth / 2) == 40
    assert needed(d, d.halfwidth * 2) == 10


def test_the_rounding_of_a_sum_is_no_clear_difference() -> None:
    base = [0.5897934911694137, 0.41, 0.77]
    assert not paired(base, [x * (1 - 2e-16) - 1e-16 for x in base]).clear
    assert paired(base, [x - 1e-6 for x in base]).clear
