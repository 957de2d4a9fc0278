"""Stories: what happened to one drug, firm or province, and nothing else, in order of time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from small import PRODUCTS, round_of, rows, small

from vbp_sim.errors import InputError
from vbp_sim.runs.exposure import falls
from vbp_sim.runs.folder import RunFolder
from vbp_sim.runs.run import run
from vbp_sim.runs.story import story, subjects

FRAGILE: dict[str, Any] = {"rate_oral": 2.0, "rate_injection": 3.0, "stock_months": 0.2, "default_rate": 0.3}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    place = tmp_path_factory.mktemp("story")
    rounds = {"first": round_of(), "second": round_of("2020-01-01", drugs=["beta"])}
    scenario = small(place, rounds=rounds, behaviour={"supply": FRAGILE}, replications=2)
    return run(scenario, place / "out")[0]


def test_subjects_are_all_drugs_firms_and_provinces(folder: RunFolder) -> None:
    names = subjects(folder)
    assert names["drug"] == ["alpha", "beta", "gamma"]
    assert names["province"] == ["east", "north", "south"]
    assert {"a1", "brand", "g2"} <= set(names["manufacturer"])


@pytest.mark.parametrize(("subject", "field"), [("beta", "drug"), ("a1", "manufacturer"), ("south", "province")])
def test_a_story_tells_of_its_subject_and_the_calendar_only(folder: RunFolder, subject: str, field: str) -> None:
    lines = story(folder, subject, 1)
    assert [line.date for line in lines] == sorted(line.date for line in lines)
    for line in lines:
        named = (line.drug, line.manufacturer, line.province)
        assert getattr(line, field) == subject or named == ("", "", "")
    kinds = {line.kind for line in lines}
    assert {"reporting-start", "opening", "start"} <= kinds
    if field != "province":
        assert "bid" in kinds


def test_a_story_leaves_nothing_out(folder: RunFolder) -> None:
    events = {n: v[folder.table("events")["replication"] == 1] for n, v in folder.table("events").items()}
    mine = rows(events, drug="beta")
    told = [line for line in story(folder, "beta", 1) if line.drug == "beta" and line.kind != "bid"]
    assert [line.kind for line in told] == mine["kind"].tolist()
    bids = folder.table("bids")
    wanted = (bids["replication"] == 1) & (bids["drug"] == "beta")
    bids_told = [line for line in story(folder, "beta", 1) if line.kind == "bid"]
    assert len(bids_told) == wanted.sum()
    assert [line.text for line in bids_told] == bids["reason"][wanted].tolist()


def test_bids_are_told_on_the_day_of_their_opening(folder: RunFolder) -> None:
    for line in story(folder, "beta", 0):
        if line.kind == "bid":
            assert line.date == {"first": "2018-09-01", "second": "2019-09-01"}[line.round]


def test_replications_have_their_own_stories(folder: RunFolder) -> None:
    first, second = (story(folder, "alpha", k) for k in (0, 1))
    assert [line.value for line in first if line.kind == "bid"] != [line.value for line in second if line.kind == "bid"]


def test_unknown_names_and_replications_are_input_errors(folder: RunFolder) -> None:
    with pytest.raises(InputError, match="did you mean 'alpha'"):
        story(folder, "alhpa", 0)
    with pytest.raises(InputError, match="vbp trace"):
        story(folder, "zzzzz", 0)
    for k in (-1, 2):
        with pytest.raises(InputError, match="0 to 1"):
            story(folder, "alpha", k)


def test_events_without_a_number_have_none(folder: RunFolder) -> None:
    recoveries = [
        line
        for k in (0, 1)
        for d in ("alpha", "beta", "gamma")
        for line in story(folder, d, k)
        if line.kind == "recovery"
    ]
    assert recoveries
    assert all(np.isnan(line.value) for line in recoveries)


@pytest.fixture(scope="module")
def sited(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    place = tmp_path_factory.mktemp("sited")
    at = {"a1": "s1", "b2": "s1", "g1": "s2"}
    products = [{**product, "site": at.get(product["manufacturer"], "")} for product in PRODUCTS]
    supply = {**FRAGILE, "site_rate": 1.0}
    scenario = small(place, products=products, behaviour={"supply": supply}, replications=1)
    return run(scenario, place / "out")[0]


def test_the_story_of_a_site_is_that_of_all_its_products_and_of_no_other(sited: RunFolder) -> None:
    lines = story(sited, "", 0, site="s1")
    named = {(line.drug, line.manufacturer) for line in lines if line.manufacturer}
    assert named <= {("alpha", "a1"), ("beta", "a1"), ("beta", "b2")}
    events = sited.table("events")
    assert {"site-shock", "opening"} <= {line.kind for line in lines}
    told = sum(line.kind == "site-shock" for line in lines)
    assert told == sum('"name":"s1"' in text for text in events["text"][events["kind"] == "site-shock"])
    with pytest.raises(InputError, match="no product of this run is made there"):
        story(sited, "", 0, site="s3")


def test_what_falls_with_a_site_or_a_firm_is_its_part_of_the_agreed_value(sited: RunFolder) -> None:
    rows_ = sited.table("allocation")
    value = rows_["agreed"] * rows_["price"]
    firms = falls(sited, "manufacturer", 0)
    assert sum(one.share for one in firms) == pytest.approx(1)
    for one in firms:
        mine = rows_["main"] == one.name
        assert one.share == pytest.approx(value[mine].sum() / value.sum())
        assert (one.drugs, one.provinces) == (len({*rows_["drug"][mine]}), len({*rows_["province"][mine]}))
    by_firm = {one.name: one.share for one in firms}
    sites = {one.name: one.share for one in falls(sited, "site", 0)}
    assert sites == pytest.approx({"s1": by_firm["a1"] + by_firm.get("b2", 0.0), "s2": by_firm["g1"]})
    with pytest.raises(InputError, match="names no api_maker"):
        falls(sited, "api_maker", 0)
