"""Sharing out a drug's stock: never more than there is, never more than was asked, whoever stands first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vbp_sim.engine.dispatch import Delivered, dispatch

volumes = st.one_of(st.just(0.0), st.floats(1e-3, 1e9))


@dataclass(frozen=True)
class Case:
    """Arrays as in `dispatch`."""

    orders: np.ndarray
    routes: np.ndarray
    available: np.ndarray
    backup: np.ndarray
    helped: np.ndarray
    pool: np.ndarray
    member: np.ndarray

    def go(self) -> Delivered:
        return dispatch(
            self.orders, self.routes, self.available, self.backup, self.helped, self.pool, self.member
        )  # fmt: skip

    @property
    def asked(self) -> np.ndarray:
        return np.asarray(self.routes * self.orders)

    @property
    def scale(self) -> float:
        return max(float(self.orders.sum()), float(self.available.sum()), 1e-9)


def case(orders: Any, main: Any, available: Any, backup: Any = None, helped: Any = None, pool: Any = None) -> Case:
    """One supplier gets all orders of a place; all are members of the one agreement unless ``pool`` says which."""
    places, suppliers = len(orders), len(available)
    routes = (np.arange(suppliers)[:, None] == np.array(main)[None, :]).astype(float)
    at = np.zeros(places, dtype=np.int64) if pool is None else np.array(pool)
    member = np.array([[bool(routes[s, at == a].any()) for a in range(at.max() + 1)] for s in range(suppliers)])
    return Case(
        np.array(orders, dtype=float), routes, np.array(available, dtype=float),
        np.full(places, -1) if backup is None else np.array(backup),
        np.ones(places) if helped is None else np.array(helped, dtype=float), at,
        np.ones((suppliers, 1), dtype=np.bool_) if pool is None else member,
    )  # fmt: skip


@st.composite
def cases(draw: st.DrawFn, pools: int = 3) -> Case:
    """Up to so many agreements; a place belongs to one or none, and gets its orders and its help from its members."""
    suppliers, places = draw(st.integers(1, 5)), draw(st.integers(1, 8))
    agreements = draw(st.integers(1, pools))

    def many(one: st.SearchStrategy[Any], n: int) -> np.ndarray:
        return np.array(draw(st.lists(one, min_size=n, max_size=n)))

    member = np.array([many(st.booleans(), agreements) for _ in range(suppliers)])
    member[draw(st.integers(0, suppliers - 1))] = True  # somebody supplies everywhere
    pool = many(st.integers(-1, agreements - 1), places)
    parts = np.array([many(st.sampled_from([0.0, 0.0, 1.0, 3.0]), places) for _ in range(suppliers)])
    mine = np.where(pool < 0, False, member[:, np.maximum(pool, 0)])
    parts = np.where((parts * mine).any(axis=0), parts * mine, mine)
    total = np.where(pool < 0, 1.0, parts.sum(axis=0))
    backup = many(st.integers(-1, suppliers - 1), places)
    backup = np.where((backup >= 0) & mine[np.maximum(backup, 0), np.arange(places)], backup, -1)
    orders = np.where(pool < 0, 0.0, many(volumes, places))
    return Case(
        orders, parts / total, many(volumes, suppliers), backup,
        many(st.sampled_from([0.0, 0.4, 0.8, 1.0]), places), pool, member,
    )  # fmt: skip


@given(cases())
def test_never_more_than_available_or_ordered(one: Case) -> None:
    out = one.go()
    delivered = out.own + out.help
    assert (out.own >= 0).all()
    assert (out.help >= 0).all()
    assert (delivered.sum(axis=1) <= one.available * (1 + 1e-9)).all()
    assert (delivered.sum(axis=0) <= one.orders * (1 + 1e-9) + 1e-9).all()


@given(cases())
def test_filled_is_the_delivered_part_of_the_orders(one: Case) -> None:
    out = one.go()
    assert ((out.filled >= 0) & (out.filled <= 1)).all()
    np.testing.assert_allclose(
        out.filled * one.orders, (out.own + out.help).sum(axis=0), rtol=1e-9, atol=1e-12 * one.scale
    )
    assert (out.filled[one.orders == 0] == 1).all()


@given(cases())
def test_own_orders_come_first(one: Case) -> None:
    out = one.go()
    for s, available in enumerate(one.available):
        wanted = one.asked[s].sum()
        assert out.own[s].sum() == pytest.approx(min(wanted, available), rel=1e-9)
        if wanted > available:
            assert out.help[s].sum() == 0
        served = one.asked[s] > 0
        filled = out.own[s, served] / one.asked[s, served]
        assert np.ptp(filled) <= 1e-6 if served.any() else True


@given(cases())
def test_others_cover_no_more_of_a_gap_than_they_may(one: Case) -> None:
    out = one.go()
    gap = (one.asked - out.own).sum(axis=0)
    assert (out.help.sum(axis=0) <= gap * one.helped * (1 + 1e-9) + 1e-6).all()


@given(cases())
def test_help_comes_from_members_of_the_agreement_and_goes_nowhere_else(one: Case) -> None:
    out = one.go()
    outside = one.pool < 0
    assert (out.help[:, outside] == 0).all()
    assert (out.help[:, ~outside][~one.member[:, one.pool[~outside]]] == 0).all()


@given(cases(pools=1))
def test_nothing_is_left_over_while_a_gap_that_may_be_covered_is_open(one: Case) -> None:
    out = one.go()
    open_ = ((one.asked - out.own).sum(axis=0) * one.helped - out.help.sum(axis=0)).sum()
    left = (one.available - (out.own + out.help).sum(axis=1))[one.member[:, 0]].sum()
    assert min(open_, left) <= 1e-9 * one.scale


@given(cases(), st.floats(1, 100))
def test_fill_is_exactly_1_where_what_is_available_covers_what_is_asked(one: Case, times: float) -> None:
    rich = replace(one, available=one.asked.sum(axis=1) * times)
    out = rich.go()
    assert (out.filled == 1).all()
    np.testing.assert_array_equal(out.own, rich.asked)
    assert (out.help == 0).all()


@given(cases(pools=1))
def test_fill_is_exactly_1_where_others_cover_the_gap(one: Case) -> None:
    """All that some lack, one member has beyond its own orders, and may give."""
    assume((one.pool == 0).all())
    out = replace(one, helped=np.ones_like(one.helped)).go()
    lacking = (one.asked - out.own).sum()
    rescue = replace(
        one,
        routes=np.vstack([one.routes, np.zeros(len(one.orders))]),
        available=np.append(one.available, 2 * lacking + 1),
        helped=np.ones_like(one.helped),
        member=np.vstack([one.member, [[True]]]),
    )
    assert (rescue.go().filled == 1).all()


def shuffled(one: Case, places: np.ndarray, suppliers: np.ndarray, agreements: np.ndarray) -> Case:
    """The same case told in another order."""
    of_supplier, of_agreement = (np.append(np.argsort(order), -1) for order in (suppliers, agreements))
    return Case(
        one.orders[places], one.routes[np.ix_(suppliers, places)], one.available[suppliers],
        of_supplier[one.backup[places]], one.helped[places], of_agreement[one.pool[places]],
        one.member[np.ix_(suppliers, agreements)],
    )  # fmt: skip


@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_places_suppliers_and_agreements_does_not_matter(one: Case, luck: Any) -> None:
    orders = [np.arange(n) for n in (len(one.orders), len(one.available), one.member.shape[1])]
    for order in orders:
        luck.shuffle(order)
    a, b = one.go(), shuffled(one, *orders).go()
    for moved, still in ((b.own, a.own), (b.help, a.help)):
        np.testing.assert_allclose(moved, still[np.ix_(orders[1], orders[0])], rtol=1e-9, atol=1e-12 * one.scale)
    np.testing.assert_allclose(b.filled, a.filled[orders[0]], rtol=1e-9, atol=1e-9)


def beside(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Two tables in the corners of one."""
    both = np.zeros((a.shape[0] + b.shape[0], a.shape[1] + b.shape[1]), dtype=a.dtype)
    both[: a.shape[0], : a.shape[1]], both[a.shape[0] :, a.shape[1] :] = a, b
    return both


