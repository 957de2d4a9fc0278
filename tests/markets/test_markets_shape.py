"""The shipped markets are well formed: counts, ids, regions, sources, encoding."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from market_files import MARKETS, NAMES, rows

FILES = ("provinces.csv", "drugs.csv", "products.csv", "demand.csv")
SHAPE = {  # provinces, drugs, failed drugs, products, selected, originators with a bid, originators selected
    "pilot-2018": (11, 31, 6, 56, 25, 2, 2),
    "expansion-2019": (25, 25, 0, 102, 60, 18, 6),
    "batch-2": (31, 32, 0, 158, 100, 24, 4),
    "batch-3": (31, 56, 1, 312, 191, 47, 3),
}


@pytest.mark.parametrize("market", NAMES)
def test_counts_equal_the_published_ones(market: str) -> None:
    provinces, drugs, products = (rows(market, file) for file in FILES[:3])
    selected = [p for p in products if p["selected"] == "1"]
    awarded = {p["drug"] for p in selected}
    originators = [p for p in products if p["originator"] == "1"]
    shape = (
        len(provinces),
        len(drugs),
        sum(d["drug"] not in awarded for d in drugs),
        len(products),
        len(selected),
        sum(p["bid"] != "" for p in originators),
        sum(p["selected"] == "1" for p in originators),
    )
    assert shape == SHAPE[market]
    assert len(rows(market, "demand.csv")) == len(provinces) * len(drugs)


@pytest.mark.parametrize("market", NAMES)
@pytest.mark.parametrize("file", FILES)
def test_every_row_has_a_source_and_a_confidence(market: str, file: str) -> None:
    table = rows(market, file)
    assert table
    assert all(row["source"] and row["confidence"] in "DIMLG" for row in table)
    assert all(row["note"] for row in table if row["confidence"] in "MLG")


@pytest.mark.parametrize("market", NAMES)
def test_ids_are_unique_and_known(market: str) -> None:
    provinces = [p["province"] for p in rows(market, "provinces.csv")]
    drugs = [d["drug"] for d in rows(market, "drugs.csv")]
    products = rows(market, "products.csv")
    demand = rows(market, "demand.csv")
    for ids in (
        provinces,
        drugs,
        [(p["drug"], p["manufacturer"]) for p in products],
        [(d["drug"], d["province"]) for d in demand],
    ):
        assert len(ids) == len(set(ids))
    assert {p["drug"] for p in products} == set(drugs) == {d["drug"] for d in demand}
    assert {d["province"] for d in demand} == set(provinces)
    for product in products:
        regions = product["regions"].split("|") if product["regions"] else []
        assert set(regions) <= set(provinces)
        assert bool(regions) == (product["selected"] == "1")


@pytest.mark.parametrize("market", NAMES)
def test_each_province_of_an_awarded_drug_went_to_one_firm(market: str) -> None:
    provinces = {p["province"] for p in rows(market, "provinces.csv")}
    got: dict[str, Counter[str]] = {}
    for product in rows(market, "products.csv"):
        if product["selected"] == "1":
            got.setdefault(product["drug"], Counter()).update(product["regions"].split("|"))
    wrong = {drug: count for drug, count in got.items() if set(count) != provinces or max(count.values()) > 1}
    assert not wrong


@pytest.mark.parametrize("market", NAMES)
def test_shares_lie_between_0_and_1(market: str) -> None:
    shares: Counter[str] = Counter()
    for product in rows(market, "products.csv"):
        for column in ("pre_share", "pre_share_value"):
            assert 0 <= float(product.get(column) or 0) <= 1
        shares[product["drug"]] += float(product.get("pre_share") or 0)  # type: ignore[assignment]
    assert max(shares.values()) <= 1
    weights = [float(p["demand_weight"]) for p in rows(market, "provinces.csv")]
    assert sum(weights) == pytest.approx(1, abs=2e-5)


@pytest.mark.parametrize("market", NAMES)
def test_a_selected_product_has_a_bid_and_a_drug_has_its_qualified_firms(market: str) -> None:
    products = rows(market, "products.csv")
    assert all(p["bid"] for p in products if p["selected"] == "1")
    named = Counter(p["drug"] for p in products)
    for drug in rows(market, "drugs.csv"):
        assert Decimal(drug["ceiling"]) > 0
        assert int(drug["qualified"]) >= named[drug["drug"]]
        if market != "pilot-2018":
            assert int(drug["qualified"]) == named[drug["drug"]]
        else:
            assert 1 <= int(drug["qualified"]) <= 4


def test_one_bid_that_was_selected_lies_above_its_ceiling() -> None:
    """Only Hengrui's irbesartan; expansion-2019/README.md says why."""
    above = []
    for market in NAMES:
        ceiling = {d["drug"]: Decimal(d["ceiling"]) for d in rows(market, "drugs.csv")}
        above += [
            (market, p["drug"], p["manufacturer"])
            for p in rows(market, "products.csv")
            if p["selected"] == "1" and Decimal(p["bid"]) > ceiling[p["drug"]]
        ]
    assert above == [("expansion-2019", "irbesartan", "Jiangsu Hengrui")]


def test_a_manufacturer_has_one_name_and_one_owner_everywhere() -> None:
    seen: dict[str, set[tuple[str, str]]] = {}
    names: dict[str, set[str]] = {}
    for market in NAMES:
        for product in rows(market, "products.csv"):
            seen.setdefault(product["manufacturer"], set()).add((product["name_zh"], product["owner"]))
            names.setdefault(product["name_zh"], set()).add(product["manufacturer"])
    assert all(len(values) == 1 for values in [*seen.values(), *names.values()])


def test_a_drug_has_one_unit_and_strength_in_the_pilot_and_the_expansion() -> None:
    pilot = {d["drug"]: (d["strength"], d["unit"], d["name_zh"]) for d in rows("pilot-2018", "drugs.csv")}
    expansion = {d["drug"]: (d["strength"], d["unit"], d["name_zh"]) for d in rows("expansion-2019", "drugs.csv")}
    awarded = {d["drug"] for d in rows("pilot-2018", "drugs.csv") if d["status"] == "awarded"}
    assert set(expansion) == awarded
    assert {drug: pilot[drug] for drug in expansion} == expansion


@pytest.mark.parametrize("path", sorted(MARKETS.glob("*/*")), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_files_are_utf8_without_mark_and_with_unix_line_ends(path: Path) -> None:
    data = path.read_bytes()
    assert not data.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in data
    assert data.endswith(b"\n")
    data.decode("utf-8")
