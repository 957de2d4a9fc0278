"""Sharing out a drug's stock: never more than there is, never more than was asked, whoever stands first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vbp_sim.engine.dispatch import dispatch

volumes = st.one_of(st.just(0.0), st.floats(1e-3, 1e9))


def together(
    orders: np.ndarray, main: np.ndarray, backup: np.ndarray, available: np.ndarray, helped: np.ndarray
) -> np.ndarray:
    """All deliveries where each province orders everything from its main supplier."""
    wanted = np.where(np.arange(len(available))[:, None] == main[None, :], orders, 0.0)
    own, help_ = dispatch(wanted, backup, available, helped)
    return own + help_


@dataclass(frozen=True)
class Case:
    orders: np.ndarray
    main: np.ndarray
    backup: np.ndarray
    available: np.ndarray
    helped: np.ndarray

    def go(self) -> np.ndarray:
        return together(self.orders, self.main, self.backup, self.available, self.helped)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    suppliers, provinces = draw(st.integers(1, 5)), draw(st.integers(1, 8))

    def many(one: st.SearchStrategy[float], n: int) -> np.ndarray:
        return np.array(draw(st.lists(one, min_size=n, max_size=n)))

    index = st.integers(-1, suppliers - 1)
    return Case(
        many(volumes, provinces), many(st.integers(0, suppliers - 1), provinces), many(index, provinces),
        many(volumes, suppliers),
        many(st.sampled_from([0.0, 0.4, 0.8, 1.0]), provinces),
    )  # fmt: skip


@given(cases())
def test_never_more_than_available_or_ordered(case: Case) -> None:
    delivered = case.go()
    assert (delivered >= 0).all()
    assert (delivered.sum(axis=1) <= case.available * (1 + 1e-9)).all()
    assert (delivered.sum(axis=0) <= case.orders * (1 + 1e-9) + 1e-9).all()


@given(cases())
def test_own_provinces_come_first(case: Case) -> None:
    delivered = case.go()
    for s, available in enumerate(case.available):
        own = case.main == s
        wanted = case.orders[own].sum()
        assert delivered[s, own].sum() == pytest.approx(min(wanted, available), rel=1e-9)
        if wanted >= available:
            assert delivered[s, ~own].sum() <= 1e-9 * available
        served = case.orders[own] > 0
        filled = delivered[s, own][served] / case.orders[own][served]
        assert np.ptp(filled) <= 1e-6 if served.any() else True


@given(cases())
def test_others_cover_no_more_of_a_gap_than_they_may(case: Case) -> None:
    delivered = case.go()
    mine = np.arange(len(case.available))[:, None] == case.main[None, :]
    gap = case.orders - np.where(mine, delivered, 0).sum(axis=0)
    assert (np.where(mine, 0, delivered).sum(axis=0) <= gap * case.helped * (1 + 1e-9) + 1e-6).all()


@given(cases())
def test_nothing_is_left_over_while_a_gap_that_may_be_covered_is_open(case: Case) -> None:
    delivered = case.go()
    mine = np.arange(len(case.available))[:, None] == case.main[None, :]
    gap = case.orders - np.where(mine, delivered, 0).sum(axis=0)
    open_ = (gap * case.helped - np.where(mine, 0, delivered).sum(axis=0)).sum()
    left = (case.available - delivered.sum(axis=1)).sum()
    scale = max(case.orders.sum(), case.available.sum(), 1e-9)
    assert min(open_, left) <= 1e-9 * scale


@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_provinces_and_suppliers_does_not_matter(case: Case, luck: object) -> None:
    provinces, suppliers = np.arange(len(case.orders)), np.arange(len(case.available))
    luck.shuffle(provinces)  # type: ignore[attr-defined]
    luck.shuffle(suppliers)  # type: ignore[attr-defined]
    place = np.append(np.argsort(suppliers), -1)
    moved = Case(
        case.orders[provinces], place[case.main[provinces]], place[case.backup[provinces]], case.available[suppliers],
        case.helped[provinces],
    )  # fmt: skip
    np.testing.assert_allclose(
        moved.go(), case.go()[np.ix_(suppliers, provinces)], rtol=1e-9, atol=1e-12 * case.available.sum() + 1e-12
    )


@given(cases(), st.sampled_from([1e-3, 0.5, 7.0, 1e4]))
def test_units_do_not_matter(case: Case, factor: float) -> None:
    scaled = Case(case.orders * factor, case.main, case.backup, case.available * factor, case.helped)
    np.testing.assert_allclose(
        scaled.go(), case.go() * factor, rtol=1e-9, atol=1e-12 * factor * case.available.sum() + 1e-12
    )


@given(cases(), st.integers(0, 4), st.floats(1, 1e6))
def test_more_stock_leaves_no_more_unmet(case: Case, supplier: int, more: float) -> None:
    available = case.available.copy()
    available[supplier % len(available)] += more
    richer = Case(case.orders, case.main, case.backup, available, case.helped).go()
    assert richer.sum() >= case.go().sum() * (1 - 1e-9)


def test_main_then_backup_then_others_by_hand() -> None:
    delivered = together(
        orders=np.array([100.0, 50.0]), main=np.array([0, 1]), backup=np.array([1, -1]),
        available=np.array([20.0, 80.0, 100.0]), helped=np.array([0.8, 0.8]),
    )  # fmt: skip
    # 0 serves 20 of the first province; of its gap of 80 others may cover 64: the backup has 30 left, the rest 34
    np.testing.assert_allclose(delivered, [[20, 0], [30, 50], [34, 0]])


def test_main_and_backup_may_be_the_same_array() -> None:
    nobody = np.array([0, 0])
    delivered = together(np.array([10.0, 10.0]), nobody, nobody, np.array([100.0]), np.ones(2))
    np.testing.assert_allclose(delivered, [[10, 10]])


@given(st.lists(volumes, min_size=1, max_size=8), st.floats(0, 1))
def test_a_sole_supplier_that_is_short_helps_nobody_not_even_by_a_rounding_error(
    orders: list[float], has: float
) -> None:
    wanted = np.array([orders])
    _, help_ = dispatch(wanted, np.full(len(orders), -1), has * wanted.sum(axis=1), np.ones(len(orders)))
    assert (help_ == 0).all()
