"""Points of a sweep: every combination, distributions against their closed forms, samples that grow."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from vbp_sim.studies.design import Design, draws, quantile
from vbp_sim.studies.sweep_file import SweepSpec, Uncertainty

UNIFORM = {"path": "demand.growth", "distribution": "uniform", "low": 0.0, "high": 1.0}
UNITS = st.floats(0.001, 0.999)


def spec(**content: Any) -> SweepSpec:
    return SweepSpec.model_validate({"sweep": "s", "scenario": "x", **content})


def uncertainty(distribution: str, **content: Any) -> Uncertainty:
    return Uncertainty.model_validate({"path": "a.b", "distribution": distribution, **content})


def two(method: str, size: int, seed: int = 1) -> SweepSpec:
    u = {"a": {**UNIFORM, "path": "x.a"}, "b": {**UNIFORM, "path": "x.b"}}
    return spec(uncertainties=u, sample={"method": method, "size": size}, seed=seed)


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (uncertainty("uniform", low=-1, high=3), stats.uniform(-1, 4)),
        (uncertainty("normal", mean=2, sd=0.5), stats.norm(2, 0.5)),
        (uncertainty("lognormal", median=3, sigma=0.4), stats.lognorm(0.4, scale=3)),
        (uncertainty("triangular", low=1, mode=2, high=5), stats.triang(0.25, 1, 4)),
        (uncertainty("triangular", low=0, mode=0, high=1), stats.triang(0, 0, 1)),
        (uncertainty("normal", mean=0, sd=1, low=-1, high=0.5), stats.truncnorm(-1, 0.5)),
    ],
)
def test_distributions_are_those_of_scipy(mine: Uncertainty, theirs: Any) -> None:
    for unit in (0.001, 0.1, 0.25, 0.5, 0.77, 0.999):
        assert quantile(mine, unit) == pytest.approx(float(theirs.ppf(unit)), rel=1e-9, abs=1e-9)


@given(UNITS, UNITS)
def test_a_larger_draw_never_gives_less(a: float, b: float) -> None:
    u = uncertainty("lognormal", median=1, sigma=1, low=0.5, high=2)
    low, high = quantile(u, min(a, b)), quantile(u, max(a, b))
    assert 0.5 <= low <= high <= 2


def test_choices_come_in_their_weights() -> None:
    u = uncertainty("choice", values=["x", "y", "z"], weights=[1, 2, 1])
    drawn = [quantile(u, (i + 0.5) / 400) for i in range(400)]
    assert [drawn.count(v) for v in "xyz"] == [100, 200, 100]


def test_whole_numbers() -> None:
    assert quantile(uncertainty("uniform", low=1, high=10, whole=True), 0.333) == 4


def test_every_combination_of_levers_meets_every_draw() -> None:
    levers = {"l": {"path": "x.l", "values": [1, "two", {"rule": "three"}]}, "v": {"variants": ["", "p+q"]}}
    whole = spec(**two("lhs", 5).model_dump(include={"uncertainties", "sample"}), levers=levers)
    design = Design(whole)
    points = [design.point(i) for i in range(len(design))]
    assert len(points) == 5 * 3 * 2
    seen = {(repr(p.values["l"]), p.variant, p.values["a"], p.values["b"]) for p in points}
    assert len(seen) == 30
    assert {p.variant for p in points} == {"", "p,q"}
    assert {p.sample for p in points if p.values["l"] == 1} == set(range(5))
    assert points[0].settings[("x", "l")] == 1


def test_grids_hold_both_ends() -> None:
    values = spec(levers={"g": {"path": "x", "low": 0, "high": 0.3, "steps": 4}}).levers["g"].all_values()
    assert values == pytest.approx((0, 0.1, 0.2, 0.3))
    assert values[-1] == 0.3


def test_a_latin_hypercube_has_one_draw_in_each_stripe() -> None:
    units = draws(two("lhs", 10))
    for column in units.T:
        assert sorted(np.floor(column * 10)) == list(range(10))


@pytest.mark.parametrize("method", ["sobol", "saltelli"])
def test_a_longer_sequence_begins_with_the_shorter_one(method: str) -> None:
    short, long = draws(two(method, 8)), draws(two(method, 32))
    np.testing.assert_array_equal(long[: len(short)], short)


@pytest.mark.parametrize("method", ["lhs", "sobol", "saltelli", "morris"])
def test_the_seed_decides_the_sample(method: str) -> None:
    np.testing.assert_array_equal(draws(two(method, 8)), draws(two(method, 8)))
    assert (draws(two(method, 8)) != draws(two(method, 8, seed=2))).any()


def test_saltelli_changes_one_column_at_a_time() -> None:
    blocks = draws(two("saltelli", 4)).reshape(4, 4, 2)
    a, b, ab, ba = (blocks[:, i] for i in range(4))
    np.testing.assert_array_equal(ab, np.column_stack([b[:, 0], a[:, 1]]))
    np.testing.assert_array_equal(ba, np.column_stack([a[:, 0], b[:, 1]]))


def test_morris_moves_one_coordinate_at_a_time_by_half() -> None:
    paths = draws(two("morris", 6)).reshape(6, 3, 2)
    steps = np.abs(np.diff(paths, axis=1))
    assert ((steps > 1e-9).sum(axis=2) == 1).all()
    assert steps.max(axis=2) == pytest.approx(np.full((6, 2), 0.5), abs=1e-9)
    assert ((steps > 1e-9).any(axis=1)).all()


def test_numbers_of_points() -> None:
    assert [len(Design(two(m, 8))) for m in ("lhs", "sobol", "saltelli", "morris")] == [8, 8, 32, 24]
    assert Design(spec(replications=7)).runs == 7
    assert math.prod(draws(spec()).shape) == 0
