"""Molecules of a class: what they serve adds up to what is needed, and moves as attraction says."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vbp_sim.agents.classes import Alone, Class, MoleculeLogit, served

PORTION, NEED = st.floats(0, 1), st.floats(0, 1e9)


@st.composite
def classes(draw: st.DrawFn) -> Class:
    """Up to three classes of up to four molecules."""
    of = [c for c in range(draw(st.integers(1, 3))) for _ in range(draw(st.integers(1, 4)))]

    def each(values: st.SearchStrategy[float]) -> Any:
        return np.array(draw(st.lists(values, min_size=len(of), max_size=len(of))))

    return Class(np.array(of), each(NEED), each(PORTION), each(PORTION), each(st.floats(-3, 1)))


def sums(now: Class, values: Any) -> Any:
    return np.bincount(now.of, weights=values)


@given(classes(), PORTION, st.floats(0, 10))
def test_what_a_class_serves_is_what_it_needs(now: Class, turning: float, price: float) -> None:
    after = served(now, MoleculeLogit(turning=turning, price=price).attraction(now))
    assert (after >= -1e-6).all()
    np.testing.assert_allclose(sums(now, after), sums(now, now.need), rtol=1e-9, atol=1e-6)


@given(classes(), PORTION, st.floats(0, 10))
def test_without_an_agreement_nobody_moves_by_a_bit(now: Class, turning: float, price: float) -> None:
    still = dataclasses.replace(now, lost=0 * now.lost, dearer=0 * now.dearer)
    after = served(still, MoleculeLogit(turning=turning, price=price).attraction(still))
    np.testing.assert_array_equal(after, now.need)


@given(classes())
def test_without_equivalence_or_a_model_nobody_moves_by_a_bit(now: Class) -> None:
    apart = dataclasses.replace(now, equivalence=0 * now.equivalence)
    np.testing.assert_array_equal(served(apart, MoleculeLogit(turning=1, price=1).attraction(apart)), now.need)
    np.testing.assert_array_equal(served(now, Alone().attraction(now)), now.need)


def one(alike: float = 0.5, lost: float = 0.4, felt: float = 1.0) -> Class:
    """A drug with 60 DDD beside other molecules with 40."""
    two = np.array([60.0, 40.0])
    return Class(np.array([0, 0]), two, np.full(2, alike), np.array([lost, 0.0]), np.array([np.log(felt), 0.0]))


def test_who_turns_by_hand() -> None:
    """Half of each is shared out: 30 x (1 - 0.5 x 0.4) = 24 against 20, so that 50 x 24 / 44 stay of 30."""
    after = served(one(), MoleculeLogit(turning=0.5).attraction(one()))
    np.testing.assert_allclose(after, [30 + 50 * 24 / 44, 20 + 50 * 20 / 44])


@pytest.mark.parametrize("turning", [0.3, 1.0])
def test_the_more_equivalent_and_the_stricter_the_more_leaks(turning: float) -> None:
    model = MoleculeLogit(turning=turning)

    def leak(now: Class) -> float:
        return float(now.need[0] - served(now, model.attraction(now))[0])

    for several in ([one(alike=a) for a in (0.0, 0.2, 0.6, 1.0)], [one(lost=x) for x in (0.0, 0.3, 0.6, 1.0)]):
        leaks = [leak(now) for now in several]
        assert leaks[0] == 0
        assert (np.diff(leaks) > 0).all()


def test_a_cheaper_dose_keeps_and_draws_patients() -> None:
    model = MoleculeLogit(turning=0.5, price=0.5)
    kept = [float(served(now, model.attraction(now))[0]) for now in (one(felt=f) for f in (1.2, 1.0, 0.7, 0.3))]
    assert (np.diff(kept) > 0).all()
    assert kept[-1] > 60
