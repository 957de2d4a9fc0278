"""Cities of the pilot apart from the rests of their provinces: nothing is bought twice, nothing is lost."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small import SHARED, Rows, Tables, round_of, rows, total, write_csv, write_scenario

from vbp_sim.engine.simulation import simulate
from vbp_sim.runs.load import load_scenario
from vbp_sim.scenario.load import Scenario

MARKETS = Path(__file__).parents[2] / "scenarios" / "markets"
SOUTH = ("shenzhen", "guangzhou", "guangdong-rest")
CITIES = ("shenyang", "dalian", "xiamen", "guangzhou", "shenzhen", "chengdu", "xian")


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario("pilot-and-expansion")


@pytest.fixture(scope="module")
def ran(scenario: Scenario) -> Tables:
    return simulate(scenario, 0)


def demand(market: str) -> dict[tuple[str, str], float]:
    with (MARKETS / market / "demand.csv").open(encoding="utf-8", newline="") as lines:
        return {(row["drug"], row["province"]): float(row["reported"]) for row in csv.DictReader(lines)}


def test_volumes_are_the_pilots_in_its_cities_and_the_expansions_in_the_rest(scenario: Scenario) -> None:
    market, pilot, expansion = scenario.market, demand("pilot-2018"), demand("expansion-2019")
    seen = {
        (drug.id, place.id): float(market.reported[d, p])
        for d, drug in enumerate(market.drugs)
        for p, place in enumerate(market.provinces)
        if market.reported[d, p] > 0
    }
    assert not {place for _, place in pilot} & {place for _, place in expansion}
    assert seen == pytest.approx({key: volume for key, volume in {**pilot, **expansion}.items() if volume > 0})


@pytest.mark.parametrize("place", SOUTH)
def test_every_part_of_guangdong_has_its_own_use_agreements_and_postings(ran: Tables, place: str) -> None:
    own = "expansion" if place.endswith("-rest") else "pilot"
    assert set(rows(ran["allocation"], province=place)["round"]) == {own}
    assert set(rows(ran["settlement"], province=place)["round"]) == {own}
    assert set(rows(ran["accounts"], province=place)["round"]) == {own, ""}
    assert rows(ran["use"], province=place)["selected"].sum() > 0
    assert rows(ran["use"], province=place)["agreed"].sum() > 0


def test_no_place_stands_beside_one_that_it_lies_in(ran: Tables) -> None:
    names = set(ran["use"]["province"])
    assert not names & {"guangdong", "liaoning", "fujian", "sichuan", "shaanxi"}
    assert names > {*SOUTH, *CITIES}


def test_no_drug_of_a_place_is_in_two_agreements(ran: Tables) -> None:
    main = rows(ran["allocation"], by_brand=False)
    cells = list(zip(main["drug"], main["province"], strict=True))
    assert len(cells) == len(set(cells))


def test_agreed_volume_of_a_month_is_that_of_the_one_agreement(ran: Tables) -> None:
    """A cell that two agreements served at once would have the agreed volume of both."""
    places = ran["allocation"]
    yearly = total(places, ("drug", "province"), "agreed")
    monthly = total(ran["use"], ("month", "drug", "province"), "agreed")
    first = {key: np.datetime64("2019-12" if r == "expansion" else "2019-04") for *key_, r in zip(
        places["drug"], places["province"], places["round"], strict=True) for key in [tuple(key_)]}  # fmt: skip
    for key, agreed in yearly.items():
        assert monthly[str(first[key]), *key] == pytest.approx(agreed / 12)
        assert (str(first[key] - 1), *key) in monthly
        assert monthly[str(first[key] - 1), *key] == 0


def test_agreed_volumes_and_goods_of_the_rounds_add_up_to_the_nation(ran: Tables) -> None:
    supply, bids = ran["supply"], ran["bids"]
    names = ("round", "drug", "manufacturer")
    price = dict(zip(zip(*(bids[c] for c in names), strict=True), bids["price"].tolist(), strict=True))
    sold = sum(
        units * price[key]
        for key, units in zip(
            zip(*(supply[c] for c in names), strict=True),
            (supply["delivered"] + supply["backup_delivered"]).tolist(),
            strict=True,
        )
    )
    goods = total(ran["accounts"], ("flow",), "yuan")[("goods",)]
    fund = ran["fund"]
    assert goods == pytest.approx((fund["spend"] + fund["alternatives"]).sum(), rel=1e-9)
    assert ran["firms"]["revenue"].sum() == pytest.approx(goods, rel=1e-9)
    assert sold < goods
    reported = total(ran["reports"], ("round", "province"), "agreed")
    given = total(ran["allocation"], ("round", "province"), "agreed")
    assert given == pytest.approx({key: volume for key, volume in reported.items() if volume > 0})


def test_what_is_bought_in_guangdong_is_bought_in_its_parts(ran: Tables) -> None:
    """Goods of the three parts are their use, each at the price of its own round."""
    accounts, use = ran["accounts"], ran["use"]
    for place in SOUTH:
        fund = rows(ran["fund"], province=place)
        mine = rows(accounts, province=place, flow="goods")
        assert mine["yuan"].sum() == pytest.approx(fund["spend"].sum(), rel=1e-9)
    need = {place: rows(use, province=place)["need"].sum() for place in SOUTH}
    market = demand("pilot-2018") | demand("expansion-2019")
    for place, units in need.items():
        yearly = sum(volume for (_, p), volume in market.items() if p == place)
        months = len(np.unique(use["month"]))
        assert units == pytest.approx(yearly / 0.8 * months / 12, rel=0.35)  # reporting ratio, growth and noise


# a parent in one market beside its part in another


def rest_of(rows_: Rows, **changes: Any) -> Rows:
    return [{**row, **changes} for row in rows_]


PLACE = {"population": 0, "tertiary": 9, "secondary": 12, "primary": 30}
DRUG: Rows = [{"drug": "alpha", "form": "oral-solid", "unit": "tablet", "ceiling": 2.0}]
FIRMS: Rows = [{"drug": "alpha", "manufacturer": m, "originator": 0} for m in ("a1", "a2", "a3")]
QUIET = ("demand={growth: 0.0, monthly_cv: 0.0}",)


def beside(folder: Path, city: float | None) -> Tables:
    """A round of Guangdong; with ``city`` one of Shenzhen alone, of another drug, in a market of its own."""
    rounds = {"first": round_of()}
    if city is not None:
        other = folder / "city"
        other.mkdir(parents=True)
        write_csv(other / "provinces.csv", [{"province": "shenzhen", **PLACE, "population": 1.7e7}])
        write_csv(other / "drugs.csv", rest_of(DRUG, drug="beta"))
        write_csv(other / "products.csv", rest_of(FIRMS, drug="beta"))
        write_csv(other / "demand.csv", [{"drug": "beta", "province": "shenzhen", "reported": city}])
        rounds["second"] = round_of("2019-06-01", SHARED, market="city")
    provinces = [{"province": "guangdong", **PLACE, "population": 1.26e8},
                 {"province": "gansu", **PLACE, "population": 2.5e7}]  # fmt: skip
    demand_: Rows = [{"drug": "alpha", "province": "guangdong", "reported": 1e6},
                     {"drug": "alpha", "province": "gansu", "reported": 2e5}]  # fmt: skip
    file = write_scenario(folder, rounds=rounds, provinces=provinces, drugs=DRUG, products=FIRMS, demand=demand_)
    return simulate(load_scenario(file, "", QUIET), 0)


def test_a_parent_beside_its_part_is_split_without_loss(tmp_path: Path) -> None:
    whole, split = beside(tmp_path / "a", None), beside(tmp_path / "b", 3e5)
    assert set(whole["use"]["province"]) == {"guangdong", "gansu"}
    assert {"shenzhen", "guangdong-rest", "gansu"} <= set(split["use"]["province"])
    parts = [p for p in set(split["use"]["province"]) if p != "gansu"]
    month = "2018-06"
    needs = total(split["use"], ("month", "drug", "province"), "need")
    need = total(whole["use"], ("month", "drug", "province"), "need")
    assert sum(needs[month, "alpha", p] for p in parts) == pytest.approx(need[month, "alpha", "guangdong"], rel=1e-9)
    assert needs[month, "alpha", "gansu"] == need[month, "alpha", "gansu"]


def test_a_split_parents_agreed_volume_stands_in_its_parts(tmp_path: Path) -> None:
    split = beside(tmp_path, 3e5)
    alpha = rows(split["allocation"], drug="alpha")
    assert {"shenzhen", "guangdong-rest"} <= set(alpha["province"])
    assert "guangdong" not in set(alpha["province"])
    assert set(rows(split["allocation"], drug="beta")["province"]) == {"shenzhen"}
