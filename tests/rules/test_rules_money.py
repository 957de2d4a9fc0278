"""Exact prices."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vbp_sim.rules.money import at_most, exact, half_up, micro, micro_array, scaled, text, yuan


def test_exact_is_what_is_written() -> None:
    assert exact(1.8) == Fraction(9, 5)
    assert exact("0.1") == Fraction(1, 10)


def test_micro_rounds_half_up() -> None:
    assert micro("0.0000005") == 1
    assert micro(Decimal("0.12")) == 120_000
    assert micro_array(np.array([0.1, 0.2, 1e6])).tolist() == [100_000, 200_000, 10**12]


@given(st.integers(0, 10**15))
def test_yuan_and_text_give_the_price_back(price: int) -> None:
    assert micro(yuan(price)) == price
    assert micro(text(price)) == price


@given(st.fractions(0, 100, max_denominator=1000), st.integers(0, 10**13), st.integers(-2, 2))
def test_at_most_decides_as_the_fraction_does(ratio: Fraction, price: int, step: int) -> None:
    bid = int(ratio * price) + step
    assert (bid <= int(at_most(ratio, price))) == (bid <= ratio * price)


def test_half_up() -> None:
    assert [half_up(Fraction(n, 2)) for n in (1, 2, 3, -1)] == [1, 1, 2, 0]


@given(st.floats(0, 10), st.integers(0, 10**13))
def test_at_most_is_exact_for_ratios_of_any_number_of_digits(ratio: float, price: int) -> None:
    assert int(at_most(exact(ratio), price)) == exact(ratio) * price // 1


def test_what_is_beyond_all_prices_stays_there() -> None:
    assert at_most(exact(1.8), np.array([2**63 - 1, 10])).tolist() == [2**63 - 1, 18]


def test_a_part_of_a_price_is_never_no_price() -> None:
    assert [scaled(0.01, price) for price in (0, 1, 150)] == [0, 1, 2]
