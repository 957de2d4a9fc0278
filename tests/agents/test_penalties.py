"""Penalties for wrong reports: what the law takes, and how reports answer to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import Tables, national, same, small

from vbp_sim.agents.reporting.audited_use import AuditedUse
from vbp_sim.agents.reporting.interface import Answering, History
from vbp_sim.agents.reporting.newsvendor import Newsvendor
from vbp_sim.engine.simulation import simulate
from vbp_sim.rules.local.review import Limits
from vbp_sim.streams import Streams

MODELS = (AuditedUse, Newsvendor)
LUCK, N = Streams(1, 0), 400
OPEN = Limits(lowest=0.0, highest=5.0)


def reports(kind: type[Answering], over: float, under: float, **values: Any) -> np.ndarray:
    use = np.full((1, N), 100.0)
    at = np.arange(N, dtype=np.uint64)
    history = History("first", ("alpha",), at, use, np.array([0.7]), 0 * use, over=over, under=under)
    return kind(**values).report(history, OPEN, LUCK)[0]


@pytest.mark.parametrize("kind", MODELS)
@given(low=st.floats(0, 2), more=st.floats(0, 2))
def test_a_penalty_for_what_is_not_bought_never_raises_reports(kind: type[Answering], low: float, more: float) -> None:
    assert (reports(kind, low + more, 0.0) <= reports(kind, low, 0.0) * (1 + 1e-12)).all()


@pytest.mark.parametrize("kind", MODELS)
@given(low=st.floats(0, 2), more=st.floats(0, 2))
def test_a_penalty_for_small_reports_never_lowers_them(kind: type[Answering], low: float, more: float) -> None:
    assert (reports(kind, 0.0, low + more) >= reports(kind, 0.0, low) * (1 - 1e-12)).all()


@pytest.mark.parametrize("kind", MODELS)
def test_both_penalties_move_reports_and_none_does_where_they_do_not_weigh(kind: type[Answering]) -> None:
    usual = reports(kind, 0.0, 0.0)
    assert reports(kind, 1.0, 0.0).mean() < usual.mean() < reports(kind, 0.0, 1.0).mean()
    np.testing.assert_array_equal(usual, reports(kind, 1.0, 2.0, penalty_weight=0.0))


def test_the_newsvendor_adds_penalties_to_its_two_losses() -> None:
    """A loss of 10 and a penalty of 2 prices at weight 3 is a loss of 16; (10 + 0) / (1 + 3) is 2.5."""
    same_luck = {"cost_ratio_spread": 0.0}
    np.testing.assert_allclose(
        reports(Newsvendor, 2.0, 0.0, penalty_weight=3.0, cost_ratio=10.0, **same_luck),
        reports(Newsvendor, 0.0, 0.0, cost_ratio=16.0, **same_luck),
    )
    np.testing.assert_allclose(
        reports(Newsvendor, 0.0, 1.0, penalty_weight=3.0, cost_ratio=10.0, **same_luck),
        reports(Newsvendor, 0.0, 0.0, cost_ratio=2.5, **same_luck),
    )


def test_the_penalty_is_a_part_of_what_was_missed_or_went_beyond() -> None:
    """100 reported, 70 agreed: 35 bought misses a half, 200 bought is 50 beyond 1.5 x 100."""
    law = Limits(over_points=20.0, over_fine=0.5, under_points=10.0, under_fine=0.1, under_from=1.5)
    reported, agreed = np.full(4, 100.0), np.array([70.0, 70.0, 70.0, 0.0])
    points, fine = law.penalty(reported, agreed, np.array([35.0, 100.0, 200.0, 900.0]), np.full(4, 2.0))
    assert points.tolist() == pytest.approx([10.0, 0.0, 5.0, 0.0])
    assert fine.tolist() == pytest.approx([35.0, 0.0, 10.0, 0.0])
    assert (law.over_cost, law.under_cost) == pytest.approx((0.7, 0.2))


def ran(folder: Path, weight: float = 0.0, **reporting: Any) -> Tables:
    behaviour = {"reporting": {"model": "newsvendor", "penalty_weight": weight}, "choice": {"incentive": 0.0}}
    return simulate(
        small(folder, laws=national(reporting=reporting, retention={"rule": "linear"}), behaviour=behaviour), 0
    )


def flow(tables: Tables, name: str) -> float:
    accounts = tables["accounts"]
    return float(accounts["yuan"][accounts["flow"] == name].sum())


@pytest.mark.parametrize("side", ["over", "under"])
def test_fines_are_posted_as_the_events_say_and_points_lower_what_is_kept(tmp_path: Path, side: str) -> None:
    """Nobody answers here, so use and the measured surplus stay."""
    free, fined = (ran(tmp_path / str(f), **{f"{side}_fine": f, "under_from": 1.0}) for f in (0.0, 0.5))
    pointed = ran(tmp_path / "points", **{f"{side}_points": 40.0, "under_from": 1.0})
    events = fined["events"]
    assert flow(free, "deduction") == 0 < flow(fined, "deduction")
    assert flow(fined, "deduction") == pytest.approx(events["value"][events["kind"] == "deduction"].sum())
    same(free, fined, ("use", "settlement"))
    same(free, pointed, ("use",))
    if side == "under":  # who missed the agreed volume keeps nothing anyhow
        assert pointed["settlement"]["retained"].sum() < free["settlement"]["retained"].sum()


def test_a_run_reports_less_under_a_penalty_for_reports_that_are_too_large(tmp_path: Path) -> None:
    free, over, under = (
        ran(tmp_path / name, 3.0, **law)
        for name, law in (("a", {}), ("b", {"over_fine": 1.0}), ("c", {"under_fine": 1.0}))
    )
    reported = [tables["reports"]["reported"].sum() for tables in (over, free, under)]
    assert reported == sorted(reported)
    assert reported[0] < reported[2]
