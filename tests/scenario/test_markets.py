"""Several markets in one scenario: one map, nothing counted twice, each round with its own market."""

from __future__ import annotations

import json
import pickle
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import calendar, round_of, write_csv, write_scenario

from vbp_sim.errors import InputError
from vbp_sim.runs.load import load_scenario, shipped
from vbp_sim.runs.project import _fill
from vbp_sim.scenario.load import Scenario
from vbp_sim.scenario.market import LEVELS, Drug, Market, Product, Province
from vbp_sim.scenario.market_csv import read_market
from vbp_sim.scenario.markets import Markets, conflicts, lay, whole_numbers
from vbp_sim.studies.base import Base

Volumes = Mapping[str, float]


def place(name: str, parent: str = "", weight: float = 1.0, institutions: int = 40) -> Province:
    return Province(name, "", 1e6, institutions, 2 * institutions, 3 * institutions, weight, parent)


def market(name: str, places: list[Province], volumes: Mapping[str, Volumes], **drug: Any) -> Market:
    """A market in memory; its drugs have one product each."""
    ids = [p.id for p in places]
    drugs = tuple(replace(Drug(d, "", "oral-solid", "", "tablet", "", None, None), **drug) for d in volumes)
    reported = np.array([[volumes[d].get(id, 0.0) for id in ids] for d in volumes])
    products = tuple(Product(d, "maker", False, regions=tuple(ids)) for d in volumes)
    return Market(name, name, tuple(places), drugs, products, reported, name)


def of(*markets: Market) -> Markets:
    assert not conflicts(markets)
    return lay(markets, {m.name: i for i, m in enumerate(markets)})


def volume(data: Markets, index: int, drug: int = 0) -> dict[str, float]:
    ids = [p.id for p in data.merged.provinces]
    return dict(zip(ids, data.each[index].reported[drug].tolist(), strict=True))


CITY = market("city", [place("shenzhen")], {"alpha": {"shenzhen": 5.0}})


def test_a_single_market_stays_as_it_is() -> None:
    one = market("one", [place("guangdong"), place("beijing")], {"alpha": {"guangdong": 3.0}})
    data = lay([one], {"first": 0})
    assert data.merged is data.each[0] is one
    assert (data.of, data.home.tolist()) == ({"first": 0}, [[0, -1]])


def test_a_place_that_another_market_divides_is_split_by_inhabitants() -> None:
    """Guangdong of the census has 126,012,510 people, Shenzhen 17,560,061, Guangzhou 18,676,605."""
    wide = market(
        "wide", [place("beijing"), place("guangdong")], {"alpha": {"beijing": 1.0, "guangdong": 126_012_510.0}}
    )
    split = volume(of(wide, CITY), 0)
    assert list(split) == ["beijing", "guangzhou", "shenzhen", "guangdong-rest"]
    assert list(split.values()) == pytest.approx([1, 18_676_605, 17_560_061, 89_775_844], rel=1e-12)


def test_a_place_that_no_market_divides_stays_one() -> None:
    wide = market("wide", [place("guangdong")], {"alpha": {"guangdong": 7.0}})
    other = market("other", [place("henan"), place("guangdong")], {"beta": {"henan": 1.0}})
    assert volume(of(wide, other), 0) == {"guangdong": 7.0, "henan": 0.0}


def test_a_place_with_a_row_of_its_own_keeps_it() -> None:
    """The parts that have none get theirs of the row around them, by largest remainder."""
    wide = market("wide", [place("guangdong", institutions=100)], {"alpha": {"guangdong": 1.0}})
    rows = {p.id: p for p in of(wide, CITY).merged.provinces}
    assert [rows["shenzhen"].tertiary, rows["shenzhen"].primary] == [40, 120]
    assert [rows[id].tertiary for id in ("guangzhou", "guangdong-rest")] == [15, 71]
    assert [rows[id].parent for id in ("guangzhou", "shenzhen")] == ["guangdong", "guangdong"]


def test_the_users_own_places_in_one_of_the_nations_leave_a_rest() -> None:
    """Henan has 99,365,519 people; a city with a million of them lies apart."""
    wide = market("wide", [place("henan")], {"alpha": {"henan": 99_365_519.0}})
    city = market("city", [place("zhengzhou", "henan")], {"alpha": {"zhengzhou": 1.0}})
    split = volume(of(wide, city), 0)
    assert list(split) == ["henan-rest", "zhengzhou"]
    assert list(split.values()) == pytest.approx([98_365_519, 1_000_000])


