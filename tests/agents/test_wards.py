"""How the choice of an institution divides between its wards and clinics."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vbp_sim.agents.choice.interface import Terms
from vbp_sim.agents.choice.partial_adjustment import PartialAdjustment
from vbp_sim.agents.choice.wards import share_in_wards

PART = st.floats(0.0, 1.0)


def logit(v: float) -> float:
    return float(1 / (1 + np.exp(-v)))


def wards(share: float, ward: float, apart: float) -> float:
    return float(share_in_wards(np.array(share), np.array(ward), np.array(apart)))


@given(st.floats(-8, 8), PART, st.floats(-4, 4))
def test_two_logits_mix_to_what_was_chosen(u: float, ward: float, apart: float) -> None:
    share = ward * logit(u + apart) + (1 - ward) * logit(u)
    np.testing.assert_allclose(wards(share, ward, apart), logit(u + apart), atol=1e-9)


@given(PART, PART, st.floats(0, 4))
def test_wards_that_gain_more_choose_more_and_nobody_more_than_there_is(
    share: float, ward: float, apart: float
) -> None:
    inside = wards(share, ward, apart)
    assert share - 1e-12 <= inside <= 1
    assert -1e-12 <= share - ward * inside <= 1 - ward + 1e-12
    assert wards(share, ward, 0.0) == np.float64(share) or abs(wards(share, ward, 0.0) - share) < 1e-12


@given(PART, st.floats(0, 1))
def test_the_mean_utility_is_near_the_mixture(ward: float, apart: float) -> None:
    for mean in np.linspace(-4, 4, 17).tolist():
        mixed = ward * logit(mean + (1 - ward) * apart) + (1 - ward) * logit(mean - ward * apart)
        assert abs(mixed - logit(mean)) <= 0.07 * ward * (1 - ward) * apart**2 + 1e-12


def test_wards_answer_to_what_they_gain_and_clinics_do_not() -> None:
    """Half a logit of inclination where the market knows wards; beside it twice the margin of what is gained."""
    model = PartialAdjustment(wards=0.5, margin=0.4)
    none = np.zeros(2)
    terms = Terms(none, none, 1.0, none, np.array([0.0, 0.3]), np.array([0.1, 0.2]))
    np.testing.assert_allclose(model.apart(terms), [0.08, 0.66])
