"""Costs, shares, prices and capacities where the market leaves gaps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small import DEMAND, DRUGS, PRODUCTS, round_of, small

from vbp_sim.agents.firms.interface import Products, together
from vbp_sim.agents.firms.two_level_costs import TwoLevelCosts
from vbp_sim.errors import InputError
from vbp_sim.streams import Streams


def made(folder: Path, seed: int = 1, model: TwoLevelCosts | None = None, **market: Any) -> Products:
    return (model or TwoLevelCosts()).products(small(folder, **market).market, Streams(seed, 0))


def test_every_gap_is_filled_with_something_possible(tmp_path: Path) -> None:
    for seed in range(20):
        p = made(tmp_path, seed)
        ceiling = np.array([d["ceiling"] for d in DRUGS])[p.drug]
        assert ((p.cost > 0) & (p.cost < ceiling)).all()
        assert (p.capacity > 0).all()
        assert (p.pre_price > 0).all()
        for d in range(len(DRUGS)):
            shares = p.pre_share[p.of(d)]
            assert (shares >= 0).all()
            assert shares.sum() <= 1 + 1e-9


def test_what_the_market_gives_stays(tmp_path: Path) -> None:
    given = {
        "pre_price": 1.5,
        "pre_share": 0.2,
        "capacity": 0,
        "cost": 0.7,
        "bid": 0.9,
        "selected": 1,
        "owner": "group",
    }
    products = [{**p, **given} if (p["drug"], p["manufacturer"]) == ("alpha", "a2") else p for p in PRODUCTS]
    p = made(tmp_path, products=products)
    i = p.manufacturer.index("a2")
    assert (p.pre_price[i], p.pre_share[i], p.capacity[i], p.cost[i]) == (1.5, 0.2, 0, 0.7)
    assert (p.real_bid[i], p.real_selected[i], p.owner[i]) == (0.9, 1, "group")
    assert p.real_selected[i + 1] == -1
    assert np.isnan(p.real_bid[i + 1])


def test_shares_of_originators_that_add_up_to_more_than_one_are_scaled(tmp_path: Path) -> None:
    products = [{**p, "originator": 1, "pre_share": ""} for p in PRODUCTS]
    p = made(tmp_path, products=products)
    for d in range(len(DRUGS)):
        assert p.pre_share[p.of(d)].sum() == pytest.approx(1.0)


def test_unnamed_firms_fill_up_to_the_qualified_number_and_belong_to_their_drug(tmp_path: Path) -> None:
    drugs = [{**d, "qualified": 6} for d in DRUGS]
    p = made(tmp_path, drugs=drugs)
    assert [len(p.of(d)) for d in range(3)] == [6, 6, 6]
    unnamed = [(p.drug[i], name) for i, name in enumerate(p.manufacturer) if name.startswith("unnamed")]
    assert len({name for _, name in unnamed}) == len(unnamed)  # a firm of one drug is not barred for another's


def test_the_number_of_unnamed_firms_is_poisson(tmp_path: Path) -> None:
    market = small(tmp_path).market
    extra = [
        len(TwoLevelCosts(extra_bidders=2.0).products(market, Streams(k, 0)).drug) - len(PRODUCTS) for k in range(400)
    ]
    assert np.mean(extra) == pytest.approx(6.0, abs=4 * np.sqrt(6 / 400))
    assert np.var(extra) == pytest.approx(6.0, rel=0.3)


def test_unnamed_firms_may_be_negative_binomial(tmp_path: Path) -> None:
    """Variance = mean + mean^2 / dispersion for each drug."""
    market = small(tmp_path).market
    model = TwoLevelCosts(extra_bidders=2.0, extra_dispersion=3)
    named = np.bincount([[d["drug"] for d in DRUGS].index(p.drug) for p in market.products])
    extra = np.array([np.bincount(model.products(market, Streams(k, 0)).drug) - named for k in range(500)])
    assert extra.mean() == pytest.approx(2.0, rel=0.1)
    assert extra.var() == pytest.approx(2 + 4 / 3, rel=0.2)


def test_costs_are_log_normal_in_two_levels(tmp_path: Path) -> None:
    model = TwoLevelCosts(own_api_share=0.0, cost_median=0.2, drug_spread=0.2, firm_spread=0.3)
    market = small(tmp_path).market
    runs = [model.products(market, Streams(k, 0)) for k in range(1000)]
    generic = np.array([[np.log(p.cost[i] / 2.0) for i in range(2)] for p in runs])  # a1 and a2 of alpha
    assert np.median(np.exp(generic)) == pytest.approx(0.2, rel=0.05)
    assert generic.std() == pytest.approx(np.hypot(0.2, 0.3), rel=0.08)
    assert np.corrcoef(generic.T)[0, 1] == pytest.approx(0.04 / 0.13, abs=0.1)


def test_where_there_is_no_ceiling_the_price_before_sets_the_scale(tmp_path: Path) -> None:
    rules = {"extends": "expansion-2019", "ceiling": {"rule": "before"}}

    drugs = [{**d, "ceiling": "", "pre_price": d["ceiling"]} for d in DRUGS]
    a = made(tmp_path, drugs=drugs, rounds={"first": round_of(rules=rules)})
    np.testing.assert_array_equal(a.cost, made(tmp_path).cost)


def test_a_drug_without_any_price_is_an_input_error(tmp_path: Path) -> None:
    market = small(tmp_path).market

    blind = replace(market, drugs=(replace(market.drugs[0], ceiling=None), *market.drugs[1:]))
    with pytest.raises(InputError, match="neither a ceiling nor a pre_price"):
        TwoLevelCosts().products(blind, Streams(1, 0))


def test_capacity_follows_the_reported_volume(tmp_path: Path) -> None:
    twice = [{**d, "reported": 2 * d["reported"]} for d in DEMAND]
    np.testing.assert_allclose(made(tmp_path, demand=twice).capacity, 2 * made(tmp_path).capacity)


def test_a_market_whose_bids_are_known_gets_no_unnamed_firms(tmp_path: Path) -> None:
    """Unless it says how many are qualified: alpha 6, of whom it names 4."""
    bids = [{**p, "bid": 0.4} for p in PRODUCTS]
    many = TwoLevelCosts(extra_bidders=5)
    for seed in range(5):
        assert len(made(tmp_path / "a", seed, many, products=bids).drug) == len(PRODUCTS)
        drugs = [{**d, "qualified": 6 if d["drug"] == "alpha" else ""} for d in DRUGS]
        p = made(tmp_path / "b", seed, many, products=bids, drugs=drugs)
        assert np.bincount(p.drug).tolist() == [6, 3, 2]
    more = made(tmp_path / "a", 1, TwoLevelCosts(more_bidders=2), products=bids)
    assert np.bincount(more.drug).tolist() == [6, 5, 4]


def test_replications_with_other_numbers_of_firms_stand_together(tmp_path: Path) -> None:
    drawn = [made(tmp_path, seed) for seed in range(8)]
    assert len({len(p.drug) for p in drawn}) > 1
    whole, found = together(drawn)
    assert len(whole.drug) == sum(max(len(p.of(d)) for p in drawn) for d in range(len(DRUGS)))
    for p, here in zip(drawn, found, strict=True):
        assert whole.drug[here].tolist() == p.drug.tolist()
        assert tuple(whole.manufacturer[i] for i in here) == p.manufacturer
    alone, same = together(drawn[:1])
    assert same[0].tolist() == list(range(len(alone.drug)))
    assert alone.cost.tolist() == drawn[0].cost.tolist()


def test_products_that_may_not_bid_hold_a_part_of_what_originators_leave(tmp_path: Path) -> None:
    """Of alpha the originator has half, of gamma there is none: with a quarter unqualified, 3/8 and 3/4 are left."""
    p = made(tmp_path, model=TwoLevelCosts(unqualified_share=0.25))
    bidding = {d: p.pre_share[(p.drug == d) & ~p.originator].sum() for d in (0, 2)}
    assert bidding == pytest.approx({0: 0.375, 2: 0.75})
