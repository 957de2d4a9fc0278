"""Costs that hang on earlier prices between rounds and on ceilings within one."""

from __future__ import annotations

import functools
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vbp_sim.agents.firms.anchored_costs import AnchoredCosts
from vbp_sim.agents.firms.interface import Floats
from vbp_sim.scenario.market import Market
from vbp_sim.streams import Streams
from vbp_sim.truth.replay import read_market_of


@functools.cache
def batch_2() -> Market:
    return read_market_of("batch-2")


def costs(market: Market, model: AnchoredCosts) -> Floats:
    return model.products(market, Streams(1, 0)).cost


def scaled(market: Market, factor: Decimal, drugs: int = 1000) -> Market:
    """The market with the ceilings of its first ``drugs`` drugs times a factor."""
    changed = [replace(d, ceiling=d.ceiling and d.ceiling * factor) for d in market.drugs[:drugs]]
    return replace(market, drugs=(*changed, *market.drugs[drugs:]))


@settings(max_examples=20, deadline=None)
@given(factor=st.decimals("0.1", "10", places=3), weight=st.floats(0, 1), cheapness=st.floats(0, 0.4))
def test_ceilings_that_are_generous_as_a_whole_tell_nothing_of_costs(
    factor: Decimal, weight: float, cheapness: float
) -> None:
    """At round_weight 1, all ceilings times one factor leave every cost as it was, if their weight does not fade."""
    model = AnchoredCosts(fade=0.0, round_weight=1.0, ceiling_weight=weight, cheapness=cheapness)
    np.testing.assert_allclose(costs(scaled(batch_2(), factor), model), costs(batch_2(), model), rtol=1e-6)


def test_without_it_costs_follow_the_ceilings() -> None:
    """At round_weight 0 and ceiling_weight 1, costs are in proportion to ceilings."""
    model = AnchoredCosts(fade=0.0, round_weight=0.0, ceiling_weight=1.0, cheapness=0.0)
    np.testing.assert_allclose(costs(scaled(batch_2(), Decimal(3)), model), 3 * costs(batch_2(), model), rtol=1e-6)


def test_the_level_of_costs_follows_earlier_prices() -> None:
    """All earlier prices doubled double all costs of a market, whatever the ceilings; cheap units aside."""
    market = batch_2()
    dearer = replace(
        market, products=tuple(replace(p, pre_price=p.pre_price and p.pre_price * 2) for p in market.products)
    )
    model = AnchoredCosts(fade=0.0, round_weight=1.0, cheapness=0.0)
    np.testing.assert_allclose(costs(dearer, model), 2 * costs(market, model), rtol=1e-6)


def test_a_drug_with_a_higher_ceiling_than_others_costs_more() -> None:
    model = AnchoredCosts(round_weight=1.0)
    found = model.products(batch_2(), Streams(1, 0))
    other = costs(scaled(batch_2(), Decimal(2), drugs=1), model)
    assert (other[found.of(0)] > found.cost[found.of(0)]).all()


def test_a_market_without_earlier_prices_has_only_its_ceilings() -> None:
    market = batch_2()
    bare = replace(market, products=tuple(replace(p, pre_price=None) for p in market.products))
    one, two = (costs(bare, AnchoredCosts(round_weight=r)) for r in (0.0, 1.0))
    np.testing.assert_array_equal(one, two)
    assert (one > 0).all()


def test_a_cost_that_the_market_gives_stays() -> None:
    market = batch_2()
    first = market.products[0]
    given_ = replace(market, products=(replace(first, cost=Decimal("0.5")), *market.products[1:]))
    assert costs(given_, AnchoredCosts())[0] == pytest.approx(0.5)


def test_the_nearer_ceilings_come_to_earlier_prices_the_less_they_tell() -> None:
    """A drug with twice the ceiling costs 2^w as much, w = ceiling_weight (1 - G)^fade, G by all ceilings."""
    market, plain = batch_2(), {"cheapness": 0.0, "drug_spread": 0.0, "firm_spread": 0.0, "generosity_error": 0.0}
    known = [d for d in market.drugs if any(p.pre_price and not p.originator for p in market.products_of(d.id))]
    first = market.drugs.index(known[0])

    def weight(factor: str, **parameters: float) -> float:
        all_ = scaled(market, Decimal(factor))
        drug = replace(all_.drugs[first], ceiling=(all_.drugs[first].ceiling or 1) * 2)
        one = replace(all_, drugs=(*all_.drugs[:first], drug, *all_.drugs[first + 1 :]))
        model = AnchoredCosts(**{**plain, "round_weight": 0.0, **parameters})
        ratio = costs(one, model) / costs(all_, model)
        return float(np.log2(ratio[model.products(market, Streams(1, 0)).of(first)[0]]))

    steady, low, usual, high = (
        weight("1", fade=0.0, ceiling_weight=0.6),
        weight("0.5", fade=1.0, ceiling_weight=1.0),
        weight("1", fade=1.0, ceiling_weight=1.0),
        weight("4", fade=1.0, ceiling_weight=1.0),
    )
    assert steady == pytest.approx(0.6)
    assert low > usual > high == pytest.approx(0.0)


def test_a_round_is_as_generous_as_the_sample_says_give_or_take() -> None:
    """With generosity_error the whole level moves from draw to draw, by the standard error of the mean."""
    market = batch_2()
    calm, unsure = (AnchoredCosts(fade=0.0, ceiling_weight=1.0, generosity_error=e) for e in (0.0, 1.0))
    off = [
        np.log(unsure.products(market, Streams(1, k)).cost / calm.products(market, Streams(1, k)).cost)
        for k in range(60)
    ]
    ratios = [
        np.log(float(d.ceiling or 1) / np.exp(np.log(known).mean()))
        for d in market.drugs
        if (known := [float(p.pre_price) for p in market.products_of(d.id) if p.pre_price and not p.originator])
    ]
    error = np.std(ratios, ddof=1) / len(ratios) ** 0.5
    assert np.std([np.median(x) for x in off]) == pytest.approx(error * (1 - unsure.cheapness), rel=0.35)
