"""Closed forms V11-V15 and V25, and signs T18-T25, of reporting, choice and the province draft."""

from __future__ import annotations

import numpy as np
import pytest

from vbp_sim.agents.choice.deadline_planner import DeadlinePlanner, planned
from vbp_sim.agents.choice.interface import Month
from vbp_sim.agents.choice.nested_logit import NestedLogit, inclusive
from vbp_sim.agents.choice.partial_adjustment import PartialAdjustment
from vbp_sim.agents.choice.task_first import TaskFirst
from vbp_sim.agents.reporting.anchor import Anchor
from vbp_sim.agents.reporting.bonus import Bonus, best_target, lognormal_target
from vbp_sim.agents.reporting.interface import History
from vbp_sim.agents.reporting.newsvendor import Newsvendor
from vbp_sim.rules.library import rule_set
from vbp_sim.rules.local.review import Limits
from vbp_sim.streams import Streams

#: a review that lets everything pass
OPEN = Limits(lowest=0.0, highest=5.0)


def history(share: float = 0.65, use: float = 1000.0, hospitals: int = 4000) -> History:
    at = np.arange(hospitals, dtype=np.uint64)
    return History("r", ("d",), at, np.full((1, hospitals), use), np.array([share]), np.zeros((1, hospitals)))


def month(natural: float, left: float = 12.0, bought: float = 0.0, agreed: float = 5.4, share: float = 0.3) -> Month:
    at = [np.full((1, 1), x) for x in (share, np.log(natural / (1 - natural)), bought, agreed, 1.0)]
    return Month(*at, months_left=np.array([left]), in_contract=np.array([True]), closing=np.array([left <= 3]))


def test_v11_newsvendor_numbers() -> None:
    """N(1, 0.35^2), tau = 1/11: A = 0.533, completion 1.877, failure 0.0909."""
    from statistics import NormalDist

    target = NormalDist(1, 0.35).inv_cdf(1 / 11)
    assert target == pytest.approx(0.533, abs=5e-4)
    assert 1 / target == pytest.approx(1.877, abs=2e-3)
    reported = Newsvendor(cost_ratio_spread=0, cv_low=0.35, cv_high=0.35, expected_share=1.0).report(
        history(share=1.0), OPEN, Streams(1, 0)
    )
    sigma = np.sqrt(np.log1p(0.35**2))
    assert NormalDist().cdf((np.log(reported[0, 0] / 1000) + sigma**2 / 2) / sigma) == pytest.approx(1 / 11, abs=1e-3)


def test_v12_bonus_targets() -> None:
    assert best_target(lambda a: np.exp(-a), 10) == pytest.approx(1.0, abs=1e-3)
    assert best_target(lambda a: 1 - a / 2, 2) == pytest.approx(1.0, abs=1e-3)
    assert best_target(lambda a: np.exp(-(a**3)), 5) == pytest.approx(0.693, abs=1e-3)
    assert float(lognormal_target(np.array([0.35]))[0]) == pytest.approx(0.70, abs=0.01)


def test_v13_partial_adjustment_without_pressure() -> None:
    model = PartialAdjustment(pressure=0, closing=0, relaxation=0, adjustment=0.4)
    x, total = 0.2, 0.0
    for _ in range(9):
        x = float(model.step(month(0.7, agreed=0.0, share=x))[0, 0])
        total += x
    a, goal, start = 0.4, 0.7, 0.2
    assert total == pytest.approx(9 * goal + (start - goal) * (1 - a) * (1 - (1 - a) ** 9) / a, abs=1e-9)


def test_v14_deadline_planner() -> None:
    found = [float(planned(np.array(0.3), np.array(0.45), np.array(1.0), 2.0, t)) for t in (0, 0.5, 1)]
    assert found == pytest.approx([0.347, 0.428, 0.647], abs=6e-4)
    assert float(planned(np.array(0.3), np.array(0.45), np.array(1.0), 0.0, 0.7)) == pytest.approx(0.45)


