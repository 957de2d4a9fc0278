"""Entry, exit, scale and learning: their rates, their limits, and that they are addressed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import PRODUCTS, round_of, rows, small

from vbp_sim.agents.firms.interface import Products
from vbp_sim.agents.firms.two_level_costs import TwoLevelCosts
from vbp_sim.agents.industry import EntryAndLearning, Fixed, Standing
from vbp_sim.engine.simulation import simulate
from vbp_sim.streams import Streams

LUCK = Streams(1, 0)


def products(folder: Path) -> tuple[Products, tuple[str, ...]]:
    market = small(folder).market
    return TwoLevelCosts(extra_bidders=0.0).products(market, LUCK), tuple(d.id for d in market.drugs)


def standing(n: int = 3, **more: Any) -> Standing:
    usual: dict[str, Any] = {
        "round": "second", "drug": "alpha", "manufacturer": tuple(f"m{i}" for i in range(n)), "cost": np.full(n, 1.0),
        "price": np.full(n, 2.0), "pre_share": np.full(n, 0.0), "delivered": np.zeros(n), "use": 300.0, "expect": 100.0,
    }  # fmt: skip
    return Standing(**usual | more)


@pytest.mark.parametrize("dispersion", [None, 3])
def test_qualified_firms_grow_by_fifteen_per_cent_a_year(tmp_path: Path, dispersion: int | None) -> None:
    first, drugs = products(tmp_path)
    model = EntryAndLearning(dispersion=dispersion, most=100)
    new = np.array([
        [int((model.entering(first, drugs, years, Streams(1, k)).drug == 0).sum()) - 4 for years in (2.0, 4.0)]
        for k in range(400)
    ])  # fmt: skip
    for column, years in enumerate((2.0, 4.0)):
        assert new[:, column].mean() == pytest.approx(4 * (1.15**years - 1), rel=0.15)
    over = new[:, 1].var() / new[:, 1].mean()
    assert over == pytest.approx(1.0 if dispersion is None else 1 + new[:, 1].mean() / 3, rel=0.25)


def test_entrants_come_behind_the_firms_that_are_there(tmp_path: Path) -> None:
    first, drugs = products(tmp_path)
    n = len(first.cost)
    model = EntryAndLearning(growth=1.0)
    longer, shorter = (model.entering(first, drugs, years, LUCK) for years in (6.0, 3.0))
    for now in (longer, shorter):
        assert now.manufacturer[:n] == first.manufacturer
        np.testing.assert_array_equal(now.cost[:n], first.cost)
        new = slice(n, None)
        assert (now.since[new] > 0).all()
        assert not now.originator[new].any()
        assert now.pre_share[new].sum() == 0
        assert {len(v) for v in (now.drug, now.cost, now.capacity, now.since, now.owner, now.manufacturer)} == {
            len(now.cost)
        }
        for d in range(len(drugs)):
            days = now.since[now.of(d)]
            assert (np.diff(days) >= 0).all()
    by_name = dict(zip(longer.manufacturer, longer.since, strict=True))
    assert all(by_name[name] == day for name, day in zip(shorter.manufacturer, shorter.since, strict=True))
    assert max(np.bincount(EntryAndLearning(growth=3.0, most=9).entering(first, drugs, 9.0, LUCK).drug)) == 9


def test_fixed_changes_nothing(tmp_path: Path) -> None:
    first, drugs = products(tmp_path)
    assert Fixed().entering(first, drugs, 10.0, LUCK) is first
    assert EntryAndLearning(growth=0.0).entering(first, drugs, 10.0, LUCK) is first
    one = standing(delivered=np.full(3, 1e6), price=np.zeros(3))
    assert Fixed().costs(one) is one.cost
    assert not Fixed().leaving(one, one.cost, LUCK).any()


def test_c4_cost_falls_by_the_progress_ratio_when_experience_doubles() -> None:
    model = EntryAndLearning(scale=0.0)
    start = 3 * 100.0  # three years of an equal share of 300 units among three firms
    costs = model.costs(standing(delivered=np.array([0.0, start, 3 * start])))
    np.testing.assert_allclose(costs, [1.0, 0.92, 0.92**2])
    assert model.costs(standing(delivered=np.full(3, 1e30)))[0] == 0.5


def test_c3_cost_falls_with_the_volume_that_a_winner_may_expect() -> None:
    model = EntryAndLearning(progress=1.0, scale=0.1)
    np.testing.assert_allclose(model.costs(standing(expect=100.0)), 1.0)
    np.testing.assert_allclose(model.costs(standing(expect=200.0)), 2**-0.1)
    np.testing.assert_allclose(model.costs(standing(pre_share=np.full(3, 0.5), expect=150.0)), 1.0)


@given(st.floats(0, 1e9), st.floats(0, 1e9), st.floats(1, 1e6))
def test_more_experience_never_costs_more(a: float, b: float, use: float) -> None:
    less, more = sorted((a, b))
    model = EntryAndLearning()
    first, then = (model.costs(standing(delivered=np.full(3, d), use=use))[0] for d in (less, more))
    assert 0.5 * then <= then <= first


def test_half_of_those_who_lost_money_leave_at_a_renewal() -> None:
    n = 4000
    price = np.where(np.arange(n) % 2 == 0, 0.9, 1.1)
    gone = EntryAndLearning().leaving(standing(n, price=price), np.ones(n), LUCK)
    assert gone[price < 1].mean() == pytest.approx(0.5, abs=0.03)
    assert not gone[price > 1].any()
    assert not EntryAndLearning().leaving(standing(n, price=np.full(n, np.nan)), np.ones(n), LUCK).any()


def later(folder: Path, k: int = 0, **industry: Any) -> Any:
    rounds = {name: round_of(start) for name, start in (("first", "2019-01-01"), ("second", "2022-01-01"))}
    behaviour = {"industry": {"model": "entry-and-learning", **industry}, "firms": {"extra_bidders": 0.0}}
    return simulate(small(folder, rounds=rounds, behaviour=behaviour), k)


def test_entrants_bid_in_the_rounds_after_they_qualify(tmp_path: Path) -> None:
    tables = later(tmp_path, growth=1.0, leave=0.0)
    bids = tables["bids"]
    new = np.array(["entrant" in name for name in bids["manufacturer"]])
    counts = {name: int(new[bids["round"] == name].sum()) for name in ("first", "second")}
    assert counts["second"] > counts["first"]
    qualified = {r: rows(tables["awards"], round=r)["qualified"].sum() for r in ("first", "second")}
    assert qualified["second"] - qualified["first"] == counts["second"] - counts["first"]
    assert tables["use"]["need"].sum() > 0


def test_who_delivered_in_the_first_round_comes_to_the_second_with_a_lower_cost(tmp_path: Path) -> None:
    tables = later(tmp_path, growth=0.0, scale=0.0)
    of = ("drug", "manufacturer", "cost")
    first, second = (zip(*(rows(tables["bids"], round=r)[c] for c in of), strict=True) for r in ("first", "second"))
    supply = rows(tables["supply"], round="first")
    out = supply["delivered"] + supply["backup_delivered"] > 0
    delivered = {*zip(supply["drug"][out], supply["manufacturer"][out], strict=True)}
    before = {(drug, firm): cost for drug, firm, cost in first}
    assert delivered
    for drug, firm, cost in second:
        assert cost < before[drug, firm] if (drug, firm) in delivered else cost == before[drug, firm]


def test_incumbents_under_cost_leave_and_do_not_bid(tmp_path: Path) -> None:
    products = [{**p, "cost": 100.0, "bid": 0.4} for p in PRODUCTS]
    rounds = {name: round_of(start) for name, start in (("first", "2019-01-01"), ("second", "2021-06-01"))}
    behaviour = {
        "industry": {"model": "entry-and-learning", "leave": 1.0, "growth": 0.0},
        "bidding": {"model": "recorded"},
        "supply": {"exit_rate": 0.0, "default_rate": 0.0},
    }
    tables = simulate(small(tmp_path, rounds=rounds, behaviour=behaviour, products=products), 0)
    winners = {
        *zip(*(rows(tables["bids"], round="first", selected=True)[c] for c in ("drug", "manufacturer")), strict=True)
    }
    left = rows(tables["events"], kind="exit", round="second")
    assert {*zip(left["drug"], left["manufacturer"], strict=True)} == winners
    again = rows(tables["bids"], round="second")
    assert not winners & {*zip(again["drug"], again["manufacturer"], strict=True)}


def test_who_has_learned_to_earn_money_at_its_price_stays(tmp_path: Path) -> None:
    """Prices under the first costs: who delivered has come down to half of them by the renewal, and nobody leaves."""
    products = [{**p, "cost": 1.0, "bid": 0.4} for p in PRODUCTS if p["drug"] == "gamma"]
    tables = simulate(
        small(
            tmp_path,
            rounds={n: round_of(s, drugs=["gamma"]) for n, s in (("first", "2019-01-01"), ("second", "2021-06-01"))},
            behaviour={
                "industry": {
                    "model": "entry-and-learning", "leave": 1.0, "growth": 0.0, "scale": 0.0,
                    "progress": 0.1, "floor": 0.3, "experience_years": 0.1,
                },
                "bidding": {"model": "recorded"},
                "supply": {"exit_rate": 0.0, "default_rate": 0.0},
            },
            products=[*(p for p in PRODUCTS if p["drug"] != "gamma"), *products],
        ),
        0,
    )  # fmt: skip
    assert rows(tables["bids"], round="first", selected=True)["bid"].tolist() == [0.4, 0.4]
    assert not len(rows(tables["events"], kind="exit", round="second")["drug"])


def test_what_is_not_chosen_moves_no_number(tmp_path: Path) -> None:
    """Entry, exit and learning switched off one by one leave a run as it is without the model."""
    off = {"growth": 0.0, "leave": 0.0, "scale": 0.0, "progress": 1.0}
    a, b = later(tmp_path, **off), simulate(small(
        tmp_path, rounds={n: round_of(s) for n, s in (("first", "2019-01-01"), ("second", "2022-01-01"))},
        behaviour={"firms": {"extra_bidders": 0.0}}), 0)  # fmt: skip
    for name in a:
        for column in a[name]:
            np.testing.assert_array_equal(a[name][column], b[name][column])


def test_standing_is_of_the_shape_of_its_firms() -> None:
    assert len(EntryAndLearning().costs(replace(standing(5), use=0.0))) == 5
