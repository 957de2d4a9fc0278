"""A shortage from its warning to its end: reports, tiers, reserves, waiting, goods kept back, sites."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import FRAGILE, term
from small import DRUGS, PRODUCTS, STEADY, Rows, Tables, national, round_of, rows, same, small

from vbp_sim.engine.simulation import simulate
from vbp_sim.engine.supply_tables import SOURCES
from vbp_sim.errors import InputError
from vbp_sim.rules.local.supply_security import TIERS, Duties
from vbp_sim.runs.metrics import measure

NEVER = {"rate_oral": 0.0, "rate_injection": 0.0, "default_rate": 0.0, "exit_rate": 0.0}
OPEN = {"neighbours_after": 0, "emergency_after": 0, "imports_after": 0}


def ran(
    folder: Path, k: int = 0, supply: Any = None, products: Rows = PRODUCTS, drugs: Any = None, **law: Any
) -> Tables:
    folder.mkdir(exist_ok=True, parents=True)
    more = {} if drugs is None else {"drugs": drugs}
    scenario = small(
        folder, sets=STEADY, rounds={"first": round_of(rules=term(24))}, laws=national(supply_security=law),
        behaviour={"supply": {**FRAGILE, **(supply or {})}}, products=products, **more,
    )  # fmt: skip
    return simulate(scenario, k)


def sums(tables: Tables, column: str) -> float:
    return float(tables["use"][column].sum())


def source(tables: Tables, *names: str) -> float:
    relief = tables["relief"]
    return float(relief["units"][np.isin(relief["source"], names)].sum())


def test_the_tiers_are_sources_in_their_usual_order() -> None:
    at = SOURCES.index(TIERS[0])
    assert SOURCES[at : at + len(TIERS)] == TIERS


def test_a_reported_stop_leaves_less_unmet_and_is_told_before(tmp_path: Path) -> None:
    always = {"foreseen": 1.0, "candour": 1.0}
    for k in range(3):
        none, told = ran(tmp_path / "none", k, always), ran(tmp_path / "told", k, always, notice_months=6)
        assert sums(told, "unmet") <= sums(none, "unmet")
        assert not len(rows(told["events"], kind="late-notice")["value"])
        stops = rows(told["events"], kind="disruption")
        notices = rows(told["events"], kind="notice")
        for drug, firm, when in zip(*(stops[c] for c in ("drug", "manufacturer", "time")), strict=True):
            mine = (notices["drug"] == drug) & (notices["manufacturer"] == firm) & (notices["time"] <= when)
            assert mine.any()
        assert (notices["value"] <= 6 * 365.25 / 12 + 1e-9).all()


def test_who_does_not_report_on_time_is_late_by_what_is_missing(tmp_path: Path) -> None:
    late = ran(tmp_path, 0, {"foreseen": 1.0, "candour": 0.0}, notice_months=6)
    notices, missing = (rows(late["events"], kind=kind) for kind in ("notice", "late-notice"))
    assert len(missing["value"]) == len(notices["value"]) > 0
    assert (notices["value"] + missing["value"] <= 6 * 365.25 / 12 + 1e-9).all()
    assert measure(late)["late_notices"] == len(missing["value"])


def test_a_stop_that_nobody_sees_coming_is_not_reported(tmp_path: Path) -> None:
    same(ran(tmp_path / "a", 0, {"foreseen": 0.0}), ran(tmp_path / "b", 0, {"foreseen": 0.0}, notice_months=6), ())


def test_each_tier_finds_its_part_of_what_the_ones_before_left(tmp_path: Path) -> None:
    never = ran(tmp_path / "never")
    parts = {"neighbours_part": 0.0, "emergency_part": 0.5, "imports_part": 0.8}
    tiers = ran(tmp_path / "tiers", **OPEN, **parts)
    turned = ran(tmp_path / "turned", **OPEN, **parts, order=[*TIERS[::-1]])
    open_ = sums(never, "unmet")
    assert source(tiers, "emergency") == pytest.approx(0.5 * open_)
    assert source(tiers, "imports") == pytest.approx(0.8 * 0.5 * open_)
    assert source(turned, "imports") == pytest.approx(0.8 * open_)
    assert source(turned, "emergency") == pytest.approx(0.5 * 0.2 * open_)
    assert sums(tiers, "unmet") == pytest.approx(sums(turned, "unmet")) == pytest.approx(0.1 * open_)
    assert measure(tiers)["relief_days"] <= measure(never)["relief_days"]


def test_neighbours_help_only_while_they_are_not_short_themselves(tmp_path: Path) -> None:
    helped = ran(tmp_path, neighbours_after=0, neighbours_part=1.0)
    assert 0 < source(helped, "neighbours") < source(helped, "neighbours", "unmet")


def test_tiers_answer_earlier_for_urgent_classes(tmp_path: Path) -> None:
    law: dict[str, Any] = {"emergency_after": 80, "emergency_part": 1.0}
    slow = ran(tmp_path / "slow", **law)
    quick = ran(tmp_path / "quick", **law, urgency={"prone": 0.1, "usual": 0.1})
    assert sums(quick, "unmet") < sums(slow, "unmet")
    assert measure(quick)["relief_days"] < measure(slow)["relief_days"]


def test_a_reserve_gives_no_more_than_it_holds_and_costs_what_the_law_says(tmp_path: Path) -> None:
    law = {"reserve_months": {"usual": 1.0, "prone": 1.0}, "reserve_part": 1.0, "reserve_refill": 120.0}
    some, none = ran(tmp_path / "some", **law, reserve_by_fund=0.25), ran(tmp_path / "none")
    given = source(some, "reserve")
    assert 0 < given < sums(none, "unmet")
    assert sums(some, "unmet") == pytest.approx(sums(none, "unmet") - given)
    calm = ran(tmp_path / "calm", 0, NEVER, **law, reserve_by_fund=0.25)
    dear = ran(tmp_path / "dear", 0, NEVER, **law, reserve_by_fund=0.25, reserve_cost=0.12)
    for kind, part in (("reserve_fund", 0.25), ("reserve_state", 0.75)):
        paid, twice, both = (
            float(np.sum(t["accounts"]["yuan"], where=np.isin(t["accounts"]["flow"], kinds)))
            for t, kinds in ((calm, [kind]), (dear, [kind]), (calm, ["reserve_fund", "reserve_state"]))
        )
        assert paid == pytest.approx(part * both)
        assert twice == pytest.approx(2 * paid)


def test_a_strength_for_children_has_a_reserve_where_others_have_none(tmp_path: Path) -> None:
    drugs = [{**drug, "shortage_class": "children" if drug["drug"] == "alpha" else "usual"} for drug in DRUGS]
    relief = ran(tmp_path, drugs=drugs, reserve_months={"children": 3.0})["relief"]
    assert set(relief["drug"][relief["source"] == "reserve"]) == {"alpha"}


def test_what_waits_is_needed_when_it_comes_and_nothing_is_lost(tmp_path: Path) -> None:
    none, half = ran(tmp_path / "none"), ran(tmp_path / "half", 0, {"backorders": 0.5})
    last = half["use"]["month"] == half["use"]["month"].max()
    waits = float(half["use"]["waiting"][last].sum())
    assert sums(half, "waiting") > 0
    assert sums(half, "need") + waits == pytest.approx(sums(none, "need"))
    assert sums(half, "unmet") < sums(none, "unmet")
    assert half["supply"]["ordered"].sum() > none["supply"]["ordered"].sum()


def test_goods_are_kept_back_only_where_the_law_pays_more(tmp_path: Path) -> None:
    keeping = {"kept_back": 0.5}
    same(ran(tmp_path / "a"), ran(tmp_path / "b", 0, keeping), ())
    sells, keeps = ran(tmp_path / "c", emergency_after=0), ran(tmp_path / "d", 0, keeping, emergency_after=0)
    assert len(rows(keeps["events"], kind="kept-back")["value"])
    assert keeps["supply"]["short"].sum() > sells["supply"]["short"].sum()


def test_all_that_is_made_at_a_site_stops_with_it(tmp_path: Path) -> None:
    at = [{**product, "site": "s1" if product["manufacturer"] in ("a1", "b2") else ""} for product in PRODUCTS]
    stops = ran(tmp_path, 0, {**NEVER, "site_rate": 1.0}, at)
    down = rows(stops["supply"], down=True)
    assert set(down["manufacturer"]) <= {"a1", "b2"}
    assert len(set(zip(down["drug"], down["manufacturer"], strict=True))) > 1
    shocks = rows(stops["events"], kind="site-shock")
    assert len(shocks["value"])
    assert set(zip(stops["sites"]["manufacturer"], stops["sites"]["site"], strict=True)) == {("a1", "s1"), ("b2", "s1")}


def test_buyers_of_a_known_maker_share_its_stops(tmp_path: Path) -> None:
    made = [{**product, "api_maker": "m1" if product["drug"] == "alpha" else ""} for product in PRODUCTS]
    model = {"ingredients": {"model": "shared-sources", "rate": 2.0}}
    down = rows(ran(tmp_path, 0, {**NEVER, **model}, made)["supply"], down=True, drug="alpha")
    firms, months = set(down["manufacturer"]), sorted(set(down["month"]))
    assert len(firms) > 1
    for month in months:
        assert set(down["manufacturer"][down["month"] == month]) == firms


@pytest.mark.parametrize("order", [["reserve"], ["reserve", "reserve", "emergency", "imports"]])
def test_an_order_names_each_tier_once(tmp_path: Path, order: list[str]) -> None:
    with pytest.raises(InputError, match="names each of reserve, neighbours, emergency, imports once"):
        ran(tmp_path, order=order)
    assert Duties().order == TIERS
