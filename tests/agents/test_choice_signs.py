"""What moves the choice of the selected product, and in which direction: the signs of models.md section 5."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from vbp_sim.agents.choice.deadline_planner import DeadlinePlanner
from vbp_sim.agents.choice.interface import Month, Setting, Terms
from vbp_sim.agents.choice.nested_logit import NestedLogit
from vbp_sim.agents.choice.partial_adjustment import PartialAdjustment
from vbp_sim.agents.choice.preference import Preference
from vbp_sim.agents.choice.task_first import TaskFirst
from vbp_sim.streams import Streams

MODELS = (PartialAdjustment, NestedLogit, DeadlinePlanner, TaskFirst)
N = 60
LEVEL = np.repeat(np.arange(3), N // 3)
AT = np.arange(N, dtype=np.uint64)
LUCK = Streams(1, 0)


def year(
    kind: type[Preference],
    *,
    guaranteed: float = 0.4,
    brand: float = 0.5,
    ratio: float = 2.0,
    kept: float = 0.5,
    **values: Any,
) -> np.ndarray:
    """Part of a year's need that each institution orders as the selected product; reports are 80 % of the need, and
    ``kept`` of the most that may be kept of a surplus is what they expect."""
    model = kind(**values)
    natural = model.natural(Setting(("alpha",), AT, LEVEL, np.array([brand]), np.array([ratio])), LUCK)
    natural = natural + model.money(np.full((1, N), kept))
    agreed = np.full((1, N), guaranteed * 0.8 * 12)
    share, bought = np.full((1, N), 0.3), np.zeros((1, N))
    for left in range(12, 0, -1):
        share = model.step(
            Month(
                share=share,
                natural=natural - 2.5,  # institutions that would rather not
                bought=bought,
                agreed=agreed,
                need=np.ones((1, N)),
                months_left=np.array([float(left)]),
                in_contract=np.array([True]),
                closing=np.array([left <= 3]),
            )
        )
        bought = bought + share
    return np.asarray(bought[0] / 12)


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize(
    ("less", "more"),
    [
        ({"guaranteed": 0.3}, {"guaranteed": 0.9}),
        ({"kept": 0.0}, {"kept": 1.0}),
        ({"incentive": 0.0}, {"incentive": 2.0}),
        ({"ratio": 1.0, "price": 0.5}, {"ratio": 10.0, "price": 0.5}),
        ({"brand": 1.0}, {"brand": 0.0}),
        ({"information": 0.0}, {"information": 1.179}),
        ({"cost_control": 0.0}, {"cost_control": 1.0}),
        ({"primary": -1.0}, {"primary": 1.0}),
        ({"tertiary": -1.0}, {"tertiary": 1.0}),
    ],
    ids=lambda change: "-".join(change),
)
def test_use_of_the_selected_product_rises_with(
    kind: type[Preference], less: dict[str, Any], more: dict[str, Any]
) -> None:
    low, high = year(kind, **less), year(kind, **more)
    assert (high >= low - 1e-12).all()
    assert high.mean() > low.mean() + 1e-3


@pytest.mark.parametrize(
    ("kind", "push"), [(PartialAdjustment, "pressure"), (PartialAdjustment, "closing"), (NestedLogit, "push")]
)
def test_pressure_raises_use(kind: type[Preference], push: str) -> None:
    uses = [year(kind, guaranteed=0.9, **{push: value}).mean() for value in (0.0, 1.0, 4.0)]
    assert uses == sorted(uses)
    assert uses[-1] > uses[0] + 1e-3


def test_a_level_moves_only_its_own_institutions() -> None:
    change = year(PartialAdjustment, primary=2.0) - year(PartialAdjustment)
    assert (change[LEVEL < 2] == 0).all()
    assert (change[LEVEL == 2] > 0).any()


@pytest.mark.parametrize("kind", MODELS)
def test_payment_pulls_by_the_gain_and_by_what_the_fund_pays_less(kind: type[Preference]) -> None:
    """margin x gain, (1 + tied) times where staff are paid a part; a gap of 1 is that of the experiment."""
    model = kind(margin=0.5, reimbursement=0.249, experiment_scale=2.0)
    nothing, gain, both = (
        model.paid(Terms(np.array([gap]), np.array([gain]), tied, np.zeros(1)))[0]
        for gap, gain, tied in ((0.0, 0.0, 1.0), (0.0, 0.4, 0.5), (1.0, 0.4, 0.0))
    )
    assert nothing == 0
    assert gain == pytest.approx(0.5 * 1.5 * 0.4)
    assert both == pytest.approx(2 * 0.249 + 0.5 * 0.4)