def test_the_planner_completes_its_task_month_by_month() -> None:
    model, bought, shares = DeadlinePlanner(impatience=4.0), 0.0, []
    for m in range(12):
        shares.append(float(model.step(month(0.3, left=12 - m, bought=bought))[0, 0]))
        bought += shares[-1]
    assert bought == pytest.approx(5.4, rel=0.08)
    assert shares[-1] > shares[0] + 0.2


def test_v15_logit_and_its_odds() -> None:
    flat = NestedLogit(nesting=1.0, inertia=0.0, brand_gap=0.0, push=0.0)
    assert float(flat.step(month(0.35, agreed=0.0))[0, 0]) == pytest.approx(0.35)
    v = np.log(0.35 / 0.65) + np.log(3.251)
    odds = float(flat.step(month(1 / (1 + np.exp(-v)), agreed=0.0))[0, 0])
    assert odds / (1 - odds) == pytest.approx(3.251 * 0.35 / 0.65)
    assert inclusive(np.array([0.2, 0.2]), 0.4) == pytest.approx(0.2)


def test_closer_substitutes_let_the_best_of_them_decide() -> None:
    u = np.array([-1.0, 1.0])
    assert inclusive(u, 1.0) < inclusive(u, 0.3) < 1.0


def test_t18_to_t22_reporting() -> None:
    """Reports fall with the loss per unit missed; the agreed volume does not change with the guaranteed share."""

    def mean(share: float = 0.65, use: float = 1000.0, **more: float) -> float:
        return float(Newsvendor.model_validate(more).report(history(share, use), OPEN, Streams(1, 0)).mean())

    assert mean(cost_ratio=20) < mean(cost_ratio=5)
    assert mean(cv_low=0.5, cv_high=0.5) < mean(cv_low=0.2, cv_high=0.2)
    assert mean(use=2000) == pytest.approx(2 * mean())
    assert 0.8 * mean(share=0.8) == pytest.approx(0.5 * mean(share=0.5))


def test_the_bonus_report_falls_with_uncertainty_and_obeys_the_review() -> None:
    sure, unsure = (
        Bonus(cv_low=cv, cv_high=cv).report(history(), Limits(lowest=0.1), Streams(1, 0)).mean() for cv in (0.1, 0.6)
    )
    assert unsure < sure
    held = Bonus(cv_low=1.5, cv_high=1.5).report(history(share=1.0), Limits(lowest=0.8), Streams(1, 0))
    assert held.min() == pytest.approx(800)


def test_habit_reports_four_fifths_and_the_floor_binds() -> None:
    free = Anchor().report(history(), OPEN, Streams(1, 0))
    assert free.mean() == pytest.approx(800, rel=0.03)
    assert Anchor().report(history(), Limits(lowest=0.8), Streams(1, 0)).min() == pytest.approx(800)
    assert Anchor(growth=0.1).report(history(), OPEN, Streams(1, 0)).mean() == pytest.approx(1.1 * free.mean())


def test_t23_the_task_pushes_only_until_it_is_done() -> None:
    model = TaskFirst()
    assert float(model.step(month(0.3))[0, 0]) == 0.95
    assert float(model.step(month(0.3, bought=6.0))[0, 0]) == pytest.approx(0.3)
    assert float(DeadlinePlanner().step(month(0.3, bought=6.0))[0, 0]) == pytest.approx(0.3)


def test_t24_impatience_makes_the_hockey_stick() -> None:
    calm, late = (
        [float(planned(np.array(0.3), np.array(0.45), np.array(1.0), rho, t)) for t in (0.0, 1.0)] for rho in (0.5, 4.0)
    )
    assert late[1] - late[0] > calm[1] - calm[0]


def test_v25_shares_of_the_draft_fall_with_rank_and_add_up() -> None:
    weights = np.sort(np.random.default_rng(1).lognormal(0, 0.6, 31))[::-1]
    draft = rule_set("batch-3").allocation.model_copy(update={"first_picks": 0})
    for k in range(1, 11):
        shares = np.bincount(draft.draft(weights, k), weights, k) / weights.sum()
        assert shares.sum() == pytest.approx(1)
        assert (np.diff(shares) <= 1e-12).all()
