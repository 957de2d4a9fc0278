"""Sanctions belong to the owner: points, ratings, bans that reach the next round, repair, ranks and deposits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import FRAGILE, term
from small import PRODUCTS, Tables, national, round_of, rows, small, total

from vbp_sim.engine.clock import Clock
from vbp_sim.engine.simulation import horizon, simulate
from vbp_sim.engine.world import World
from vbp_sim.runs.metrics import measure

TWO = {"first": round_of(rules=term(12)), "second": round_of("2020-01-01", term(12))}


def world(folder: Path, **laws: Any) -> World:
    scenario = small(folder, laws=laws)
    return World(scenario, 0, Clock(scenario.spec.start, horizon(scenario)))


def ran(folder: Path, k: int = 0, supply: Any = FRAGILE, conduct: float = 0.0, **credit: Any) -> Tables:
    folder.mkdir(exist_ok=True)
    behaviour = {"supply": supply, "conduct": {"misconduct": conduct}}
    return simulate(small(folder, rounds=TWO, laws=national(credit=credit), behaviour=behaviour), k)


def test_a_default_bars_as_before_and_a_failed_plant_twice_as_long(tmp_path: Path) -> None:
    here = world(tmp_path)
    events = ("misconduct", "late-delivery", "default", "failed-sample", "recall", "collusion")
    assert [here.sanctions.sanction("x", event, 0) for event in events] == [0, 0, 9, 9, 18, 18]
    assert [row[7] for row in here.recorder.rows["sanctions"]] == [
        "ordinary", "ordinary", "serious", "serious", "especially-serious", "especially-serious",
    ]  # fmt: skip
    assert here.sanctions.rated("x")
    assert not here.sanctions.rated("y")


def test_points_add_up_and_are_forgotten(tmp_path: Path) -> None:
    here = world(tmp_path, **national(credit={"half_life": 12, "lasts": 6}))
    here.sanctions.sanction("x", "default", 0)
    assert here.sanctions.sanction("x", "default", 0) == 18  # 120 points
    here.env.run(until=365.25)
    assert here.sanctions.sanction("x", "late-delivery", 12) == 9  # 60 + 10
    assert [row[6] for row in here.recorder.rows["sanctions"]] == pytest.approx([60, 120, 70])
    assert here.sanctions.rated("x")
    here.env.run(until=2 * 365.25)
    assert not here.sanctions.rated("x")


def test_the_strictest_law_of_the_places_judges(tmp_path: Path) -> None:
    strict = {"places": ["north"], "changes": {"credit": {"barred": {"serious": 24}}}}
    here = world(tmp_path, mild={"places": ["south"], "changes": {"credit": {"points": {"default": 0}}}}, strict=strict)
    places = [place.id for place in here.market.provinces]
    north, south, east = (places.index(name) for name in ("north", "south", "east"))
    assert here.sanctions.sanction("x", "default", 0, [south]) == 0
    assert here.sanctions.sanction("x", "default", 0, [south, east]) == 9
    assert here.sanctions.sanction("x", "default", 0, [east, north]) == here.sanctions.sanction("y", "default", 0) == 24
    assert len(here.recorder.rows["sanctions"]) == 3


def test_longer_bans_leave_fewer_bidders_in_the_next_round_and_repair_brings_them_back(tmp_path: Path) -> None:
    failing, none = {**FRAGILE, "default_rate": 1.0}, {"serious": 0, "especially-serious": 0}
    ways: tuple[dict[str, Any], ...] = ({"barred": none}, {"barred": {"serious": 3}}, {}, {"repair_after": 3})
    bidders = [
        len(rows(ran(tmp_path / str(i), 2, failing, **way)["bids"], round="second")["bid"])
        for i, way in enumerate(ways)
    ]
    never, short, usual, repaired = bidders
    assert never > short > usual
    assert repaired == short


def test_a_late_delivery_is_one_event_a_shortage(tmp_path: Path) -> None:
    tables = ran(tmp_path, late_days=45)
    late, short = rows(tables["sanctions"], event="late-delivery"), rows(tables["events"], kind="shortage")
    assert 0 < len(late["date"]) <= len(short["date"])
    keys = list(zip(late["drug"], late["manufacturer"], late["date"], strict=True))
    assert len(keys) == len(set(keys))
    assert "late-delivery" not in ran(tmp_path)["sanctions"]["event"]


def test_at_an_equal_bid_who_is_rated_ranks_behind(tmp_path: Path) -> None:
    """All bid 0.3; at the second opening some companies have a rating in force, and no other ban."""
    equal, seen = [{**p, "bid": 0.3} for p in PRODUCTS], 0
    for k in range(3):
        laws = national(credit={"barred": {"serious": 0, "especially-serious": 0}, "behind": "ordinary"})
        behaviour = {"bidding": {"model": "recorded"}, "conduct": {"misconduct": 0.5}}
        folder = tmp_path / str(k)
        folder.mkdir()
        tables = simulate(small(folder, rounds=TWO, products=equal, laws=laws, behaviour=behaviour), k)
        day = rows(tables["events"], kind="opening", round="second")["date"][0]
        given = tables["sanctions"]["date"]
        rated = {*tables["sanctions"]["owner"][(given < day) & (given > day - np.timedelta64(360, "D"))]}
        second = rows(tables["bids"], round="second")
        for drug in np.unique(second["drug"]):
            mine = rows(second, drug=drug)
            bad = np.isin(mine["manufacturer"], list(rated)) & (mine["rank"] > 0)
            good = ~bad & (mine["rank"] > 0)
            if bad.any() and good.any():
                seen += 1
                assert mine["rank"][good].max() < mine["rank"][bad].min()
    assert seen > 1


def test_rated_winners_lodge_a_part_of_a_years_volume_and_get_it_back(tmp_path: Path) -> None:
    sure = {"rate_oral": 0.0, "rate_injection": 0.0, "default_rate": 0.0, "exit_rate": 0.0}
    tables = ran(tmp_path, 1, sure, conduct=2.0, deposit=0.1, barred={"serious": 0, "especially-serious": 0}, lasts=36)
    posted = {flow: rows(tables["accounts"], flow=flow) for flow in ("deposit", "deposit_back", "deposit_kept")}
    lodged = total(posted["deposit"], ("round",), "yuan")
    assert lodged == pytest.approx(total(posted["deposit_back"], ("round",), "yuan"))
    assert not len(posted["deposit_kept"]["yuan"])
    whole = tables["allocation"]["agreed"] * tables["allocation"]["price"]
    for (name,), yuan in lodged.items():
        assert 0 < yuan <= 0.1 * whole[tables["allocation"]["round"] == name].sum() * (1 + 1e-9)
    assert lodged["second",] == pytest.approx(0.1 * whole[tables["allocation"]["round"] == "second"].sum())


def test_misconduct_comes_at_its_rate_and_is_serious_as_often_as_said(tmp_path: Path) -> None:
    metrics = [measure(ran(tmp_path / str(k), k, conduct=3.0, points={"default": 0})) for k in range(3)]
    assert np.mean([m["ratings"] for m in metrics]) == pytest.approx(3.0, rel=0.2)
    assert np.nanmean([m["serious_ratings"] for m in metrics]) == pytest.approx(0.064, abs=0.04)
