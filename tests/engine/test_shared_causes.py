"""What several suppliers have in common: a source, an owner, a repair crew; and what it does to a shortage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import simpy
from bench import Bench
from small import PRODUCTS, SHARED, round_of, rows, small, total

from vbp_sim.agents.firms.two_level_costs import TwoLevelCosts
from vbp_sim.agents.supply.alternating_renewal import AlternatingRenewal
from vbp_sim.agents.supply.ingredients import SharedSources, Shock
from vbp_sim.agents.supply.interface import Line
from vbp_sim.engine.clock import Clock
from vbp_sim.engine.companies import Companies
from vbp_sim.engine.plant import Plant
from vbp_sim.engine.simulation import horizon, simulate
from vbp_sim.engine.source import Source
from vbp_sim.engine.world import World
from vbp_sim.rules.failure import Nobody
from vbp_sim.streams import Streams

YEARS = 150
NEVER: dict[str, Any] = {"rate_oral": 0.0, "default_rate": 0.0, "exit_rate": 0.0, "catch_up": 0.0, "stock_months": 0.0}


def sourced(sources: int) -> AlternatingRenewal:
    return AlternatingRenewal(**NEVER, coverage=0.0, ingredients=SharedSources(sources=sources, rate=0.5, months=6.0))


def test_a_shared_source_makes_unmet_demand_vary_more_at_the_same_mean(tmp_path: Path) -> None:
    together, apart = (Bench(tmp_path, sourced(n), mains=20, capacity=100.0, years=YEARS).run() for n in (1, 100))
    assert together.mean() == pytest.approx(0.2, abs=0.05)
    assert apart.mean() == pytest.approx(0.2, abs=0.03)
    assert together.var() > 5 * apart.var()
    assert {0.0, 1.0} <= set(together.round(9))


def test_t28_with_independent_suppliers_the_variance_falls_with_their_number(tmp_path: Path) -> None:
    model = AlternatingRenewal(**{**NEVER, "rate_oral": 1.0}, repair_months=3.0, coverage=0.0)
    years = {1: 4 * YEARS, 2: 2 * YEARS, 4: YEARS, 16: YEARS}  # few suppliers fail too seldom to tell
    unmet = {k: Bench(tmp_path, model, mains=k, capacity=100.0, years=y).run() for k, y in years.items()}
    variance = [float(unmet[k].var()) for k in (1, 2, 4, 16)]
    assert variance == sorted(variance, reverse=True)
    for k, one in unmet.items():
        assert one.mean() == pytest.approx(0.2, abs=0.04)
        assert one.var() == pytest.approx(unmet[1].var() / k, rel=0.35)


def test_more_suppliers_with_spare_capacity_leave_less_unmet(tmp_path: Path) -> None:
    model = AlternatingRenewal(**{**NEVER, "rate_oral": 1.0}, repair_months=3.0, coverage=1.0, spare_use=1.0)
    means = [float(Bench(tmp_path, model, mains=k, capacity=125.0, years=YEARS).run().mean()) for k in (1, 2, 4, 16)]
    assert means == sorted(means, reverse=True)
    assert means[-1] < 0.5 * means[0]


def test_help_comes_from_stock_unless_spare_capacity_is_used(tmp_path: Path) -> None:
    def unmet(**more: Any) -> float:
        model = AlternatingRenewal(**{**NEVER, "rate_oral": 1.0, **more}, coverage=1.0)
        return float(Bench(tmp_path, model, mains=8, capacity=150.0, years=60).run().mean())

    nobody, stock, half, all_ = unmet(), unmet(stock_months=1.0), unmet(spare_use=0.5), unmet(spare_use=1.0)
    assert all_ < half < nobody
    assert stock < nobody
    assert unmet(stock_months=1.0, spare_use=1.0) < min(stock, all_)


def test_a_plant_that_comes_to_a_source_in_a_shock_waits_with_the_others() -> None:
    env = simpy.Environment()
    source, seen = Source("d", "1", [Shock(10.0, 20.0), Shock(40.0, 50.0)]), []
    first, later = (Plant(Line("r", "d", m, "", 0.4), i, 1.0) for i, m in enumerate(("a", "b")))
    source.serve(first, 0.0)
    env.process(source.life(env, lambda kind, **more: seen.append((env.now, kind, more["drug"]))))
    env.run(until=15)
    source.serve(later, 15.0)
    assert (first.makes, later.makes, first.stopped) == (False, False, 10.0)
    env.run(until=30)
    assert first.makes
    assert later.makes
    env.run()
    assert seen == [
        (10.0, "ingredient-shock", "d"), (20.0, "ingredient-recovery", "d"), (40.0, "ingredient-shock", "d"),
        (50.0, "ingredient-recovery", "d"),
    ]  # fmt: skip


def test_a_product_makes_nothing_while_it_is_down_or_without_its_ingredient() -> None:
    one = Plant(Line("r", "d", "a", "", 0.4), 0, 120.0)
    one.switch(10.0, up=False)
    one.switch(20.0, fed=False)
    one.switch(25.0, up=True)
    assert not one.makes
    one.switch(30.0, fed=True)
    assert one.makes
    assert one.stopped == np.inf
    one.make(40.0, 1e9, AlternatingRenewal(stock_months=0, catch_up=0))
    assert one.stock == pytest.approx(120 * 20 / 40)


def test_a_recall_takes_the_stock_back(tmp_path: Path) -> None:
    supply = {**NEVER, "rate_injection": 0.0, "breaches": 3.0, "stock_months": 3.0}
    tables = simulate(small(tmp_path, behaviour={"supply": supply}), 0)
    events, months = tables["events"], tables["supply"]
    recalls = rows(events, kind="recall")
    assert len(recalls["drug"]) > 0
    assert "disruption" not in events["kind"]
    for drug, firm, when in zip(recalls["drug"], recalls["manufacturer"], recalls["date"], strict=True):
        mine = rows(months, drug=drug, manufacturer=firm)
        after = (mine["month"] > when.astype("datetime64[M]")) & (mine["month"] <= when.astype("datetime64[M]") + 8)
        assert mine["down"][after].all()
        assert mine["delivered"][after].sum() + mine["backup_delivered"][after].sum() <= mine["capacity"].max() + 1e-6


def test_a_ban_hits_the_company_with_all_its_manufacturers(tmp_path: Path) -> None:
    """a1 and a2 belong to one owner: when one of them gives up, neither may bid in the next round."""
    products = [{**p, "owner": "group" if p["manufacturer"] in ("a1", "a2") else ""} for p in PRODUCTS]
    two = {"first": round_of(), "second": round_of("2020-01-01")}
    tables = simulate(small(tmp_path, rounds=two, products=products, behaviour={"supply": {"default_rate": 5.0}}), 0)
    bans = rows(tables["events"], kind="ban")
    opening = rows(tables["events"], kind="opening", round="second")["time"][0]
    barred = {f for f, t, m in zip(bans["manufacturer"], bans["time"], bans["value"], strict=True)
              if t <= opening < t + m * 365.25 / 12}  # fmt: skip
    assert barred & {"a1", "a2"}
    assert not {"a1", "a2"} & set(rows(tables["bids"], round="second")["manufacturer"])


def test_crews_belong_to_a_company(tmp_path: Path) -> None:
    products = [{**p, "owner": "group" if p["manufacturer"] in ("a1", "b2") else ""} for p in PRODUCTS]
    scenario = small(tmp_path, products=products, behaviour={"supply": {"repair_crews": 2}})
    world = World(scenario, 0, Clock(scenario.spec.start, horizon(scenario)))
    place = {(world.drug_ids[d], m): i for i, (d, m) in enumerate(
        zip(world.products.drug, world.products.manufacturer, strict=True))}  # fmt: skip
    of = world.companies.crews
    assert of(place["alpha", "a1"]) is of(place["beta", "a1"]) is of(place["beta", "b2"])
    assert of(place["alpha", "a1"]) is not of(place["alpha", "a2"])
    assert Companies(world.env, world.products, 0).crews(0) is None


def test_firms_that_make_their_ingredient_are_those_of_the_cost_model(tmp_path: Path) -> None:
    market = small(tmp_path).market
    luck = Streams(1, 0)
    none, all_ = (TwoLevelCosts(own_api_share=s).products(market, luck) for s in (0.0, 1.0))
    assert (none.own_api == none.originator).all()
    assert all_.own_api.all()


def test_damages_are_owed_for_what_nobody_delivers_by_the_days_of_a_shortage(tmp_path: Path) -> None:
    scale = {"61": 0.2, "101": 0.3}
    down = {**NEVER, "rate_oral": 3.0, "rate_injection": 3.0, "repair_months": 12.0, "switchable": 0.0}
    rules = {**SHARED, "failure": {"rule": "none", "damages": scale}}
    tables = simulate(small(tmp_path, rounds={"first": round_of(rules=rules)}, behaviour={"supply": down}), 0)
    events, supply = tables["events"], tables["supply"]
    short, due = rows(events, kind="shortage"), rows(events, kind="damages")
    assert len(due["value"]) > 0
    assert all(
        min(short["time"][(short["drug"] == drug) & (short["manufacturer"] == firm)]) + 61 <= time
        for drug, firm, time in zip(due["drug"], due["manufacturer"], due["time"], strict=True)
    )
    price = {(d, m): p for d, m, p in zip(*(tables["bids"][c] for c in ("drug", "manufacturer", "price")), strict=True)}
    missing = total(supply, ("drug", "manufacturer"), "short")
    for key, owed in total(due, ("drug", "manufacturer"), "value").items():
        assert 0 < owed <= 0.3 * missing[key] * price[key] * (1 + 1e-9)


def test_the_scale_of_damages_rises_in_steps() -> None:
    failure = Nobody(damages={"101": 0.3, "61": 0.2})
    assert [failure.damages_share(d) for d in (0, 60, 61, 100, 101, 500)] == [0, 0, 0.2, 0.2, 0.3, 0.3]
    for wrong in ({"soon": 0.1}, {"10": 0.3, "20": 0.2}, {"10": 1.1}, {"10": -0.1}):
        with pytest.raises(ValueError, match="damages"):
            Nobody(damages=wrong)
