"""Sanctions belong to the owner: points, ratings, bans that reach the next round, repair, ranks and deposits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import FRAGILE, term
from small import DEMAND, PRODUCTS, PROVINCES, UNBARRED, Tables, national, round_of, rows, small, total

from vbp_sim.engine.clock import MONTH, Clock
from vbp_sim.engine.simulation import horizon, simulate
from vbp_sim.engine.supervised_tables import SUPERVISED
from vbp_sim.engine.world import World
from vbp_sim.rules.library import law
from vbp_sim.rules.local.credit import ByPoints
from vbp_sim.runs.metrics import measure

SANCTIONS = next(table for table in SUPERVISED if table.name == "sanctions")
TWO = {"first": round_of(rules=term(12)), "second": round_of("2020-01-01", term(12))}


def folder(parent: Path, name: str) -> Path:
    (parent / name).mkdir()
    return parent / name


def ran(folder: Path, k: int = 0, supply: Any = FRAGILE, conduct: float = 0.0, **credit: Any) -> Tables:
    folder.mkdir(exist_ok=True)
    behaviour = {"supply": supply, "conduct": {"misconduct": conduct}}
    return simulate(small(folder, rounds=TWO, laws=national(credit=credit), behaviour=behaviour), k)


def world(folder: Path, **laws: Any) -> World:
    scenario = small(folder, laws=laws)
    return World(scenario, 0, Clock(scenario.spec.start, horizon(scenario)))


def column(here: World, name: str) -> list[Any]:
    return [row[SANCTIONS.names.index(name) - 1] for row in here.recorder.rows["sanctions"]]


def test_an_event_puts_on_the_list_and_gives_points_that_reach_a_rating(tmp_path: Path) -> None:
    here = world(tmp_path)
    events = ("misconduct", "late-delivery", "false-report", "default", "failed-sample", "recall", "collusion")
    assert [here.sanctions.sanction("x", event, 0, [0]) for event in events] == [0, 0, 9, 9, 9, 18, 18]
    assert column(here, "rating") == [
        "ordinary", "ordinary", "medium", "serious", "serious", "especially-serious", "especially-serious",
    ]  # fmt: skip
    assert column(here, "suspended") == [0, 0, 0, 9, 9, 18, 18]
    assert here.sanctions.rated("x", 0)
    assert not here.sanctions.rated("x", 1)
    assert not here.sanctions.rated("y", 0)


def test_a_province_suspends_for_its_rounds_alone_and_two_of_them_for_all(tmp_path: Path) -> None:
    here = world(tmp_path)
    one, two, three = 0, 1, 2
    assert here.sanctions.sanction("x", "grave-misconduct", 0, [one]) == 0
    assert here.sanctions.suspended("x", [one])
    assert not here.sanctions.suspended("x", [one, two])
    here.env.run(until=4 * MONTH)
    assert here.sanctions.sanction("x", "grave-misconduct", 4, [two]) == pytest.approx(5)  # until the first one ends
    assert here.sanctions.suspended("x", [one, two])
    assert not here.sanctions.suspended("x", [one, two, three])
    here.env.run(until=10 * MONTH)
    assert not here.sanctions.suspended("x", [one])
    assert here.sanctions.sanction("x", "misconduct", 10, [three]) == 0


def test_how_many_provinces_make_it_national_is_the_laws(tmp_path: Path) -> None:
    lone, never = (
        world(folder(tmp_path, name), **national(credit={"national_from": n})) for name, n in (("a", 1), ("b", 4))
    )
    assert lone.sanctions.sanction("x", "grave-misconduct", 0, [2]) == 9
    assert never.sanctions.sanction("x", "grave-misconduct", 0, [0, 1, 2]) == 0


def test_places_of_one_province_are_rated_once(tmp_path: Path) -> None:
    city = {"north": "shenzhen", "south": "guangzhou", "east": "beijing"}
    cities, demand = ([{**row, "province": city[row["province"]]} for row in table] for table in (PROVINCES, DEMAND))
    scenario = small(tmp_path, provinces=cities, demand=demand)
    here = World(scenario, 0, Clock(scenario.spec.start, horizon(scenario)))
    assert here.sanctions.sanction("x", "grave-misconduct", 0, [0]) == 0
    assert here.sanctions.suspended("x", [0, 1])
    assert here.sanctions.sanction("y", "grave-misconduct", 0, [0, 1]) == 0
    assert here.sanctions.sanction("z", "grave-misconduct", 0, [0, 2]) == 9
    assert column(here, "provinces") == [1, 1, 2]


def test_a_company_that_one_province_suspends_is_out_of_its_round_and_not_of_a_wider_one(tmp_path: Path) -> None:
    """Firms give up, are on no list, and are suspended for long where they delivered."""
    suspended = {"serious": 36}
    found = {}
    for name, members in (("own", ["south"]), ("wide", [])):
        rules = {**term(12), "members": members}
        rounds = {"first": round_of(rules={**term(12), "members": ["south"]}), "second": round_of("2020-01-01", rules)}
        laws = national(credit={**UNBARRED, "suspended": suspended})
        behaviour = {"supply": {**FRAGILE, "default_rate": 2.0}}
        tables = simulate(small(folder(tmp_path, name), rounds=rounds, laws=laws, behaviour=behaviour), 0)
        day = rows(tables["events"], kind="opening", round="second")["date"][0]
        sanctions = rows(tables["sanctions"], event="default")
        before = sanctions["date"] < day
        gone = {*sanctions["owner"][before]}
        assert gone
        assert not any(sanctions["barred"][before])
        found[name] = gone & {*rows(tables["bids"], round="second")["manufacturer"]}
    assert not found["own"]
    assert found["wide"]


def test_points_add_up_and_are_forgotten(tmp_path: Path) -> None:
    here = world(tmp_path, **national(credit={"half_life": 12, "lasts": 6, "national_from": 1}))
    here.sanctions.sanction("x", "default", 0, [0])
    assert here.sanctions.sanction("x", "default", 0, [0]) == 18  # 120 points
    here.env.run(until=365.25)
    here.sanctions.sanction("x", "late-delivery", 12, [0])  # 60 + 10
    here.sanctions.sanction("x", "late-delivery", 12, [1])  # another province has no memory of it
    assert column(here, "score") == pytest.approx([60, 120, 70, 10])
    assert column(here, "suspended") == [9, 18, 9, 0]
    assert here.sanctions.rated("x", 0)
    here.env.run(until=2 * 365.25)
    assert not here.sanctions.rated("x", 0)


def test_the_strictest_law_of_the_places_judges(tmp_path: Path) -> None:
    none = {"points": {"default": 0}, "listed": {"default": 0}}
    strict = {"places": ["north"], "changes": {"credit": {"listed": {"default": 24}}}}
    here = world(tmp_path, mild={"places": ["south"], "changes": {"credit": none}}, strict=strict)
    places = [place.id for place in here.market.provinces]
    north, south, east = (places.index(name) for name in ("north", "south", "east"))
    assert here.sanctions.sanction("x", "default", 0, [south]) == 0
    assert here.sanctions.sanction("x", "default", 0, [south, east]) == 9
    assert here.sanctions.sanction("x", "default", 0, [east, north]) == 24
    assert here.sanctions.sanction("y", "default", 0, [north]) == 24
    assert column(here, "barred") == [9, 24, 24]
    assert column(here, "provinces") == [1, 2, 1]


def test_events_and_ratings_that_a_law_leaves_out_keep_theirs() -> None:
    here = law("law-2025").credit
    assert isinstance(here, ByPoints)
    assert (here.points_of("default"), here.points_of("bribery")) == (60, 90)
    mild = ByPoints(suspended={"serious": 3}, listed={"default": 1})
    assert [mild.judge(score).suspended for score in (30, 60, 90)] == [0, 3, 18]
    assert [mild.listed_for(event) for event in ("default", "recall")] == [1, 18]
    with pytest.raises(ValueError, match="there is no event 'defualt'"):
        ByPoints(listed={"defualt": 3})


def test_longer_bans_leave_fewer_bidders_in_the_next_round(tmp_path: Path) -> None:
    failing = {**FRAGILE, "default_rate": 1.0}
    short: dict[str, Any] = {"listed": {"default": 3}, "suspended": {"serious": 0}}
    never, some, usual = (
        len(rows(ran(tmp_path / str(i), 2, failing, **way)["bids"], round="second")["bid"])
        for i, way in enumerate((UNBARRED, short, {}))
    )
    assert never > some > usual


def test_repair_ends_suspensions_and_leaves_the_list_alone(tmp_path: Path) -> None:
    here = world(tmp_path, **national(credit={"repair_after": 3}))
    assert here.sanctions.sanction("x", "default", 0, [0, 1]) == 9
    assert column(here, "suspended") == [3]
    here.env.run(until=4 * MONTH)
    assert not here.sanctions.suspended("x", [0])
    assert not here.sanctions.rated("x", 0)


def test_a_late_delivery_is_one_event_a_shortage(tmp_path: Path) -> None:
    tables = ran(tmp_path, late_days=45)
    late, short = rows(tables["sanctions"], event="late-delivery"), rows(tables["events"], kind="shortage")
    assert 0 < len(late["date"]) <= len(short["date"])
    keys = list(zip(late["drug"], late["manufacturer"], late["date"], strict=True))
    assert len(keys) == len(set(keys))
    assert "late-delivery" not in ran(tmp_path)["sanctions"]["event"]


def test_a_late_delivery_is_rated_by_the_places_that_wait_for_it(tmp_path: Path) -> None:
    late = rows(ran(tmp_path, late_days=45)["sanctions"], event="late-delivery")
    assert set(late["provinces"]) <= {1, 2, 3}
    assert (late["provinces"] > 1).any()


@pytest.mark.parametrize(("key", "event"), [("bribery", "bribery"), ("false_reports", "false-report")])
def test_what_conduct_has_a_rate_for_is_found_by_one_place(tmp_path: Path, key: str, event: str) -> None:
    behaviour = {"conduct": {key: 0.5}}
    tables = simulate(small(tmp_path, rounds=TWO, behaviour=behaviour), 0)
    found, bans = rows(tables["sanctions"], event=event), rows(tables["events"], kind="ban")
    assert len(found["date"]) == len(bans["time"]) > 0
    assert (found["provinces"] == 1).all()
    assert (found["listed"] == 9).all()


def test_at_an_equal_bid_who_is_rated_ranks_behind(tmp_path: Path) -> None:
    """All bid 0.3; at the second opening some companies have a rating in force, and no other ban."""
    equal, seen = [{**p, "bid": 0.3} for p in PRODUCTS], 0
    for k in range(3):
        laws = national(credit={**UNBARRED, "behind": "ordinary"})
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
    tables = ran(tmp_path, 1, sure, conduct=1.0, deposit=0.1, **UNBARRED, lasts=36)
    posted = {flow: rows(tables["accounts"], flow=flow) for flow in ("deposit", "deposit_back", "deposit_kept")}
    lodged = total(posted["deposit"], ("round",), "yuan")
    assert lodged == pytest.approx(total(posted["deposit_back"], ("round",), "yuan"))
    assert not len(posted["deposit_kept"]["yuan"])
    whole = tables["allocation"]["agreed"] * tables["allocation"]["price"]
    for (name,), yuan in lodged.items():
        assert 0 < yuan <= 0.1 * whole[tables["allocation"]["round"] == name].sum() * (1 + 1e-9)
    start = rows(tables["events"], kind="start", round="second")["date"][0]
    before = tables["sanctions"]["date"] < start
    rated = {*zip(tables["sanctions"]["owner"][before], tables["sanctions"]["province"][before], strict=True)}
    second = rows(tables["allocation"], round="second")
    mine = [pair in rated for pair in zip(second["main"], second["province"], strict=True)]
    value = 0.1 * second["agreed"] * second["price"]
    assert 0 < value[mine].sum() < value.sum()
    assert lodged["second",] == pytest.approx(value[mine].sum())


def test_misconduct_comes_at_its_rate_and_is_serious_as_often_as_said(tmp_path: Path) -> None:
    metrics = [measure(ran(tmp_path / str(k), k, conduct=3.0, points={"default": 0})) for k in range(3)]
    assert np.mean([m["ratings"] for m in metrics]) == pytest.approx(3.0, rel=0.2)
    assert np.nanmean([m["serious_ratings"] for m in metrics]) == pytest.approx(0.064, abs=0.04)
