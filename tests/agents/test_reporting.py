"""Newsvendor reports: closed form V11, and the signs T18 to T22 of models.md."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy import stats

from vbp_sim.agents.reporting.anchor import Anchor
from vbp_sim.agents.reporting.bonus import Bonus
from vbp_sim.agents.reporting.interface import History, Reporting
from vbp_sim.agents.reporting.newsvendor import Newsvendor, lognormal_quantile
from vbp_sim.rules.local.review import Limits
from vbp_sim.streams import Streams

N = 20_000
LUCK = Streams(1, 0)
OPEN: dict[str, Any] = {"lowest": 0.0, "highest": 5.0}


def at(n: int) -> np.ndarray:
    """Counters of the draws of institutions."""
    return np.arange(n, dtype=np.uint64)


def history(share: float = 0.65, use: float | None = None, n: int = N) -> History:
    volumes = np.full((1, n), 100.0) if use is None else np.full((1, n), use)
    return History("first", ("alpha",), at(n), volumes, np.array([share]), np.zeros((1, n)))


def reviewed(kind: type[Reporting], values: dict[str, Any]) -> tuple[Reporting, Limits]:
    """A model, and the review of the law, each with its part of the values."""
    law = {name: value for name, value in values.items() if name in Limits.model_fields}
    return kind(**{name: value for name, value in values.items() if name not in law}), Limits(**law)


def reports(share: float = 0.65, use: float | None = None, n: int = N, **values: Any) -> np.ndarray:
    model, review = reviewed(Newsvendor, values)
    return model.report(history(share, use, n), review, LUCK)[0]


@pytest.mark.parametrize(("tau", "cv"), [(1 / 11, 0.35), (1 / 4, 0.2), (0.5, 0.5), (1 / 31, 0.5)])
def test_v11_the_chance_of_missing_the_agreed_volume_is_tau(tau: float, cv: float) -> None:
    """Demand of the same law as the model's, against the agreed volume that it asks for."""
    agreed = float(lognormal_quantile(np.array(tau), np.array(cv)))
    sigma = np.sqrt(np.log1p(cv**2))
    assert stats.lognorm.cdf(agreed, sigma, scale=np.exp(-(sigma**2) / 2)) == pytest.approx(tau, abs=2e-4)


def test_v11_in_numbers() -> None:
    """models.md gives .533 for a normal law of cv .35; the log-normal of the same cv is .606 at tau = 1/11."""
    normal = 1 + 0.35 * stats.norm.ppf(1 / 11)
    assert normal == pytest.approx(0.533, abs=5e-4)
    sigma = np.sqrt(np.log1p(0.35**2))
    lognormal = float(lognormal_quantile(np.array(1 / 11), np.array(0.35)))
    assert lognormal == pytest.approx(np.exp(sigma * stats.norm.ppf(1 / 11) - sigma**2 / 2), rel=1e-3)


def test_the_model_misses_with_probability_tau_whatever_the_spread() -> None:
    for cv in (0.2, 0.5):
        agreed = (
            reports(cost_ratio=10, cost_ratio_spread=0, cv_low=cv, cv_high=cv, expected_share=1, **OPEN) * 0.65 / 100
        )
        sigma = np.sqrt(np.log1p(cv**2))
        demand = np.exp(sigma * LUCK.normal("demand", at=np.arange(N)) - sigma**2 / 2)
        assert (demand < agreed).mean() == pytest.approx(1 / 11, abs=4 * np.sqrt(1 / 11 / N))


def test_equal_losses_ask_for_the_median() -> None:
    assert lognormal_quantile(np.array(0.5), np.array(0.4)) == pytest.approx(1 / np.sqrt(1 + 0.4**2), rel=1e-4)


def test_a_larger_loss_from_missing_means_a_smaller_report() -> None:
    ratios = [reports(cost_ratio=r) for r in (1.0, 3.0, 10.0, 30.0)]
    for low, high in zip(ratios[1:], ratios, strict=False):
        assert (low <= high).all()
        assert low.mean() < high.mean()


def test_uncertainty_means_a_smaller_report() -> None:
    means = [reports(cv_low=cv, cv_high=cv, **OPEN).mean() for cv in (0.1, 0.2, 0.35, 0.5)]
    assert means == sorted(means, reverse=True)


@given(st.floats(0.3, 0.95), st.floats(0.3, 0.95))
def test_the_guaranteed_share_moves_reports_but_not_the_agreed_volume(a: float, b: float) -> None:
    first, second = (share * reports(share, n=50, **OPEN) for share in (a, b))
    np.testing.assert_allclose(first, second, rtol=1e-12)


