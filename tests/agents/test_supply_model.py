"""Failures fall with the margin (T26), and only products that lose money are given up more often."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vbp_sim.agents.supply.alternating_renewal import AlternatingRenewal
from vbp_sim.agents.supply.interface import Line
from vbp_sim.streams import Streams

LUCK = Streams(1, 0)


def line(margin: float = 0.4, form: str = "oral-solid", firm: str = "a1") -> Line:
    return Line("first", "alpha", firm, form, margin)


def ups(model: AlternatingRenewal, one: Line, n: int = 20_000) -> float:
    """Failures per year, from the mean time up."""
    return float(365.25 / np.mean([model.outage(one, k, LUCK).after for k in range(n)]))


@pytest.mark.parametrize(("form", "rate"), [("oral-solid", 0.05), ("injection", 0.12)])
def test_rates_and_repair_are_those_of_the_parameters(form: str, rate: float) -> None:
    model = AlternatingRenewal()
    assert ups(model, line(form=form)) == pytest.approx(rate + model.default_rate, rel=0.03)
    lasts = [model.outage(line(), k, LUCK).lasts for k in range(20_000)]
    assert np.mean(lasts) == pytest.approx(5 * 365.25 / 12, rel=0.03)


@given(st.floats(-1, 0.99), st.floats(-1, 0.99), st.integers(0, 50))
def test_t26_a_higher_price_means_later_failures_draw_by_draw(a: float, b: float, occasion: int) -> None:
    low, high = sorted((a, b))
    model = AlternatingRenewal()
    assert model.outage(line(low), occasion, LUCK).after <= model.outage(line(high), occasion, LUCK).after


def test_a_margin_lower_by_three_tenths_means_two_thirds_more_failures() -> None:
    model = AlternatingRenewal(default_rate=0.0)
    assert ups(model, line(0.1)) / ups(model, line(0.4)) == pytest.approx(np.exp(1.7 * 0.3), rel=1e-9)


def test_products_below_cost_are_given_up_more_often() -> None:
    model = AlternatingRenewal(default_rate=0.0, exit_rate=0.5)

    def final(margin: float) -> float:
        return float(np.mean([model.outage(line(margin), k, LUCK).final for k in range(5_000)]))

    assert final(0.2) == 0
    leaving, failing = 0.5 * 2, 0.05 * np.exp(1.7 * 0.6)
    assert final(-0.2) == pytest.approx(leaving / (leaving + failing), abs=0.02)


def test_without_any_rate_nothing_ever_fails() -> None:
    model: Any = AlternatingRenewal(rate_oral=0.0, default_rate=0.0)
    assert np.isinf(model.outage(line(), 0, LUCK).after)


def test_outages_are_addressed_by_round_drug_and_firm() -> None:
    model = AlternatingRenewal()
    assert model.outage(line(), 0, LUCK) == model.outage(line(), 0, Streams(1, 0))
    assert model.outage(line(), 0, LUCK) != model.outage(line(firm="a2"), 0, LUCK)
    assert model.outage(line(), 0, LUCK) != model.outage(line(), 1, LUCK)
