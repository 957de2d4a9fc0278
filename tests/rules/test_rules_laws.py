"""Which law holds where and when: value by value, whatever the order in which the laws are written."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vbp_sim.rules.library import law
from vbp_sim.rules.local.book import LawBook
from vbp_sim.scenario.laws import Law

PLACES = ("shenzhen", "guangdong-rest", "henan")
PARENTS = {"shenzhen": ("guangdong",), "guangdong-rest": ("guangdong",)}
MONTHS = tuple(date(2019 + m // 12, m % 12 + 1, 1) for m in range(36))
DAYS = [date(2019, 2, 1), date(2019, 2, 15), date(2020, 1, 1), date(2021, 12, 1)]
NATIONAL = Law(rules=law("law-2019"))

#: two values of the law, as a law may name them
PATHS = (("payment", "settlement_days"), ("assessment", "gate_completion"))


def made(since: date | None = None, places: tuple[str, ...] = (), **more: Any) -> Law:
    return Law.model_validate({"from": since, "places": places, **more})


def book(laws: dict[str, Law]) -> LawBook:
    return LawBook.of({"national": NATIONAL, **laws}, PLACES, PARENTS, MONTHS)


def days(laws: dict[str, Law], place: str, month: int) -> float:
    return float(book(laws).part("payment", PLACES.index(place), month).settlement_days)


def pay(n: float) -> dict[str, Any]:
    return {"changes": {"payment": {"settlement_days": n}}}


@st.composite
def some_laws(draw: st.DrawFn) -> dict[str, Law]:
    """National and provincial laws, no two of one reach on one day, each with a number of its own."""
    days = draw(st.lists(st.tuples(st.booleans(), st.sampled_from(DAYS)), unique=True, max_size=6))
    laws = {}
    for i, (local, day) in enumerate(days):
        places = draw(st.sampled_from([("shenzhen",), ("guangdong",), ("henan", "guangdong-rest")])) if local else ()
        changes: dict[str, Any] = {}
        for part, name in draw(st.sets(st.sampled_from(PATHS), min_size=1)):
            changes[part] = {name: 0.1 * (i + 1)}
        laws[f"law-{i}"] = made(day, places, changes=changes)
    return laws


@given(some_laws())
def test_each_value_is_that_of_the_strongest_law_that_names_it(laws: dict[str, Law]) -> None:
    """Provincial over national whatever the dates, then the later one; from the first of the month on or after it."""
    resolved = book(laws)
    for p, place in enumerate(PLACES):
        here = {place, *PARENTS.get(place, ())}
        for m, first in enumerate(MONTHS):
            for part, name in PATHS:
                named = [
                    (bool(one.places), one.since, one.changes[part][name])
                    for one in laws.values()
                    if one.since and one.since <= first and part in one.changes
                    if not one.places or here & set(one.places)
                ]
                usual = getattr(getattr(NATIONAL.rules, part), name)
                wanted = max(named)[2] if named else usual
                assert getattr(resolved.part(part, p, m), name) == wanted


@given(some_laws(), st.randoms(use_true_random=False))
def test_the_order_in_which_laws_are_written_never_matters(laws: dict[str, Law], luck: Any) -> None:
    names = [*laws]
    luck.shuffle(names)
    one, other = book(laws), book({name: laws[name] for name in names})
    for place in range(len(PLACES)):
        for month in range(len(MONTHS)):
            assert one.law(place, month) == other.law(place, month)


@given(some_laws(), st.sampled_from(DAYS))
def test_a_repealed_law_holds_until_it_is_repealed_and_no_longer(laws: dict[str, Law], day: date) -> None:
    """From then on all is as if it had never been; a repeal by a province repeals there only."""
    if not laws:
        return
    gone = next(iter(laws))
    before, without = book(laws), book({name: one for name, one in laws.items() if name != gone})
    after = book({**laws, "repeal": made(day, ("guangdong",), repeals=[gone])})
    for p, place in enumerate(PLACES):
        for m, first in enumerate(MONTHS):
            wanted = without if first >= day and place != "henan" else before
            assert after.law(p, m) == wanted.law(p, m)


def test_equal_parts_share_one_id() -> None:
    laws = {
        "a": made(date(2020, 1, 1), **pay(60)),
        "b": made(date(2021, 1, 1), **pay(30)),
        "c": made(None, ("henan",), changes={"assessment": {"gate_completion": 0.9}}),
    }
    resolved = book(laws)
    ids = resolved.ids("payment")
    assert ids.shape == (3, 36)
    assert (ids == np.repeat([0, 1, 0], 12)).all()
    assert [p.settlement_days for p in resolved.parts("payment")] == [30, 60]
    assert resolved.ids("assessment").tolist() == [[0] * 36, [0] * 36, [1] * 36]
    assert len(resolved.parts("retention")) == 1


def test_a_month_outside_the_book_is_the_nearest_in_it() -> None:
    laws = {"late": made(date(2021, 12, 1), **pay(60))}
    assert days(laws, "henan", -5) == 30
    assert days(laws, "henan", 99) == 60


def test_a_whole_law_names_all_values_and_changes_only_theirs() -> None:
    laws = {
        "fast": made(date(2019, 6, 1), **pay(7)),
        "notice": made(date(2020, 1, 1), rules=law("law-2024"), changes={"payment": {"direct_days": 5}}),
    }
    resolved = book(laws)
    assert [days(laws, "henan", m) for m in (4, 5, 12)] == [30, 7, 30]
    assert resolved.part("payment", 0, 12).direct_days == 5
    assert [resolved.part("platform", 0, m).outside_cap for m in (11, 12)] == [None, 1.5]


def test_another_rule_drops_the_parameters_of_the_old_one() -> None:
    laws = {"a": made(date(2020, 1, 1), changes={"retention": {"rule": "linear", "most": 0.2}})}
    laws["b"] = made(date(2021, 1, 1), changes={"retention": {"rule": "tiers", "tiers": {"50": 0.1}}})
    kept = [book(laws).part("retention", 0, m).model_dump(include={"rule", "most", "tiers"}) for m in (12, 24)]
    assert kept == [{"rule": "linear", "most": 0.2}, {"rule": "tiers", "tiers": {"50": 0.1}}]


@pytest.mark.parametrize("month", [0, 11, 12, 35])
def test_a_law_of_the_parent_holds_in_all_its_places(month: int) -> None:
    laws = {"guangdong": made(date(2020, 1, 1), ("guangdong",), **pay(10))}
    wanted = 10 if month >= 12 else 30
    assert [days(laws, place, month) for place in PLACES] == [wanted, wanted, 30]
