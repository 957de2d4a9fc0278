"""Volume that institutions report by brand: R4 of models.md, and the shares of winners that are not alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import named, term
from hypothesis import given
from hypothesis import strategies as st
from small import PRODUCTS, Tables, round_of, rows, small, total

from vbp_sim.agents.bidding.case import case_of
from vbp_sim.agents.bidding.interface import Conditions
from vbp_sim.agents.reporting.newsvendor import Newsvendor
from vbp_sim.engine.simulation import simulate
from vbp_sim.rules.library import rule_set
from vbp_sim.rules.share import ByGrade

KEY = ("round", "drug", "province")


def test_bidders_count_on_what_is_named_and_less_on_their_rank() -> None:
    """Half of a drug with ten brands is named: each of four winners gets a twentieth, and drafts of the rest."""
    plain = Conditions(rule_set("batch-11"), "oral-solid", "ordinary", date(2026, 1, 1), (0.4, 0.3, 0.2, 0.1), 1e6)
    case, with_brands = (case_of(c, 10.0, 4, 0.875) for c in (plain, replace(plain, named=0.05)))
    without, named_ = np.array(case.volume), np.array(with_brands.volume)
    np.testing.assert_allclose(named_.sum(axis=1), without.sum(axis=1))
    np.testing.assert_allclose(named_[4], 0.05 * case.share[4] + 0.8 * without[4])
    assert np.ptp(named_[4]) < np.ptp(without[4])


def go(folder: Path, rules: dict[str, Any], **behaviour: Any) -> Tables:
    return simulate(small(folder, rounds={"first": round_of(rules=rules)}, behaviour=behaviour), 0)


@given(
    st.lists(st.floats(0, 1e9), min_size=1, max_size=6),
    st.lists(st.floats(0, 1), min_size=1, max_size=6),
    st.floats(0, 1),
    st.floats(0, 3),
)
def test_what_is_named_adds_up_to_the_named_part(
    reported: list[float], shares: list[float], part: float, loyalty: float
) -> None:
    volumes = Newsvendor(named=part, loyalty=loyalty).by_brand(
        np.array(reported), np.array(shares), np.arange(len(shares)) == 0
    )
    np.testing.assert_allclose(volumes.sum(axis=1), part * np.array(reported), rtol=1e-9, atol=1e-9)
    assert (volumes >= 0).all()


def test_loyalty_decides_how_much_the_leader_is_named() -> None:
    shares, nobody = np.array([0.6, 0.3, 0.1]), np.zeros(3, dtype=np.bool_)
    leader = [float(Newsvendor(loyalty=z).by_brand(np.array([1.0]), shares, nobody)[0, 0]) for z in (0.0, 1.0, 3.0)]
    assert leader[0] == pytest.approx(0.77 / 3)
    assert leader[1] == pytest.approx(0.77 * 0.6)
    assert leader[0] < leader[1] < leader[2] < 0.77


def test_originators_that_are_expected_to_lose_are_named_less() -> None:
    """Of shares 0.6 and twice 0.2: at half the weight the originator has 0.3 of 0.7."""
    shares, originator = np.array([0.6, 0.2, 0.2]), np.array([True, False, False])
    named = Newsvendor(originators_named=0.5).by_brand(np.array([100.0]), shares, originator)[0]
    np.testing.assert_allclose(named, 77 * np.array([3, 2, 2]) / 7)


def test_a_named_brand_that_wins_gets_its_volume_and_the_main_supplier_the_rest(tmp_path: Path) -> None:
    tables = go(tmp_path, named(12))
    places, won = tables["allocation"], rows(tables["bids"], selected=True)
    direct = rows(places, by_brand=True)
    assert set(zip(direct["drug"], direct["main"], strict=True)) == set(
        zip(won["drug"], won["manufacturer"], strict=True)
    )
    reported = total(tables["reports"], KEY, "reported")
    for key, volume in total(direct, KEY, "reported").items():
        assert 0 < volume <= 0.77 * reported[key] * (1 + 1e-9)
    for key, volume in total(places, KEY, "reported").items():
        assert volume == pytest.approx(reported[key])
    main = rows(places, by_brand=False)
    assert len(main["main"]) == len(set(zip(*(main[c] for c in KEY), strict=True)))


def test_brands_of_losers_go_to_the_main_supplier(tmp_path: Path) -> None:
    """With one winner all volume is its own, whatever was named."""
    places = go(tmp_path, {"extends": "pilot-2018", "allocation": {"rule": "draft", "brands_first": True}})[
        "allocation"
    ]
    per_drug = {drug: set(rows(places, drug=drug)["main"]) for drug in places["drug"]}
    assert all(len(firms) == 1 for firms in per_drug.values())


def test_every_supplier_of_a_province_delivers_its_part(tmp_path: Path) -> None:
    """Orders follow agreed volumes, so over a calm contract deliveries do, too."""
    calm = {"rate_oral": 1e-9, "rate_injection": 1e-9, "default_rate": 0.0, "exit_rate": 0.0, "stock_months": 6.0}
    one = [{"drug": "alpha", "form": "oral-solid", "unit": "tablet", "ceiling": 2.0}]
    scenario = small(
        tmp_path,
        rounds={"first": round_of(rules=named(12))},
        behaviour={"supply": calm},
        provinces=[{"province": "north", "population": 5e6, "tertiary": 3, "secondary": 4, "primary": 0}],
        drugs=one,
        products=[p for p in PRODUCTS if p["drug"] == "alpha"],
        demand=[{"drug": "alpha", "province": "north", "reported": 9e5}],
    )
    tables = simulate(scenario, 0)
    agreed = total(tables["allocation"], ("main",), "agreed")
    delivered = total(tables["supply"], ("manufacturer",), "delivered")
    parts = {firm: v / sum(agreed.values()) for firm, v in agreed.items()}
    for firm, volume in delivered.items():
        assert volume / sum(delivered.values()) == pytest.approx(parts[firm], rel=1e-6)
    assert len(parts) > 1


def test_without_brands_in_the_rules_naming_changes_nothing(tmp_path: Path) -> None:
    a, b = (go(tmp_path, term(12), reporting={"named": part}) for part in (0.0, 1.0))
    for name in ("bids", "allocation", "use", "settlement"):
        for column, values in a[name].items():
            np.testing.assert_array_equal(values, b[name][column])


def test_batch_11_gives_named_brands_outside_the_shortlist_a_second_chance(tmp_path: Path) -> None:
    """Eight equal bidders ask for six places: the two beyond are named by institutions and come down."""
    firms = [f"g{i}" for i in range(12)]
    products = [
        {"drug": "alpha", "manufacturer": f, "originator": 0, "pre_share": 1 / 12, "bid": 1.0 + 0.01 * i}
        for i, f in enumerate(firms)
    ]
    drug = [{"drug": "alpha", "form": "oral-solid", "unit": "tablet", "ceiling": 2.0}]
    demand = [{"drug": "alpha", "province": p, "reported": 9e5} for p in ("north", "south", "east")]
    won = {}
    for part in (0.0, 0.77):
        scenario = small(
            tmp_path / str(part),
            rounds={"first": round_of("2026-01-01", "batch-11")},
            start="2025-04-01",
            drugs=drug,
            products=products,
            demand=demand,
            behaviour={"bidding": {"model": "recorded"}, "reporting": {"named": part}},
        )
        tables = simulate(scenario, 0)
        won[part] = set(rows(tables["bids"], selected=True)["manufacturer"])
        late = rows(tables["allocation"], main="g10")
        assert late["by_brand"].all()  # chooses no province
    assert won[0.0] < won[0.77]
    assert "g11" not in won[0.77]  # the highest bid has none


def test_grades_and_incumbents_have_their_own_shares() -> None:
    rule = ByGrade(table={"A1": 1.0, "A": 0.8, "B": 0.6, "C": 0.5}, overall=0.7, moved=0.5)
    reported = np.array([100.0, 50.0, 40.0])
    shares = rule.of_winners(reported, "", ["A1", "B", "C"], np.zeros(3, dtype=np.bool_))
    np.testing.assert_allclose(shares * reported, rule.volumes(reported, ["A1", "B", "C"]))
    assert (rule.of_winners(reported, "", ["", "", ""], np.zeros(3, dtype=np.bool_)) == 0.7).all()


def test_classes_of_insulin_winners_are_guaranteed_their_own_part(tmp_path: Path) -> None:
    places = go(tmp_path, {"extends": "insulin-2024", "ceiling": {"rule": "published"}})["allocation"]
    places = {name: values[places["reported"] > 0] for name, values in places.items()}
    parts = np.round(places["agreed"] / places["reported"], 9)
    assert set(parts.tolist()) <= {1.0, 0.8, 0.55, 0.45}
    assert len(set(parts.tolist())) > 1
    for drug in np.unique(places["drug"]):
        here = places["drug"] == drug
        of_price = sorted(zip(places["price"][here].tolist(), parts[here].tolist(), strict=True))
        assert [part for _, part in of_price] == sorted((part for _, part in of_price), reverse=True)


def test_incumbents_are_guaranteed_more_in_a_renewal(tmp_path: Path) -> None:
    share = {"rule": "by-incumbency", "incumbent": 0.8, "newcomer": 0.4}
    scenario = small(
        tmp_path,
        rounds={"first": round_of(rules=term(12)), "second": round_of("2020-01-01", term(12, share=share))},
    )
    tables = simulate(scenario, 0)
    won = rows(tables["bids"], round="first", selected=True)
    before = {*zip(won["drug"], won["manufacturer"], strict=True)}
    late = rows(tables["allocation"], round="second")
    for drug, firm, reported, agreed in zip(*(late[c] for c in ("drug", "main", "reported", "agreed")), strict=True):
        assert agreed == pytest.approx((0.8 if (drug, firm) in before else 0.4) * reported)