@given(cases(), cases())
def test_agreements_without_a_common_supplier_do_not_touch_each_other(one: Case, other: Case) -> None:
    """What is delivered under some agreements is the same to the bit, whether or not others are in force."""
    suppliers, places, agreements = len(one.available), len(one.orders), one.member.shape[1]
    both = Case(
        np.append(one.orders, other.orders), beside(one.routes, other.routes),
        np.append(one.available, other.available),
        np.append(one.backup, np.where(other.backup < 0, -1, other.backup + suppliers)),
        np.append(one.helped, other.helped),
        np.append(one.pool, np.where(other.pool < 0, -1, other.pool + agreements)), beside(one.member, other.member),
    )  # fmt: skip
    theirs = np.arange(len(both.orders)) >= places
    alone = replace(
        both, orders=np.where(theirs, 0.0, both.orders), routes=np.where(theirs, 0.0, both.routes),
        pool=np.where(theirs, -1, both.pool), backup=np.where(theirs, -1, both.backup),
    ).go()  # fmt: skip
    out = both.go()
    np.testing.assert_array_equal(out.own[:, ~theirs], alone.own[:, ~theirs])
    np.testing.assert_array_equal(out.help[:, ~theirs], alone.help[:, ~theirs])
    np.testing.assert_array_equal(out.filled[~theirs], alone.filled[~theirs])


