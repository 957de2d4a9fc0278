"""A market folder is read in the encodings that people have, and everything wrong in it is named at once."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from scenario_making import DEMAND, DRUGS, MARKET, PRODUCTS, PROVINCES, make_market

from vbp_sim.errors import InputError
from vbp_sim.scenario.market_csv import read_market


def failure(folder: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_market(folder)
    return str(caught.value)


def wrong(folder: Path, **files: str) -> str:
    return failure(make_market(folder / "m", **files))


def test_volumes_are_laid_out_by_drug_and_province(tmp_path: Path) -> None:
    market = read_market(make_market(tmp_path / "m"))
    assert market.reported.tolist() == [[1_000_000, 500_000], [20_000, 10_000]]
    assert [p.manufacturer for p in market.products_of("alpha")] == ["Old", "New", "Other"]


def test_prices_are_exact_and_missing_values_are_none(tmp_path: Path) -> None:
    drug = read_market(make_market(tmp_path / "m", drugs=DRUGS.replace("6.60", "0.1"))).drugs[0]
    assert (drug.ceiling, drug.pre_price) == (Decimal("0.1"), Decimal("4.1"))
    beta = read_market(make_market(tmp_path / "n")).drugs[1]
    assert beta.pre_price is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    market = read_market(make_market(tmp_path / "集 采", encoding))
    assert [drug.name_zh for drug in market.drugs] == ["甲", "乙"]
    assert market.provinces[0].id == "east"


def test_extra_columns_and_blank_lines_do_no_harm(tmp_path: Path) -> None:
    text = "note," + DRUGS.replace("\nalpha", "\n\nx,alpha").replace("\nbeta", "\n,,,,,,,,\ny,beta")
    assert len(read_market(make_market(tmp_path / "m", drugs=text)).drugs) == 2


def test_optional_columns_may_be_missing_altogether(tmp_path: Path) -> None:
    drugs = "drug,unit,ceiling\nalpha,tablet,6\nbeta,vial,15\n"
    provinces = "province,population,tertiary,secondary,primary\neast,2,1,0,0\nwest,1,0,1,0\n"
    market = read_market(make_market(tmp_path / "m", drugs=drugs, provinces=provinces))
    assert [p.demand_weight for p in market.provinces] == [2, 1]
    assert market.drugs[0].form == ""


def test_all_columns_of_products(tmp_path: Path) -> None:
    text = (
        "drug,manufacturer,originator,pre_price,pre_share,capacity,cost,bid,selected,regions,owner\n"
        "alpha,Old,1,5.5,0.6,,,,0,,\nalpha,New,0,4.4,0.25,1e6,0.3,1.05,1,east|west,Group\nbeta,New,0,,,,,,,,\n"
    )
    new = read_market(make_market(tmp_path / "m", products=text)).products[1]
    assert (new.bid, new.pre_share, new.capacity, new.selected) == (Decimal("1.05"), 0.25, 1e6, True)
    assert (new.regions, new.owner) == (("east", "west"), "Group")


def test_the_digest_follows_every_byte(tmp_path: Path) -> None:
    one, two = make_market(tmp_path / "a"), make_market(tmp_path / "b", drugs=DRUGS + "\n")
    assert read_market(one).digest != read_market(two).digest
    assert read_market(one).digest == read_market(make_market(tmp_path / "c")).digest


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        (
            "drugs",
            DRUGS.replace("6.60", "-6.60"),
            "drugs.csv:2:ceiling: ceiling must be from 0.000001 to 10,000,000, here is -6.60",
        ),
        ("drugs", DRUGS.replace("6.60", "0"), "drugs.csv:2:ceiling: ceiling must be from 0.000001"),
        ("drugs", DRUGS.replace("6.60", "6,60"), "drugs.csv:2: the row has 9 cells, the header has 8"),
        (
            "drugs",
            DRUGS.replace("6.60", '"6,600"'),
            "drugs.csv:2:ceiling: a number is wanted, here is '6,600'",
        ),
        ("drugs", DRUGS.replace("6.60", "nan"), "drugs.csv:2:ceiling: a number is wanted, here is 'nan'"),
        ("drugs", DRUGS.replace("6.60", "¥6"), "drugs.csv:2:ceiling: a number is wanted"),
        ("drugs", DRUGS.replace("beta", "alpha"), "drugs.csv:3:drug: 'alpha' stands twice, first in line 2"),
        ("drugs", DRUGS.replace("ceiling", "celing"), "did you mean 'ceiling'?"),
        ("drugs", DRUGS.replace("unit", "unti"), "drugs.csv:1:unit: the column 'unit' is missing"),
        ("drugs", DRUGS.replace("unit", "unti"), "rename the column 'unti' to 'unit'"),
        ("drugs", DRUGS.replace("form", "drug"), "drugs.csv:1:drug: the column 'drug' stands twice"),
        ("drugs", "", "drugs.csv: the file is empty"),
        ("drugs", DRUGS.splitlines()[0], "drugs.csv:2: there are no rows below the header"),
        ("drugs", DRUGS.replace(",", ";"), "the columns are not separated by commas"),
        ("drugs", DRUGS + 'x,"y', "this is not CSV"),
        ("drugs", DRUGS + "gamma,,,,tablet,,1,\n", "drugs.csv:4:drug: the drug 'gamma' has no product"),
        (
            "drugs",
            DRUGS + "gamma,,,,tablet,,1,\n",
            "drugs.csv:4:drug: the drug 'gamma' has no reported volume",
        ),
        (
            "products",
            PRODUCTS + "alhpa,Old,0\n",
            "products.csv:6:drug: there is no drug in drugs.csv 'alhpa'",
        ),
        (
            "products",
            PRODUCTS + "alpha,Old,0\n",
            "products.csv:6:drug: 'alpha / Old' stands twice, first in line 2",
        ),
        ("products", PRODUCTS.replace("Old,1", "Old,yes"), "products.csv:2:originator: 0 or 1 is wanted"),
        ("products", PRODUCTS.replace("Old,1", "Old,"), "products.csv:2:originator: the cell is empty"),
        (
            "products",
            "drug,manufacturer,originator,pre_share\nalpha,A,0,60\nbeta,A,0,\n",
            "did you mean 0.60?",
        ),
        (
            "products",
            "drug,manufacturer,originator,pre_share\nalpha,A,0,.6\nalpha,B,0,.6\nbeta,A,0,\n",
            "add up to 1.2",
        ),
        (
            "products",
            "drug,manufacturer,originator,regions\nalpha,A,0,esat\nbeta,A,0,\n",
            "products.csv:2:regions: there",
        ),
        (
            "products",
            "drug,manufacturer,originator,regions\nalpha,A,0,esat|wset\nbeta,A,0,esat\n",
            "(2 cells of regions look like esat, first at products.csv:2:regions, then line 3 esat)",
        ),
        (
            "demand",
            DEMAND + "alpha,nowhere,5\n",
            "demand.csv:6:province: there is no province in provinces.csv 'nowhere'",
        ),
        (
            "demand",
            DEMAND + "alpha,east,5\n",
            "demand.csv:6:drug: 'alpha / east' stands twice, first in line 2",
        ),
        ("demand", DEMAND.replace("20000", "-1"), "demand.csv:4:reported: reported must be from 0 to 1,"),
        (
            "demand",
            DEMAND.replace("west", "east").replace("alpha,east,5", "alpha,west,0"),
            "'west' has no reported volume",
        ),
        ("provinces", PROVINCES.replace("3,4,5", "0,0,0"), "no institution of 'east' takes part"),
        (
            "provinces",
            PROVINCES.replace("3,4,5", "3.5,4,5"),
            "provinces.csv:2:tertiary: tertiary must be a whole number, here is 3.5",
        ),
        ("provinces", PROVINCES.replace("2000000", ""), "provinces.csv:2:population: the cell is empty"),
    ],
)
def test_wrong_markets(tmp_path: Path, file: str, text: str, said: str) -> None:
    assert said in wrong(tmp_path, **{file: text})


def test_all_files_are_checked_in_one_go(tmp_path: Path) -> None:
    said = wrong(tmp_path, drugs=DRUGS.replace("15.0", "x"), demand=DEMAND + "delta,east,1\n", provinces="")
    assert [part in said for part in ("drugs.csv:3:ceiling", "provinces.csv: the file is empty")] == [
        True,
        True,
    ]
    said = wrong(tmp_path, drugs=DRUGS.replace("15.0", "x"), demand=DEMAND + "delta,east,1\n")
    assert [part in said for part in ("drugs.csv:3:ceiling", "demand.csv:6:drug")] == [True, True]


def test_what_is_wrong_in_one_way_in_one_column_is_one_problem_with_its_first_places(tmp_path: Path) -> None:
    rows = "".join(f"ghost{i},east,1\n" for i in range(80))
    with pytest.raises(InputError) as caught:
        read_market(make_market(tmp_path / "m", demand=DEMAND + rows))
    (problem,) = caught.value.problems
    assert problem.place.endswith("demand.csv:6:drug")
    assert problem.what == (
        "there is no drug in drugs.csv 'ghost0' (80 cells of drug look like ghost0, first at demand.csv:6:drug, "
        "then line 7 ghost1, line 8 ghost2, line 9 ghost3, ...)"
    )


@pytest.mark.parametrize("file", sorted(MARKET))
def test_a_missing_file_is_named(tmp_path: Path, file: str) -> None:
    folder = make_market(tmp_path / "m")
    (folder / file).unlink()
    assert f"{file}: there is no such file" in failure(folder)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    folder = make_market(tmp_path / "m")
    (folder / "drugs.csv").write_bytes(b"drug,unit\n\xff\xff\xff,x\n")
    assert "drugs.csv: this is neither UTF-8 nor GBK text" in failure(folder)


def test_a_missing_folder(tmp_path: Path) -> None:
    make_market(tmp_path / "market")
    assert "did you mean 'market'?" in failure(tmp_path / "markt")


def test_kind_trend_and_parent_are_read(tmp_path: Path) -> None:
    drugs = "drug,unit,ceiling,kind,trend\nalpha,tablet,6,consumable,-0.03\nbeta,vial,15,,\n"
    provinces = PROVINCES.replace("demand_weight\n", "demand_weight,parent\n").replace("0.6\n", "0.6,home\n")
    market = read_market(make_market(tmp_path / "m", drugs=drugs, provinces=provinces.replace("0.4\n", "0.4,\n")))
    assert [(d.kind, d.trend) for d in market.drugs] == [("consumable", -0.03), ("drug", 0.0)]
    assert [p.parent for p in market.provinces] == ["home", ""]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("stent,0", "drugs.csv:2:kind: drug or consumable is wanted, here is 'stent'"),
        ("drugs,0", "did you mean 'drug'?"),
        (",5", "trend: trend must be from -0.5 to 1, here is 5\n    write 5 % a year as 0.05"),
        (",-0.51", "here is -0.51"),
        (",x", "drugs.csv:2:trend: a number is wanted"),
    ],
)
def test_wrong_kinds_and_trends(tmp_path: Path, cell: str, said: str) -> None:
    assert said in wrong(tmp_path, drugs=f"drug,unit,ceiling,kind,trend\nalpha,tablet,6,{cell}\nbeta,vial,15,,\n")


def nationwide(*rows: str) -> dict[str, str]:
    """provinces.csv and demand.csv with such ``place,parent`` rows."""
    places = [row.split(",")[0] for row in rows]
    head = "parent,province,population,tertiary,secondary,primary\n"
    return {
        "provinces": head + "".join(f"{row.split(',')[1]},{row.split(',')[0]},1000,1,1,1\n" for row in rows),
        "demand": "drug,province,reported\n" + "".join(f"{d},{p},5\n" for p in places for d in ("alpha", "beta")),
    }


def test_a_place_of_the_nation_knows_its_parent(tmp_path: Path) -> None:
    rows = ("shenzhen,", "beijing,", "guangdong-rest,guangdong", "henan-rest,")
    market = read_market(make_market(tmp_path / "m", **nationwide(*rows)))
    assert [p.parent for p in market.provinces] == ["guangdong", "", "guangdong", "henan"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (("shenzhen,fujian",), "provinces.csv:2:parent: 'shenzhen' lies in 'guangdong', not in 'fujian'"),
        (("henan,hebei",), "'henan' is a province, which lies in no other place, not in 'hebei'"),
        (("x,x",), "'x' lies in itself"),
        (("x,y", "y,x"), "provinces.csv:2:parent: 'x' lies in itself, by way of y, x (2 cells of parent"),
        (
            ("guangdong,", "shenzhen,"),
            "provinces.csv:3:province: 'shenzhen' lies inside 'guangdong', and both stand in this file (line 2), so "
            "that its volume would count twice\n    write 'guangdong-rest' instead of 'guangdong' if that row is",
        ),
        (("x,y", "z,henan", "henan,", "y,"), "'x' lies inside 'y'"),
    ],
)
def test_wrong_parents(tmp_path: Path, rows: tuple[str, ...], said: str) -> None:
    assert said in wrong(tmp_path, **nationwide(*rows))


def test_a_market_whose_bids_are_known_names_all_bidders_unless_it_says_qualified(tmp_path: Path) -> None:
    products = PRODUCTS.replace("originator\n", "originator,bid\n").replace("New,0\n", "New,0,3.5\n")
    products = products.replace(",1\n", ",1,\n").replace("Other,0\n", "Other,0,\n")
    assert [d.all_named for d in read_market(make_market(tmp_path / "a", products=products)).drugs] == [True, True]
    assert not any(d.all_named for d in read_market(make_market(tmp_path / "b")).drugs)
    drugs = "drug,unit,ceiling,qualified\nalpha,tablet,6,5\nbeta,vial,15,\n"
    market = read_market(make_market(tmp_path / "c", products=products, drugs=drugs))
    assert [(d.all_named, d.qualified) for d in market.drugs] == [(False, 5), (True, None)]


def test_the_class_of_a_drug_is_read(tmp_path: Path) -> None:
    drugs = "drug,unit,class_atc,ddd,equivalence\nalpha,tablet,C10AA,1.5,0.6\nbeta,vial,,,\n"
    alpha, beta = read_market(make_market(tmp_path, drugs=drugs)).drugs
    assert (alpha.class_atc, alpha.ddd, alpha.equivalence) == ("C10AA", 1.5, 0.6)
    assert (beta.class_atc, beta.ddd, beta.equivalence) == ("", None, 0.0)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (
            "C10AA,1,",
            "drugs.csv:2:equivalence: the drug 'alpha' has a part of its class, and no equivalence\n",
        ),
        (
            ",,0.5",
            "drugs.csv:2:class_atc: the drug 'alpha' has a part of its class, and no class_atc and no ddd\n    fill in",
        ),
        ("C10AA,0,0.5", "ddd must be from 0.0001 to 10,000, here is 0"),
        ("C10AA,1,1.2", "equivalence must be from 0 to 1, here is 1.2"),
    ],
)
def test_a_class_is_whole_and_within_its_limits(tmp_path: Path, cells: str, said: str) -> None:
    assert said in wrong(tmp_path, drugs=f"drug,unit,class_atc,ddd,equivalence\nalpha,tablet,{cells}\nbeta,vial,,,\n")