def test_the_rest_of_a_province_gives_up_what_the_user_puts_apart() -> None:
    wide = market("wide", [place("guangdong")], {"alpha": {"guangdong": 126_012_510.0}})
    city = market("city", [place("foshan", "guangdong")], {"alpha": {"foshan": 1.0}})
    split = volume(of(wide, city), 0)
    assert split == pytest.approx(
        {"guangzhou": 18_676_605, "shenzhen": 17_560_061, "guangdong-rest": 88_775_844, "foshan": 1e6}
    )


def test_places_inside_one_of_the_users_own_are_split_by_demand_weight() -> None:
    wide = market("wide", [place("home")], {"alpha": {"home": 8.0}})
    parts = [
        place("north", "home", 3.0),
        place("south", "home", 1.0),
        place("deep", "deeper"),
        place("deeper2", "deeper"),
    ]
    fine = market("fine", parts, {"beta": {"north": 1.0}})
    assert volume(of(wide, fine), 0) == {"north": 6.0, "south": 2.0, "deep": 0.0, "deeper2": 0.0}


def test_parents_of_parents_are_split_all_the_way() -> None:
    wide = market("wide", [place("home")], {"alpha": {"home": 8.0}})
    middle = market("middle", [place("east", "home", 1.0), place("west", "home", 1.0)], {"alpha": {"west": 6.0}})
    fine = market("fine", [place("a", "west", 1.0), place("b", "west", 2.0)], {"beta": {"a": 1.0}})
    data = of(wide, middle, fine)
    assert volume(data, 0) == pytest.approx({"east": 4, "a": 4 / 3, "b": 8 / 3})
    assert volume(data, 1) == pytest.approx({"east": 0, "a": 2, "b": 4})


def test_regions_name_the_parts() -> None:
    wide = market("wide", [place("guangdong")], {"alpha": {"guangdong": 1.0}})
    assert of(wide, CITY).each[0].products[0].regions == ("guangzhou", "shenzhen", "guangdong-rest")


def test_each_drug_and_place_has_the_first_market_that_reports_it() -> None:
    one = market("one", [place("beijing"), place("henan")], {"alpha": {"beijing": 1.0}})
    two = market(
        "two", [place("henan"), place("beijing")], {"beta": {"henan": 4.0}, "alpha": {"beijing": 2.0, "henan": 3.0}}
    )
    data = of(one, two)
    assert [d.id for d in data.merged.drugs] == ["alpha", "beta"]
    assert data.home.tolist() == [[0, 1], [-1, 1]]
    assert data.merged.reported.tolist() == [[1.0, 3.0], [0.0, 4.0]]
    assert [len(m.drugs) for m in data.each] == [1, 2]
    assert len(data.merged.products) == 2


@given(
    st.lists(st.floats(1.0, 1e9), min_size=1, max_size=4),
    st.lists(st.sampled_from(["guangdong", "liaoning", "sichuan", "henan", "home"]), min_size=1, unique=True),
    st.lists(
        st.sampled_from(["shenzhen", "dalian", "chengdu", "zhengzhou", "north", "south"]), min_size=1, unique=True
    ),
    st.randoms(),
)
def test_splitting_keeps_every_sum_whatever_the_order_of_rows(
    amounts: list[float], wide: list[str], fine: list[str], luck: Any
) -> None:
    parents = {"zhengzhou": "henan", "north": "home", "south": "home"}
    volumes = {f"d{i}": dict.fromkeys(wide, amount) for i, amount in enumerate(amounts)}
    inner = market(
        "fine", [place(id, parents.get(id, ""), institutions=900) for id in fine], {"e": dict.fromkeys(fine, 1.0)}
    )
    outer = market("wide", [place(id, institutions=900) for id in wide], volumes)
    data = of(outer, inner)
    np.testing.assert_allclose(data.each[0].reported.sum(axis=1), outer.reported.sum(axis=1), rtol=1e-12)
    named = set(fine)
    for name in wide:
        parts = [p for p in data.merged.provinces if p.id in data.places.within([name], [p.id])]
        if not named.intersection(p.id for p in parts):
            assert [sum(getattr(p, level) for p in parts) for level in LEVELS] == [900, 1800, 2700]
    luck.shuffle(wide)
    luck.shuffle(fine)
    again = of(
        market("wide", [place(id, institutions=900) for id in wide], volumes),
        market(
            "fine", [place(id, parents.get(id, ""), institutions=900) for id in fine], {"e": dict.fromkeys(fine, 1.0)}
        ),
    )
    for index in range(len(amounts)):
        assert volume(again, 0, index) == volume(data, 0, index)
    assert {p.id: p for p in again.merged.provinces} == {p.id: p for p in data.merged.provinces}


