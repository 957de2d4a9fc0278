"""The nation's map: 31 provinces, the pilot's cities apart, 38 leaves."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import vbp_sim.scenario.places as places_module
from vbp_sim.scenario.places import REST, Places, nation

PROVINCES = [place for place, parent in nation().parents.items() if not parent]
CITIES = {"shenyang", "dalian", "xiamen", "guangzhou", "shenzhen", "chengdu", "xian"}
DIVIDED = {"liaoning", "fujian", "guangdong", "sichuan", "shaanxi"}


def test_there_are_31_provinces_and_38_leaves() -> None:
    leaves = [place for place in nation().parents if not nation().inside(place)]
    assert (len(PROVINCES), len(leaves), len(set(leaves))) == (31, 38, 38)
    assert {leaf for leaf in leaves if nation().parent(leaf)} == CITIES | {place + REST for place in DIVIDED}


def test_what_lies_inside_a_province_adds_up_to_it() -> None:
    people = nation().population
    for province in DIVIDED:
        assert sum(people[place] for place in nation().inside(province)) == people[province]
    assert sum(people[province] for province in PROVINCES) == pytest.approx(1.4098e9, rel=1e-3)


def test_every_place_has_a_name_in_chinese_a_source_and_a_confidence() -> None:
    file = Path(places_module.__file__).parent / "nation.csv"
    rows = list(csv.DictReader(file.open(encoding="utf-8")))
    assert all(row["name_zh"] and row["source"] and row["confidence"] in "DIM" for row in rows)
    assert len({row["name_zh"] for row in rows}) == len({row["place"] for row in rows}) == len(rows) == 43


def test_places_around_and_inside_one() -> None:
    mine = Places({"guangdong": "", "foshan": "guangdong", "nanhai": "foshan"})
    assert mine.above("nanhai") == ("foshan", "guangdong")
    assert mine.above("guangdong") == mine.above("nowhere") == ()
    assert mine.inside("guangdong") == ("foshan",)
    assert mine.inside("nanhai") == mine.inside("nowhere") == ()


def test_a_name_means_the_place_and_all_that_lies_in_it() -> None:
    among = ("beijing", "shenzhen", "guangdong-rest", "xiamen")
    assert nation().within(["guangdong", "beijing"], among) == ("beijing", "shenzhen", "guangdong-rest")
    assert nation().within(["shenzhen"], among) == ("shenzhen",)
    assert nation().within(["guangzhou"], among) == ()
