"""Which brands institutions stock, and what doctors then choose."""

from __future__ import annotations

import numpy as np
import pytest

from vbp_sim.agents.choice.interface import Month, Shelf, Stock
from vbp_sim.agents.choice.shelves import Shelves
from vbp_sim.streams import Streams

LUCK = Streams(1, 0)
DRUGS = ("alpha", "beta")
AT = np.arange(2000, dtype=np.uint64)


def stock(model: Shelves, task: float = 0.4, before: int = 0, utility: float = 0.5) -> Stock:
    whole = np.full((len(DRUGS), len(AT)), 1.0)
    found = model.stock(Shelf(DRUGS, AT, utility * whole, task * whole, (before * whole).astype(np.int8)), LUCK)
    assert found is not None
    return found


def test_with_room_for_one_brand_nobody_stocks_both_and_with_much_room_everybody_does() -> None:
    assert set(np.unique(stock(Shelves(breadth=0)))) == {-1, 1}
    assert set(np.unique(stock(Shelves(breadth=100)))) == {0}
    assert set(np.unique(stock(Shelves()))) == {-1, 0, 1}


@pytest.mark.parametrize("more", [{"task": 0.8}, {"before": 1}, {"utility": 1.5}])
def test_task_habit_and_utility_only_bring_the_selected_product_in(more: dict[str, float]) -> None:
    usual, other = stock(Shelves(habit=1)), stock(Shelves(habit=1), **more)  # type: ignore[arg-type]
    assert (other >= usual).all()
    assert (other > usual).any()


def test_a_shelf_hangs_on_its_own_institution_and_drug_alone() -> None:
    whole, model = stock(Shelves()), Shelves()
    part = AT[::-3]
    ones = np.ones((1, len(part)))
    alone = model.stock(Shelf(("beta",), part, 0.5 * ones, 0.4 * ones, np.zeros(ones.shape, np.int8)), LUCK)
    np.testing.assert_array_equal(alone, whole[1:, ::-3])
    assert not np.array_equal(whole[0], whole[1])


@pytest.mark.parametrize(("only", "limit"), [(600.0, 1.0), (-600.0, 0.0)])
def test_where_one_brand_is_stocked_no_push_outweighs_it(only: float, limit: float) -> None:
    one, model = np.ones((1, 1)), Shelves(pressure=100, closing=10)
    share, yes = 0.5 * one, np.array([True])
    for _ in range(60):
        share = model.step(Month(share, only * one, 0 * one, one, one, one[0], yes, yes, 0.9))
    assert share[0, 0] == pytest.approx(limit, abs=1e-9)
