"""The calendar of a contract, and who takes over a province."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from vbp_sim.engine.contract import Contract
from vbp_sim.engine.supplier import Supplier
from vbp_sim.engine.volumes import Volumes

from vbp_sim.agents.supply.interface import Line
from vbp_sim.engine.clock import DISPATCH, ORDER, RECEIVE, Clock, add_months, first_from, months_between
from vbp_sim.studies.load import load_rules

days = st.dates(date(2015, 1, 1), date(2030, 12, 31))


def contract(
    start: date = date(2019, 1, 1), term: int = 12, main: Any = (0, 1, 2), backup: Any = (-1, -1, -1)
) -> Contract:
    suppliers = [Supplier(Line("r", "d", f"f{i}", "", 0.4), i, 1.0, 1.0, 1.0, 1e9) for i in range(3)]
    volumes = Volumes(np.array(main), np.zeros((3, 3)), np.full(3, 100.0), np.full(3, 0.65))
    rules = load_rules("pilot-2018")[0]
    return Contract("r", 0, rules, suppliers, np.array(main), np.array(backup), volumes, start, term)


@given(days, st.integers(1, 60))
def test_the_years_of_a_contract_cover_its_months_once(start: date, term: int) -> None:
    one = contract(start, term)
    firsts = [add_months(first_from(start), k) for k in range(-2, term + 3)]
    inside = [f for f in firsts if start <= f < one.end]
    assert len(inside) == term
    assert [one.year(f) for f in firsts] == [0, 0, *(k // 12 + 1 for k in range(term)), 0, 0, 0]
    assert sum(one.year_months(y) for y in range(1, one.years + 1)) == term
    for year in range(1, one.years + 1):
        mine = [f for f in inside if one.year(f) == year]
        assert [one.months_left(f) for f in mine] == list(range(len(mine), 0, -1))
        assert mine[-1] < one.year_end(year) <= add_months(mine[-1], 1)


@given(days)
def test_months_are_worked_off_before_the_next_contract_day(day: date) -> None:
    """Orders, dispatch and deliveries of a month happen on its first day, after contracts that start on it."""
    assert 0 < ORDER < DISPATCH < RECEIVE < 1
    assert months_between(day, first_from(day)) == 0
    assert first_from(day) >= day


@given(days, days)
def test_a_cut_contract_keeps_the_months_that_it_has_begun(start: date, cut: date) -> None:
    one = contract(start, 36)
    one.cut(cut)
    begun = [f for k in range(36) if (f := add_months(first_from(start), k)) < cut]
    assert one.term == len(begun)
    assert all(s.over for s in one.suppliers)


@given(days, st.integers(0, 1000))
def test_the_clock_turns_dates_into_days_and_back(start: date, later: int) -> None:
    clock = Clock(start, start + timedelta(days=later))
    assert clock.date(clock.day(clock.end)) == clock.end
    assert all(start <= m < clock.end and m.day == 1 for m in clock.months)
    assert len(clock.months) == len(
        {(start + timedelta(days=k)).replace(day=1) for k in range(later)} - {start.replace(day=1)}
    ) + (start.day == 1 and later > 0)


def test_a_backup_takes_over_then_other_winners_in_turn() -> None:
    one = contract(main=(0, 0, 0), backup=(1, -1, -1))
    one.suppliers[0].gone = True
    assert one.replace_main(one.suppliers[0]) == [0, 1, 2]
    assert one.main.tolist() == [1, 2, 1]
    assert one.backup.tolist() == [-1, -1, -1]


def test_a_backup_that_is_gone_takes_nothing_over() -> None:
    one = contract(main=(0, 0, 0), backup=(1, 1, 1))
    one.suppliers[0].gone = one.suppliers[1].gone = True
    one.replace_main(one.suppliers[0])
    assert one.main.tolist() == [2, 2, 2]


def test_the_last_supplier_leaves_nobody() -> None:
    one = contract(main=(0, 0, 0))
    for supplier in one.suppliers:
        supplier.gone = True
    assert one.replace_main(one.suppliers[0]) == [0, 1, 2]
    served = one.supplier_of(0)
    assert served is not None
    assert served.gone


parts = st.lists(st.floats(0, 100), min_size=3, max_size=3)


@given(parts, parts, parts, st.permutations([0, 1, 2]))
def test_what_a_supplier_that_leaves_was_to_deliver_goes_to_others(
    a: list[float], b: list[float], c: list[float], leaving: list[int]
) -> None:
    """Brands get volume in all provinces; whoever leaves, every order still has one place to go, until all are gone."""
    one = contract(main=(0, 1, 2))
    one.volumes = Volumes(one.main.copy(), np.array([a, b, c]), np.full(3, 50.0), np.full(3, 0.65))
    one.routes = one.volumes.routes
    for k, index in enumerate(leaving):
        one.suppliers[index].gone = True
        one.replace_main(one.suppliers[index])
        np.testing.assert_allclose(one.routes.sum(axis=0), 1.0)
        here = [i for i in range(3) if one.routes[i].any()]
        assert not any(one.suppliers[i].gone for i in here) or k == 2


def test_a_province_outside_has_no_supplier() -> None:
    one = contract(main=(0, -1, 1))
    assert one.supplier_of(1) is None
    one.suppliers[0].gone = True
    assert one.replace_main(one.suppliers[0]) == [0]
    assert one.main.tolist()[1] == -1


@pytest.mark.parametrize("day", [date(2019, 1, 31), date(2020, 2, 29)])
def test_a_year_from_the_last_day_of_a_month(day: date) -> None:
    assert add_months(day, 12).month == day.month