@given(st.integers(0, 10_000), st.dictionaries(st.text("abc", min_size=1), st.floats(0.01, 1), min_size=1, max_size=8))
def test_whole_numbers_keep_their_sum_and_lie_next_to_the_exact_ones(total: int, weights: dict[str, float]) -> None:
    shares = {name: weight / sum(weights.values()) for name, weight in weights.items()}
    found = whole_numbers(total, shares)
    assert sum(found.values()) == total
    assert all(abs(found[name] - total * share) < 1 + 1e-6 for name, share in shares.items())
    assert whole_numbers(total, dict(reversed(shares.items()))) == found


def conflict(*markets: Market) -> str:
    return " | ".join(f"{c.market}: {c.what}; {c.remedy}" for c in conflicts(markets))


def test_one_id_is_one_drug() -> None:
    other = market("other", [place("beijing")], {"alpha": {"beijing": 1.0}}, unit="vial")
    said = conflict(CITY, other)
    assert "1: the drug 'alpha' has unit 'vial' in other and 'tablet' in city" in said
    assert "give one of them another id" in said


def test_markets_must_agree_where_a_place_lies() -> None:
    here = market("here", [place("x", "henan")], {"alpha": {"x": 1.0}})
    there = market("there", [place("x", "hebei")], {"alpha": {"x": 1.0}})
    assert "1: 'x' lies in 'hebei' in there, and in 'henan' in another market" in conflict(here, there)
    both = market("both", [place("x"), place("henan")], {"alpha": {"x": 1.0}})
    assert "1: 'x' lies inside 'henan', and both stand in both" in conflict(here, both)
    up, down = market("up", [place("x", "y")], {"a": {"x": 1.0}}), market("down", [place("y", "x")], {"a": {"y": 1.0}})
    assert "lies in itself, by way of" in conflict(up, down)


def test_a_row_with_too_few_institutions_to_divide_is_named() -> None:
    wide = market("wide", [place("guangdong", institutions=0)], {"alpha": {"guangdong": 1.0}})
    other = replace(wide, name="other")
    said = conflict(wide, CITY, other)
    assert "0: wide has too few institutions in 'guangdong' to divide them: none is left for 'guangzhou'" in said
    assert "other has" not in said


# with files: a scenario of two rounds, the second of which has its own market

CITIES = [{"province": "shenzhen", "population": 1.7e7, "tertiary": 4, "secondary": 4, "primary": 4}]
WIDE = [
    {"province": "beijing", "population": 2e7, "tertiary": 9, "secondary": 9, "primary": 9},
    {"province": "guangdong", "population": 1.2e8, "tertiary": 40, "secondary": 40, "primary": 40},
]
ALPHA = {"drug": "alpha", "form": "oral-solid", "unit": "tablet", "ceiling": 2.0}
BETA = {"drug": "beta", "form": "oral-solid", "unit": "tablet", "ceiling": 3.0}


def two(
    folder: Path,
    *,
    drugs: list[dict[str, Any]] | None = None,
    members: tuple[str, ...] = (),
    market: str = "wide",
    rounds: Mapping[str, list[str]] | None = None,
    first: str = "2019-01-01",
) -> Path:
    """Write a scenario: a round of alpha in Shenzhen, then one of alpha and beta in Beijing and Guangdong."""
    tendered = {"city": [], "later": [], **(rounds or {})}
    wide, drugs = folder / "wide", drugs or [ALPHA, BETA]
    wide.mkdir(parents=True)
    firms = [{"drug": d["drug"], "manufacturer": m, "originator": 0} for d in drugs for m in ("a", "b")]
    demand = [{"drug": d["drug"], "province": p["province"], "reported": 1000} for d in drugs for p in WIDE]
    for name, rows in (("provinces", WIDE), ("drugs", drugs), ("products", firms), ("demand", demand)):
        write_csv(wide / f"{name}.csv", rows)
    rules: dict[str, Any] = {"extends": "expansion-2019"}
    alliance = {**rules, "members": members} if members else rules
    later = {"rules": alliance, "calendar": calendar("2020-01-01"), "market": market, "drugs": tendered["later"]}
    return write_scenario(
        folder,
        provinces=CITIES,
        drugs=[ALPHA],
        products=firms[:2],
        demand=[{"drug": "alpha", "province": "shenzhen", "reported": 500}],
        rounds={
            "city": {"rules": rules, "calendar": calendar(first), "drugs": tendered["city"]},
            "later": later,
        },
    )


