"""The calendar of an agreement, who takes over a place, and what other agreements leave of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vbp_sim.agents.supply.interface import Line
from vbp_sim.engine.agreement import Agreement, Supplier
from vbp_sim.engine.clock import CLOSE, DISPATCH, ORDER, RECEIVE, Clock, add_months, first_from, months_between
from vbp_sim.engine.plant import Plant
from vbp_sim.engine.shelf import Shelf
from vbp_sim.runs.load import load_rules
from vbp_sim.tender.volumes import Volumes

days = st.dates(date(2015, 1, 1), date(2030, 12, 31))


def agreement(
    start: date = date(2019, 1, 1),
    term: int = 12,
    main: Any = (0, 1, 2),
    backup: Any = None,
    *,
    direct: Any = None,
    plants: Sequence[Plant] = (),
    price: float = 1.0,
) -> Agreement:
    """Three winners, places of 100 units each; ``direct`` of it goes to brands."""
    places = len(main)
    made = list(plants) or [Plant(Line("r", "d", f"f{i}", "", 0.4), i, 1.0) for i in range(3)]
    none = np.zeros((len(made), places))
    rest = np.where(np.array(main) >= 0, 100.0, 0.0)
    volumes = Volumes(np.array(main), none if direct is None else np.array(direct), rest, np.full(len(made), 0.65))
    one = Agreement(
        "r", 0, load_rules("pilot-2018")[0], [], np.array(main), np.array(backup or [-1] * places), volumes.routes,
        volumes.share_by_province, start, term,
    )  # fmt: skip
    for plant, agreed in zip(made, volumes.agreed, strict=True):
        one.suppliers.append(Supplier(plant, plant.line, one, price, 0.5, agreed))
    return one


def year(one: Agreement, first: date) -> int:
    """Year of an agreement in which a month lies, 0 outside."""
    month = one.month(first)
    return month // 12 + 1 if 0 <= month < one.term else 0


@given(days, st.integers(1, 60))
def test_the_years_of_an_agreement_cover_its_months_once(start: date, term: int) -> None:
    one = agreement(start, term)
    firsts = [add_months(first_from(start), k) for k in range(-2, term + 3)]
    inside = [f for f in firsts if start <= f < one.end]
    assert len(inside) == term
    assert [year(one, f) for f in firsts] == [0, 0, *(k // 12 + 1 for k in range(term)), 0, 0, 0]
    assert sum(one.year_months(y) for y in range(1, one.years + 1)) == term
    for y in range(1, one.years + 1):
        mine = [f for f in inside if year(one, f) == y]
        assert len(mine) == one.year_months(y)
        assert mine[-1] < one.year_end(y) <= add_months(mine[-1], 1)


@given(days)
def test_months_are_worked_off_before_the_next_day_of_agreements(day: date) -> None:
    """Orders, dispatch, deliveries and books of a month are of its first day, after agreements that start on it."""
    assert 0 < ORDER < DISPATCH < RECEIVE < CLOSE < 1
    assert months_between(day, first_from(day)) == 0
    assert first_from(day) >= day


@given(days, days)
def test_an_agreement_that_is_replaced_keeps_the_months_that_it_has_begun(start: date, cut: date) -> None:
    begun = [f for k in range(36) if (f := add_months(first_from(start), k)) < cut]
    assert agreement(start, 36).months_until(cut) == len(begun)


@given(days, st.integers(0, 1000))
def test_the_clock_turns_dates_into_days_and_back(start: date, later: int) -> None:
    clock = Clock(start, start + timedelta(days=later))
    assert clock.date(clock.day(clock.end)) == clock.end
    assert all(start <= m < clock.end and m.day == 1 for m in clock.months)
    assert len(clock.months) == len(
        {(start + timedelta(days=k)).replace(day=1) for k in range(later)} - {start.replace(day=1)}
    ) + (start.day == 1 and later > 0)


def test_a_backup_takes_over_then_other_winners_in_turn() -> None:
    one = agreement(main=(0, 0, 0), backup=(1, -1, -1))
    one.suppliers[0].plant.gone = True
    assert one.replace_main(0) == [0, 1, 2]
    assert one.main.tolist() == [1, 2, 1]
    assert one.backup.tolist() == [-1, -1, -1]


def test_a_backup_that_is_gone_takes_nothing_over() -> None:
    one = agreement(main=(0, 0, 0), backup=(1, 1, 1))
    one.suppliers[0].plant.gone = one.suppliers[1].plant.gone = True
    one.replace_main(0)
    assert one.main.tolist() == [2, 2, 2]


def test_the_last_supplier_leaves_nobody() -> None:
    one = agreement(main=(0, 0, 0))
    for supplier in one.suppliers:
        supplier.plant.gone = True
    assert one.replace_main(0) == [0, 1, 2]
    np.testing.assert_array_equal(one.routes, [[1, 1, 1], [0, 0, 0], [0, 0, 0]])


def test_only_places_where_it_is_still_in_force_change_hands() -> None:
    one = agreement(main=(0, 0, 1))
    one.open[1] = False
    one.suppliers[0].plant.gone = True
    assert one.replace_main(0) == [0]
    assert one.main.tolist() == [1, 0, 1]


parts = st.lists(st.floats(0, 100), min_size=3, max_size=3)


@given(parts, parts, parts, st.permutations([0, 1, 2]))
def test_what_a_supplier_that_leaves_was_to_deliver_goes_to_others(
    a: list[float], b: list[float], c: list[float], leaving: list[int]
) -> None:
    """Brands get volume in all places; whoever leaves, every order still has one place to go, until all are gone."""
    one = agreement(main=(0, 1, 2), direct=[a, b, c])
    for k, index in enumerate(leaving):
        one.suppliers[index].plant.gone = True
        one.replace_main(index)
        np.testing.assert_allclose(one.routes.sum(axis=0), 1.0)
        here = [i for i in range(3) if one.routes[i].any()]
        assert not any(one.suppliers[i].plant.gone for i in here) or k == 2


def test_a_place_outside_has_no_supplier() -> None:
    one = agreement(main=(0, -1, 1))
    assert one.places == [0, 2]
    assert not one.routes[:, 1].any()
    one.suppliers[0].plant.gone = True
    assert one.replace_main(0) == [0]
    assert one.main.tolist()[1] == -1


@pytest.mark.parametrize("day", [date(2019, 1, 31), date(2020, 2, 29)])
def test_a_year_from_the_last_day_of_a_month(day: date) -> None:
    assert add_months(day, 12).month == day.month


def test_two_agreements_stand_side_by_side_and_share_a_plant() -> None:
    """Each place follows its own; the plant of both is asked in both, at the price of each."""
    plants = [Plant(Line("r", "d", f"f{i}", "", 0.4), i, 1.0) for i in range(3)]
    west = agreement(main=(0, 1, -1, -1), plants=plants, price=1.0)
    east = agreement(main=(-1, -1, 0, -1), plants=plants[:1], price=2.0)
    shelf = Shelf(np.arange(3), 4)
    shelf.begin(west)
    shelf.begin(east)
    assert [shelf.of(p) for p in range(4)] == [west, west, east, None]
    assert shelf.running == [west, east]
    np.testing.assert_array_equal(shelf.routes[0], [1, 0, 1, 0])
    np.testing.assert_array_equal(shelf.price[0], [1, 1, 2, 0])
    np.testing.assert_array_equal(shelf.member, [[True, True], [True, False], [True, False]])
    assert [mix.price if (mix := shelf.mix(p)) else None for p in range(4)] == [1.0, 1.0, 2.0, None]


def test_a_new_agreement_takes_only_the_places_that_it_is_about() -> None:
    old, new = agreement(main=(0, 0, 1)), agreement(main=(-1, 1, 1), price=2.0)
    shelf = Shelf(np.arange(3), 3)
    shelf.begin(old)
    shelf.clear(old, [1, 2])
    shelf.begin(new)
    assert [shelf.of(p) for p in range(3)] == [old, new, new]
    assert old.places == [0]
    assert [s.agreed for s in old.suppliers] == [65.0, 0.0, 0.0]
    shelf.clear(old, [0])
    assert (shelf.of(0), shelf.mix(0), shelf.running) == (None, None, [new])