@given(st.floats(1e-3, 1e9))
def test_reports_scale_with_demand(use: float) -> None:
    np.testing.assert_allclose(reports(use=use, n=50), reports(use=1.0, n=50) * use, rtol=1e-12)


@given(st.floats(0.05, 1), st.floats(0, 1), st.floats(1, 3))
def test_the_review_bounds_hold(share: float, lowest: float, highest: float) -> None:
    r = reports(share, n=200, lowest=lowest, highest=highest)
    assert (r >= lowest * 100 * (1 - 1e-12)).all()
    assert (r <= highest * 100 * (1 + 1e-12)).all()


def test_nothing_guaranteed_or_nothing_used_is_no_trouble() -> None:
    assert (reports(share=0.0, n=5) == 100).all()
    assert (reports(share=0.0, use=0.0, n=5) == 0).all()


def test_a_drug_or_an_institution_more_leaves_the_other_reports() -> None:
    model, use = Newsvendor(), np.full((2, 30), 7.0)
    pair = History("r", ("alpha", "beta"), at(30), use, np.array([0.5, 0.6]), 0 * use)
    both = model.report(pair, Limits(), LUCK)
    one = use[1:, :20]
    alone = model.report(History("r", ("beta",), at(20), one, np.array([0.6]), 0 * one), Limits(), LUCK)
    np.testing.assert_array_equal(both[1, :20], alone[0])


@pytest.mark.parametrize("values", [{"cv_low": 0.6}, {"lowest": 0.9, "highest": 0.5}])
def test_reversed_limits_are_refused(values: dict[str, float]) -> None:
    with pytest.raises(ValidationError, match="lies above"):
        reviewed(Newsvendor, values)


ALL: tuple[type[Reporting], ...] = (Newsvendor, Bonus, Anchor)


def sent_on(kind: type[Reporting], bought: float = 0.0, n: int = 2000, **values: Any) -> np.ndarray:
    """Reports of institutions with a use of 100, as the province sends them on."""
    past = History("r", ("alpha",), at(n), np.full((1, n), 100.0), np.array([0.65]), np.full((1, n), bought))
    model, review = reviewed(kind, values)
    return np.asarray(model.report(past, review, LUCK)[0])


@pytest.mark.parametrize("kind", ALL)
def test_provinces_send_back_reports_under_the_floor(kind: type[Reporting]) -> None:
    free, held = sent_on(kind, lowest=0.0), sent_on(kind, lowest=0.8)
    assert (free < 80).any()
    np.testing.assert_array_equal(held, np.maximum(free, 80.0))


@pytest.mark.parametrize("kind", ALL)
def test_who_can_explain_a_small_report_keeps_it(kind: type[Reporting]) -> None:
    free, held, some = (
        sent_on(kind, **v) for v in ({"lowest": 0.0}, {"lowest": 0.8}, {"lowest": 0.8, "excused": 0.25})
    )
    kept = some < held
    np.testing.assert_array_equal(some[kept], free[kept])
    assert kept.sum() / (free < held).sum() == pytest.approx(0.25, abs=0.05)
    np.testing.assert_array_equal(sent_on(kind, lowest=0.8, excused=1.0), free)


@pytest.mark.parametrize("kind", ALL)
def test_who_expects_growth_reports_more(kind: type[Reporting]) -> None:
    wide = {"lowest": 0.0, "highest": 5.0}
    np.testing.assert_allclose(sent_on(kind, growth=0.14, **wide), 1.14 * sent_on(kind, **wide), rtol=1e-12)


@pytest.mark.parametrize("kind", ALL)
def test_the_ratchet_holds_a_renewal_to_what_was_bought(kind: type[Reporting]) -> None:
    free = sent_on(kind, bought=90.0)
    np.testing.assert_array_equal(sent_on(kind, bought=90.0, ratchet=0.8), np.maximum(free, 72.0))
    np.testing.assert_array_equal(sent_on(kind, bought=0.0, ratchet=0.8), free)


@given(st.sampled_from(ALL), st.floats(0.1, 0.9), st.floats(0, 1), st.floats(0, 100))
def test_an_institution_more_leaves_reviewed_reports(
    kind: type[Reporting], lowest: float, excused: float, bought: float
) -> None:
    few, many = (sent_on(kind, bought, n, lowest=lowest, excused=excused, ratchet=0.5) for n in (10, 25))
    np.testing.assert_array_equal(few, many[:10])