def failure(file: Path, variant: str = "") -> str:
    with pytest.raises(InputError) as caught:
        load_scenario(file, variant)
    return str(caught.value)


def test_a_round_may_have_its_own_market(tmp_path: Path) -> None:
    s = load_scenario(two(tmp_path))
    assert [p.id for p in s.market.provinces] == ["shenzhen", "beijing", "guangzhou", "guangdong-rest"]
    assert (s.market_of, [m.name for m in s.markets]) == ({"city": 0, "later": 1}, ["market", "wide"])
    assert all(m.provinces == s.market.provinces for m in s.markets)
    assert s.home.tolist() == [[0, 1, 1, 1], [1, 1, 1, 1]]
    assert s.taking_part("city") == ("shenzhen",)
    assert set(s.taking_part("later")) == {"shenzhen", "beijing", "guangzhou", "guangdong-rest"}
    copy = pickle.loads(pickle.dumps(s))
    assert (copy.digest, copy.market.provinces) == (s.digest, s.market.provinces)


def test_a_market_that_both_name_is_one(tmp_path: Path) -> None:
    file = two(tmp_path, market="./market", drugs=[ALPHA])
    s = load_scenario(file)
    assert len(s.markets) == 1
    assert s.market is s.markets[0]
    assert s.market_of == {"city": 0, "later": 0}


def test_the_digest_covers_all_markets_and_which_is_whose(tmp_path: Path) -> None:
    file = two(tmp_path)
    digests = {load_scenario(file).digest, load_scenario(file, sets=[f"rounds.later.market={tmp_path}/market"]).digest,
               load_scenario(file, sets=[f"rounds.city.market={tmp_path}/wide"]).digest}  # fmt: skip
    demand = tmp_path / "wide" / "demand.csv"
    demand.write_text(demand.read_text().replace("1000", "1001", 1))
    assert len({load_scenario(file).digest, *digests}) == 4


def test_shipped_markets_go_by_name(tmp_path: Path) -> None:
    file = two(tmp_path, market="expansion-2019")
    assert load_scenario(file).markets[1].name == "expansion-2019"
    assert "market: there is no folder 'expansion-2018'\n    did you mean 'expansion-2019'?" in failure(
        two(tmp_path / "b", market="expansion-2018")
    )


def test_drugs_and_ceilings_are_looked_for_in_the_market_of_the_round(tmp_path: Path) -> None:
    load_scenario(two(tmp_path / "a", rounds={"city": ["alpha"], "later": ["beta"]}))
    assert "the market market has no drug 'beta'" in failure(
        two(tmp_path / "b", rounds={"city": ["beta"], "later": ["beta"]})
    )
    said = failure(two(tmp_path / "c", drugs=[ALPHA, {**BETA, "ceiling": ""}]))
    assert "round 'later': no ceiling in wide/drugs.csv for beta" in said


def test_an_earlier_round_gives_a_ceiling_only_for_its_drug_in_a_common_place(tmp_path: Path) -> None:
    """The rule of the expansion takes the price before where no ceiling is published; alpha was bought in Shenzhen."""
    open_ = {**ALPHA, "ceiling": ""}
    load_scenario(two(tmp_path / "a", drugs=[open_], members=("guangdong",)))
    said = failure(two(tmp_path / "b", drugs=[open_], members=("beijing",)))
    assert (
        "no ceiling in wide/drugs.csv for alpha, no pre_price, and no earlier round tenders it in one of this" in said
    )
    said = failure(two(tmp_path / "c", drugs=[open_], rounds={"later": ["alpha"]}, market="wide", first="2021-01-01"))
    assert "no earlier round" in said