@given(cases(), st.sampled_from([1e-3, 0.5, 7.0, 1e4]))
def test_units_do_not_matter(one: Case, factor: float) -> None:
    scaled = replace(one, orders=one.orders * factor, available=one.available * factor).go()
    for a, b in ((scaled.own, one.go().own), (scaled.help, one.go().help)):
        np.testing.assert_allclose(a, b * factor, rtol=1e-9, atol=1e-12 * factor * one.scale)


@given(cases(), st.integers(0, 4), st.floats(1, 1e6))
def test_more_stock_leaves_no_more_unmet(one: Case, supplier: int, more: float) -> None:
    available = one.available.copy()
    available[supplier % len(available)] += more
    before, after = one.go(), replace(one, available=available).go()
    assert (after.own + after.help).sum() >= (before.own + before.help).sum() * (1 - 1e-9)


def test_main_then_backup_then_others_by_hand() -> None:
    out = case([100, 50], [0, 1], [20, 80, 100], backup=[1, -1], helped=[0.8, 0.8]).go()
    # 0 serves 20 of the first place; of its gap of 80 others may cover 64: the backup has 30 left, the rest 34
    np.testing.assert_allclose(out.own + out.help, [[20, 0], [30, 50], [34, 0]])
    np.testing.assert_allclose(out.filled, [0.84, 1])


def test_a_supplier_of_two_agreements_shares_its_room_by_their_gaps() -> None:
    """0 and 1 have nothing; 2 is asked for 10 in each agreement, has 50, and so 30 for gaps of 40 and 20."""
    routes = np.array([[1.0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 1]])
    one = Case(
        np.array([40.0, 20, 10, 10]), routes, np.array([0.0, 0, 50]), np.full(4, -1), np.ones(4),
        np.array([0, 1, 0, 1]), np.array([[True, False], [False, True], [True, True]]),
    )  # fmt: skip
    out = one.go()
    np.testing.assert_allclose(out.help[2], [20, 10, 0, 0])
    np.testing.assert_allclose(out.filled, [0.5, 0.5, 1, 1])


def test_main_and_backup_may_be_the_same() -> None:
    out = case([10, 10], [0, 0], [100], backup=[0, 0]).go()
    np.testing.assert_allclose(out.own + out.help, [[10, 10]])


def test_a_place_without_a_supplier_gets_nothing() -> None:
    one = case([10, 10], [0, -1], [100])
    out = one.go()
    np.testing.assert_array_equal(out.own + out.help, [[10, 0]])
    np.testing.assert_array_equal(out.filled, [1, 0])


@given(st.lists(volumes, min_size=1, max_size=8), st.floats(0, 1))
def test_a_sole_supplier_that_is_short_helps_nobody_not_even_by_a_rounding_error(
    orders: list[float], has: float
) -> None:
    out = case(orders, [0] * len(orders), [has * float(np.sum(orders))]).go()
    assert (out.help == 0).all()
