"""Volume beyond a winner's declared capacity passes down the list, and none is lost on the way (T17)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import PRODUCTS, rows, small, total

from vbp_sim.engine.simulation import simulate
from vbp_sim.tender.volumes import Volumes, pass_down


def volumes(main: list[int], rest: list[float], suppliers: int, share: float = 0.5) -> Volumes:
    return Volumes(np.array(main), np.zeros((suppliers, len(rest))), np.array(rest), np.full(suppliers, share))


@st.composite
def awards(draw: st.DrawFn) -> tuple[Volumes, np.ndarray]:
    suppliers, provinces = draw(st.integers(1, 5)), draw(st.integers(1, 9))
    main = draw(st.lists(st.integers(-1, suppliers - 1), min_size=provinces, max_size=provinces))
    rest = draw(st.lists(st.floats(0, 1e6), min_size=provinces, max_size=provinces))
    limits = draw(st.lists(st.one_of(st.just(np.inf), st.floats(0, 1e6)), min_size=suppliers, max_size=suppliers))
    return volumes(main, [0.0 if m < 0 else r for m, r in zip(main, rest, strict=True)], suppliers), np.array(limits)


@given(awards())
def test_t17_what_is_agreed_is_the_share_of_what_was_reported(case: tuple[Volumes, np.ndarray]) -> None:
    before, limits = case
    after = pass_down(before, limits, len(limits))
    assert after.agreed.sum() == pytest.approx(0.5 * before.rest.sum())
    np.testing.assert_allclose(after.agreed.sum(axis=0), before.agreed.sum(axis=0))
    assert ((after.main < 0) == (before.main < 0)).all()


@given(awards())
def test_nobody_takes_more_than_its_limit_from_others(case: tuple[Volumes, np.ndarray]) -> None:
    before, limits = case
    after = pass_down(before, limits, len(limits))
    had, has = before.agreed.sum(axis=1), after.agreed.sum(axis=1)
    assert (has <= np.maximum(limits, had) * (1 + 1e-9) + 1e-9).all()
    over = has > limits * (1 + 1e-9) + 1e-9
    assert (has[over] <= had[over]).all()


def test_provinces_pass_to_the_next_with_room_by_hand() -> None:
    # 0 has room for its largest province only; 1 for nothing more; 2 takes one more, 0 keeps the last
    after = pass_down(volumes([0, 0, 0, 1, 2], [100.0, 60.0, 50.0, 80.0, 40.0], 3), np.array([50.0, 40.0, 50.0]), 3)
    assert after.main.tolist() == [0, 2, 0, 1, 2]


def test_without_limits_nothing_moves() -> None:
    one = volumes([0, 1, 0], [5.0, 4.0, 3.0], 2)
    assert pass_down(one, np.full(2, np.inf), 2) is one


def test_declared_capacity_binds_in_a_run(tmp_path: Path) -> None:
    """a1 declares next to nothing: others serve its provinces; agreed volumes stay as they were."""
    products = [{**p, "capacity": 10 if p["manufacturer"] == "a1" else ""} for p in PRODUCTS]
    ample, declared = {"firms": {"capacity_median": 50.0}}, {"supply": {"capacity": {"model": "declared"}}}
    usual, bound = (
        simulate(small(tmp_path, products=products, behaviour=behaviour), 0)
        for behaviour in (ample, {**ample, **declared})
    )
    served = rows(usual["allocation"], main="a1")
    assert len(served["drug"]) > 0
    key = ("drug", "province")
    before, after = (total(t["allocation"], key, "agreed") for t in (usual, bound))
    assert after == pytest.approx(before)
    several = {d for d, n in zip(usual["awards"]["drug"], usual["awards"]["selected"], strict=True) if n > 1}
    left = rows(bound["allocation"], main="a1")
    assert not set(left["drug"]) & several