def test_two_rounds_may_start_a_drug_on_one_day_in_other_places(tmp_path: Path) -> None:
    load_scenario(two(tmp_path / "a", members=("beijing",), first="2020-01-01"))
    said = failure(two(tmp_path / "b", members=("guangdong",), first="2020-01-01"))
    assert "rounds 'city' and 'later' both start alpha on 2020-01-01 in shenzhen" in said
    load_scenario(two(tmp_path / "c", rounds={"later": ["beta"]}, first="2020-01-01"))


def test_what_markets_disagree_on_is_said_at_the_round(tmp_path: Path) -> None:
    said = failure(two(tmp_path, drugs=[{**ALPHA, "unit": "vial"}]))
    assert "the drug 'alpha' has unit 'vial' in wide and 'tablet' in market" in said
    assert "small.yaml:" in said
    assert '"market": "wide"' in said


def test_members_may_be_parents_or_parts(tmp_path: Path) -> None:
    assert load_scenario(two(tmp_path / "a", members=("guangdong",))).taking_part("later") == (
        "shenzhen", "guangzhou", "guangdong-rest",
    )  # fmt: skip
    assert load_scenario(two(tmp_path / "b", members=("guangzhou",))).taking_part("later") == ("guangzhou",)


def test_a_member_finer_than_the_map_is_refused(tmp_path: Path) -> None:
    provinces = [WIDE[0], {**WIDE[1], "province": "fujian"}]
    file = write_scenario(
        tmp_path,
        provinces=provinces,
        drugs=[ALPHA],
        products=[{"drug": "alpha", "manufacturer": "a", "originator": 0}],
        demand=[{"drug": "alpha", "province": p["province"], "reported": 1000} for p in provinces],
        rounds={"first": round_of(rules={"extends": "expansion-2019", "members": ["beijing", "xiamen"]})},
    )
    said = failure(file)
    assert "round 'first': 'xiamen' lies inside 'fujian', which no market of the scenario divides" in said
    assert "name 'fujian', or add a market whose provinces.csv has 'xiamen'" in said


def test_a_round_whose_members_its_market_does_not_know_is_refused(tmp_path: Path) -> None:
    said = failure(two(tmp_path, members=("beijing",), market="market"))
    assert "none of the rule set's members (beijing) is in the market market" in said


def test_variants_and_sweeps_find_the_same_markets(tmp_path: Path) -> None:
    file = two(tmp_path)
    base = pickle.loads(pickle.dumps(Base.read(file, 1)))
    made: Scenario = base.scenario("", {("demand", "growth"): 0.2})
    assert made.market_of == {"city": 0, "later": 1}
    assert made.digest == load_scenario(file, sets=["demand.growth=0.2"]).digest


def test_pilot_expansion_and_a_national_batch_in_one_scenario_count_nothing_twice(tmp_path: Path) -> None:
    """38 places; the batch's Guangdong is what Guangzhou, Shenzhen and the rest have together."""
    shipped_market = {
        name: read_market(shipped() / "markets" / name) for name in ("pilot-2018", "expansion-2019", "batch-2")
    }
    data = of(*shipped_market.values())
    assert len(data.merged.provinces) == 38
    assert [len(data.taking_part(name)) for name in shipped_market] == [11, 25, 38]
    for laid, own in zip(data.each, shipped_market.values(), strict=True):
        np.testing.assert_allclose(laid.reported.sum(axis=1), own.reported.sum(axis=1), rtol=1e-12)
    ids = [p.id for p in data.merged.provinces]
    inside = [ids.index(p) for p in data.places.within(["guangdong"], ids)]
    whole = [p.id for p in shipped_market["batch-2"].provinces].index("guangdong")
    np.testing.assert_allclose(
        data.each[2].reported[:, inside].sum(axis=1), shipped_market["batch-2"].reported[:, whole]
    )
    row = shipped_market["batch-2"].provinces[whole]
    assert sum(data.merged.provinces[i].tertiary for i in inside) == row.tertiary == 279


def test_a_new_project_takes_all_markets_along(tmp_path: Path) -> None:
    file = two(tmp_path / "a")
    (tmp_path / "b").mkdir()
    _fill(tmp_path / "b", load_scenario(file), "b")
    assert {p.name for p in (tmp_path / "b" / "markets").iterdir()} == {"market", "wide"}
    assert json.loads(file.read_text())["rounds"]["later"]["market"] == "wide"
