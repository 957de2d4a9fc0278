"""Forecasts that know no model: they must be right where their law holds, and comparisons as sure as drugs are many."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from vbp_sim.truth.naive import REGRESSIONS, asked, better, generic_bids, regression
from vbp_sim.truth.replay import read_market_of


def test_the_regression_finds_the_law_by_which_bids_were_made() -> None:
    """bid / ceiling = 0.8 firms^-0.5 ceiling^-0.1, with no error."""
    market = read_market_of("batch-2")
    law = {d.id: (float(d.ceiling or 1), len(market.products_of(d.id))) for d in market.drugs}
    over = {id: 0.8 * n**-0.5 * c**-0.1 for id, (c, n) in law.items()}
    rows = [replace(p, bid=Decimal(repr(over[p.drug] * law[p.drug][0])), originator=False) for p in market.products]
    made = replace(market, products=tuple(p for p in rows if over[p.drug] <= 1))
    counts = {d.id: len(made.products_of(d.id)) for d in made.drugs}
    assert counts == {d.id: law[d.id][1] for d in made.drugs}
    found = regression([made], np.array([[4.0, 1.0, 1.0], [9.0, 50.0, 50.0]]), 1)
    np.testing.assert_allclose(found[:, 0], [0.8 / 2, 0.8 / 3 * 50**-0.1], rtol=1e-3)
    assert found.shape[1] > 100
    assert np.ptp(found, axis=1).max() < 1e-3


def test_a_drug_is_asked_for_its_earlier_price_where_that_is_known() -> None:
    market = read_market_of("batch-2")
    for drug in market.drugs:
        prices = [float(p.pre_price) for p in market.products_of(drug.id) if p.pre_price and not p.originator]
        firms, ceiling, price = asked(market, drug)
        assert (firms, ceiling) == (len(market.products_of(drug.id)), pytest.approx(float(drug.ceiling or 0)))
        assert price == pytest.approx(np.exp(np.mean(np.log(prices))) if prices else ceiling)


@pytest.mark.parametrize("column", REGRESSIONS.values())
def test_no_forecast_bid_is_over_the_ceiling(column: int) -> None:
    drawn = regression([read_market_of("batch-2")], np.array([[1.0, 0.1, 0.2]]), column)
    assert drawn.max() <= 1
    assert drawn.min() > 0


def test_only_valid_bids_of_generics_are_in_the_pool() -> None:
    market = read_market_of("batch-2")
    pool = generic_bids(market)
    assert 0 < len(pool) < sum(p.bid is not None for p in market.products)
    assert pool.max() <= 1


def test_how_much_better_and_how_sure() -> None:
    drug = np.arange(60) // 3
    luck = np.random.default_rng(1)
    other = luck.uniform(0.5, 1.5, 60)
    assert better(other, other, drug) == (0.0, 0.0, 0.0)
    assert better(other / 2, other, drug) == pytest.approx((0.5, 0.5, 0.5))
    mean, low, high = better(other * luck.uniform(0.4, 1.4, 60), other, drug)
    assert low < mean < high
    few = better(other[:9], other[:9] * np.repeat([0.5, 1, 2], 3), drug[:9])
    assert few[2] - few[1] > 0.2
