"""The shipped markets say what the source tables say; published means come out of them."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal

import pytest
from market_files import NAMES, ROUND, Rows, rows, source

VOLUMES = {"expansion-2019": 6_468_921_866, "batch-2": 12_363_192_543, "batch-3": 23_816_808_657}
CUTS = {"expansion-2019": (0.257, 60), "batch-2": (0.554, 100), "batch-3": (0.7225, 191)}


def selected(market: str) -> Rows:
    return [p for p in rows(market, "products.csv") if p["selected"] == "1"]


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


def test_pilot_winners_cut_their_own_price_by_62_percent() -> None:
    cuts = [1 - float(p["bid"]) / float(p["pre_price"]) for p in selected("pilot-2018") if p["pre_price"]]
    assert len(cuts) == 24
    assert mean(cuts) == pytest.approx(0.623, abs=0.0005)


def test_pilot_ceiling_makes_the_official_cut() -> None:
    ceiling = {d["drug"]: float(d["ceiling"]) for d in rows("pilot-2018", "drugs.csv")}
    cuts = [1 - float(p["bid"]) / ceiling[p["drug"]] for p in selected("pilot-2018") if p["pre_price"]]
    assert mean(cuts) == pytest.approx(0.52, abs=0.005)


@pytest.mark.parametrize(("market", "cut", "n"), [(m, *c) for m, c in CUTS.items()])
def test_mean_cut_against_the_ceiling(market: str, cut: float, n: int) -> None:
    ceiling = {d["drug"]: float(d["ceiling"]) for d in rows(market, "drugs.csv")}
    cuts = [1 - float(p["bid"]) / ceiling[p["drug"]] for p in selected(market)]
    assert len(cuts) == n
    assert mean(cuts) == pytest.approx(cut, abs=0.0005)


def test_expansion_ceiling_is_the_pilot_price() -> None:
    pilot = {p["drug"]: Decimal(p["bid"]) for p in selected("pilot-2018")}
    other = {
        d["drug"]: Decimal(d["ceiling"])
        for d in rows("expansion-2019", "drugs.csv")
        if Decimal(d["ceiling"]) != pilot[d["drug"]]
    }
    assert other == {"cefuroxime-axetil": Decimal("0.51333")}  # the source's figure, see its README


def test_pilot_reported_is_agreed_over_65_percent() -> None:
    for row in rows("pilot-2018", "demand.csv"):
        assert float(row["reported"]) == pytest.approx(float(row["agreed"]) / 0.65, abs=0.51)


@pytest.mark.parametrize("market", [*VOLUMES])
def test_total_of_reported_volumes(market: str) -> None:
    total = sum(float(r["reported"]) for r in rows(market, "demand.csv"))
    assert total == pytest.approx(VOLUMES[market], abs=1)


def totals(market: str) -> Counter[str]:
    total: Counter[str] = Counter()
    for row in rows(market, "demand.csv"):
        total[row["drug"]] += float(row.get("agreed") or row["reported"])  # type: ignore[assignment]
    return total


@pytest.mark.parametrize(
    ("market", "drug", "factors"),
    [  # content of each strength in the source over that of the unit
        ("pilot-2018", "atorvastatin", {("阿托伐他汀", "10mg"): 0.5, ("阿托伐他汀", "20mg"): 1}),
        ("pilot-2018", "clopidogrel", {("氯吡格雷", "25mg"): 1 / 3, ("氯吡格雷", "75mg"): 1}),
        ("pilot-2018", "irbesartan", {("厄贝沙坦口", "75mg"): 1, ("厄贝沙坦口", "150mg"): 2}),
        ("pilot-2018", "pemetrexed", {("培美曲塞", "100mg"): 1, ("培美曲塞", "500mg"): 5}),
        ("pilot-2018", "imatinib", {("伊马替尼", "100mg"): 1}),
        (
            "expansion-2019",
            "enalapril",
            {("依那普利", s): f for s, f in (("5mg", 0.5), ("10mg", 1), ("100mg", 1))},
        ),
        ("expansion-2019", "entecavir", {("恩替卡韦", "0.5mg"): 1, ("恩替卡韦", "1mg"): 2}),
        ("batch-2", "acarbose", {("阿卡波糖", "50mg"): 1, ("阿卡波糖", "100mg"): 2}),
        ("batch-2", "glimepiride", {("格列美脲", "1mg"): 0.5, ("格列美脲", "2mg"): 1}),
        ("batch-3", "metformin", {("二甲双胍口", "0.25g"): 1, ("二甲双胍口", "0.5g"): 2}),
        (
            "batch-3",
            "sildenafil",
            {("枸橼酸西地", "25mg"): 1, ("枸橼酸西地", "50mg"): 2, ("枸橼酸西地", "100mg"): 4},
        ),
    ],
)
def test_volume_of_a_drug_is_that_of_the_source(market: str, drug: str, factors: dict[tuple[str, str], float]) -> None:
    wanted = 0.0
    for row in source("volumes_by_region.csv"):
        for (name, strength), factor in factors.items():
            if (row["round"], row["spec"]) == (ROUND[market], strength) and row["drug_cn"].startswith(name):
                wanted += factor * 1e4 * float(row["volume_10k_units"])
    assert wanted > 0
    assert totals(market)[drug] == pytest.approx(wanted, rel=1e-9)


def name_of(listed: str) -> str:
    """The name that a market gives to a drug of the source, which adds the form: 阿托伐他汀口服常释剂型."""
    name = re.sub(r"[（(](头孢呋辛|坦索罗辛)[）)]|\s", "", listed)
    name = re.sub(r"口服常释剂型(\d+mg)?$", "", name)
    for form, ours in (("口服散剂", "散"), ("缓释控释剂型", "缓释制剂"), ("口服液体剂", "口服溶液")):
        name = name.replace(form, ours)
    return name


def milligrams(strength: str) -> float | None:
    """Content of a strength such as 0.25g; None for one with two parts, which never differs within a drug."""
    match = re.fullmatch(r"([\d.]+)([uμ]g|mg|g)", strength)
    return float(match[1]) * {"ug": 1e-3, "μg": 1e-3, "mg": 1, "g": 1e3}[match[2]] if match else None


@pytest.mark.parametrize("market", NAMES)
def test_all_volumes_of_the_source_are_in_the_market_by_content(market: str) -> None:
    """Four drugs of the expansion differ by the rows of Xinjiang that its README corrects, no other does."""
    drugs = rows(market, "drugs.csv")
    here = totals(market)
    there: dict[str, float] = {}
    for row in source("volumes_by_region.csv"):
        if row["round"] != ROUND[market] or (market, name_of(row["drug_cn"])) == ("batch-2", "碳酸氢钠"):
            continue
        drug = find(drugs, name_of(row["drug_cn"]), row["spec"])
        content, unit = milligrams(row["spec"]), milligrams(drug["strength"])
        factor = content / unit if content and unit else 1
        volume = 1e4 * factor * float(row["volume_10k_units"])
        there[drug["drug"]] = there.get(drug["drug"], 0) + volume
    assert set(there) == set(here)
    doubled = {"atorvastatin", "olanzapine", "pemetrexed", "enalapril"} if market == "expansion-2019" else set()
    wrong = {d for d in there if there[d] != pytest.approx(here[d], rel=1e-9)}
    assert wrong == doubled
    assert all(there[d] == pytest.approx(here[d], rel=0.12) for d in doubled)


def find(drugs: Rows, name: str, strength: str) -> dict[str, str]:
    """The drug of that name; where two strengths compete apart (finasteride), the one of that strength."""
    named = [d for d in drugs if d["name_zh"] == name]
    same = [d for d in named if d["strength"] == strength]
    assert len(named) == 1 or len(same) == 1, name
    return named[0] if len(named) == 1 else same[0]


@pytest.mark.parametrize("market", [*CUTS])
def test_bids_and_winners_are_those_of_the_source(market: str) -> None:
    """Row by row; a bid for another strength differs by the ratio of the strengths."""
    theirs = [r for r in source("bids.csv") if r["round"] == ROUND[market]]
    ours = rows(market, "products.csv")
    order = list(dict.fromkeys(p["drug"] for p in ours))
    grouped: dict[str, Rows] = {}
    for row in theirs:
        grouped.setdefault(row["inn"], []).append(row)
    assert len(grouped) == len(order)
    matched = [(p, r) for p, r in zip(ours, (r for g in grouped.values() for r in g), strict=True)]
    for product, row in matched:
        assert product["selected"] == row["winner"]
        assert product["originator"] == row["originator"]
        assert len(product["regions"].split("|")) == max(1, int(row["n_regions"]))
        assert (product["bid"] == "") == (row["no_quote"] == "1")
        if product["bid"] and "converted by" not in product["note"]:
            assert Decimal(product["bid"]) == Decimal(row["bid_price"])
        if product["pre_price"] and "pre_price" not in product["note"]:
            assert Decimal(product["pre_price"]) == Decimal(row["own_pre_price"])
        if not product["pre_price"] and row["own_pre_price"]:
            assert "dropped as an outlier" in product["note"]


def test_cuts_of_the_expansion_are_those_of_the_source() -> None:
    """Conversion to the unit of the pilot leaves each cut against the ceiling as it was."""
    ceiling = {d["drug"]: float(d["ceiling"]) for d in rows("expansion-2019", "drugs.csv")}
    theirs = [r for r in source("bids.csv") if r["round"] == ROUND["expansion-2019"]]
    for product, row in zip(rows("expansion-2019", "products.csv"), theirs, strict=True):
        cut = 1 - float(product["bid"]) / ceiling[product["drug"]]
        assert cut == pytest.approx(float(row["cut_vs_ceiling"]), abs=2e-4)


def test_agreed_volume_of_the_pilot_is_that_of_the_list_of_drugs() -> None:
    """Imatinib apart (25.66 against 253.66), regional volumes add up to the agreed ones."""
    regional: Counter[str] = Counter()
    for row in source("volumes_by_region.csv"):
        if row["round"] == "R1_4plus7":
            regional[row["spec"].replace("μ", "u")] += Decimal(row["volume_10k_units"])  # type: ignore[assignment]
    listed: Counter[str] = Counter()
    for row in source("pilot_drugs.csv"):
        listed[row["spec"]] += Decimal(row["agreed_volume_10k_units"])  # type: ignore[assignment]
    listed["100mg"] += Decimal("228.00")  # type: ignore[assignment]
    assert regional == listed
