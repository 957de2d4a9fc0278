"""`vbp bid`: the profit of one firm's bid, against closed forms (V1, V2 of the models) and by its signs."""

from __future__ import annotations

import json
from math import comb
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from small import round_of, write_scenario

from vbp_sim.cli import group
from vbp_sim.errors import InputError
from vbp_sim.runs.load import load_scenario
from vbp_sim.truth.own_bid import OwnBid, own_bid

#: firms with costs from U[0, 1] that bid the equilibrium of K equal prizes among n firms, ceiling 1
THEORY = '''
"""The textbook: uniform costs, and the bids of the symmetric equilibrium of K equal prizes."""
from dataclasses import replace
from typing import Literal
import numpy as np
from vbp_sim.agents.bidding.rules_of_thumb import RulesOfThumb
from vbp_sim.agents.firms.two_level_costs import TwoLevelCosts
from vbp_sim.scenario.parts import param

class UniformCosts(TwoLevelCosts):
    """Costs between 0 and the ceiling, all alike likely."""
    model: Literal["uniform-costs"] = "uniform-costs"

    def products(self, market, luck):
        known = super().products(market, luck)
        cost = np.array([float(luck.uniform("theory.cost", name)) for name in known.manufacturer])
        return replace(known, cost=cost, capacity=np.full(len(cost), 1e12))

class Theory(RulesOfThumb):
    """E[K-th lowest of the rivals' costs, given that it is above the own]."""
    model: Literal["theory"] = "theory"
    prizes: int = param(1, "winners", unit="firms", ge=1, le=10)

    def bids(self, opening, luck):
        grid = np.linspace(0, 1, 20_001)
        n, k = len(opening.cost), self.prizes
        density = grid ** (k - 1) * (1 - grid) ** (n - 1 - k)
        after = np.cumsum((density * grid)[::-1])[::-1] / np.maximum(np.cumsum(density[::-1])[::-1], 1e-300)
        return np.interp(opening.cost, grid, np.maximum(after, grid))
'''


def textbook(folder: Path, firms: int, prizes: int) -> Path:
    """One drug, so many firms, two provinces of one volume, and so many winners with equal shares."""
    (folder / "theory.py").write_text(THEORY, encoding="utf-8")
    provinces = [
        {"province": p, "population": 1e6, "tertiary": 1, "secondary": 1, "primary": 1} for p in ("one", "two")
    ]
    rules = {
        "extends": "expansion-2019",
        "shortlist": {"rule": "table", "places_by_firms": [*range(1, prizes + 1)]},
        "share": {"rule": "by-winners", "table": {"1": 0.5, "2": 0.5, "3": 0.5}},
        "term": {"rule": "by-winners", "table": {"1": 12, "2": 12, "3": 12}},
        "allocation": {"rule": "draft", "first_picks": 0},
    }
    return write_scenario(
        folder,
        plugins=["theory.py"],
        provinces=provinces,
        drugs=[{"drug": "alpha", "unit": "tablet", "form": "oral-solid", "ceiling": 1, "qualified": firms}],
        products=[{"drug": "alpha", "manufacturer": f"m{i}", "originator": 0} for i in range(firms)],
        demand=[{"drug": "alpha", "province": p, "reported": 1000} for p in ("one", "two")],
        rounds={"first": round_of(rules=rules)},
        behaviour={"firms": {"model": "uniform-costs"}, "bidding": {"model": "theory", "prizes": prizes}},
    )


def equilibrium(cost: float, n: int, k: int) -> float:
    """E[c_(k:n-1) | > cost], costs from U[0, 1]."""
    x = np.linspace(cost, 1, 200_001)
    density = x ** (k - 1) * (1 - x) ** (n - 1 - k)
    return float((density * x).sum() / density.sum())


@pytest.mark.parametrize(("n", "k", "known"), [(5, 1, 0.36), (5, 2, None), (10, 2, None)])
def test_the_curve_is_that_of_theory(tmp_path: Path, n: int, k: int, known: float | None) -> None:
    cost, prices = 0.2, np.linspace(0.06, 0.96, 31)
    found = own_bid(
        load_scenario(textbook(tmp_path, n, k)), "alpha", "m0", prices, cost=cost, capacity=1e12, replications=250
    )
    grid = np.linspace(0, 1, 2001)
    rivals = np.interp(prices, [equilibrium(c, n, k) for c in grid[:-1]], grid[:-1])  # cost of a rival who bids so
    chance = sum(comb(n - 1, i) * rivals**i * (1 - rivals) ** (n - 1 - i) for i in range(k))
    np.testing.assert_allclose(found.won.mean(axis=0), chance, atol=0.09)
    profit = chance * (prices - cost) * 1000 / k  # half of 2,000 units, one year
    np.testing.assert_allclose(found.profit.mean(axis=0), profit, atol=20)
    low, high = found.flat
    best = equilibrium(cost, n, k)
    assert known is None or best == pytest.approx(known, abs=1e-3)
    assert low - 0.06 <= best <= high + 0.06


def signs(folder: Path, **more: Any) -> OwnBid:
    scenario = load_scenario(write_scenario(folder, behaviour={"bidding": {"model": "rules-of-thumb"}}))
    return own_bid(scenario, "alpha", "a2", np.linspace(0.1, 2.0, 12), replications=30, **more)


def test_a_dearer_bid_wins_less_often_and_a_cheaper_firm_earns_more(tmp_path: Path) -> None:
    cheap, dear = signs(tmp_path, cost=0.1), signs(tmp_path, cost=0.6)
    assert (np.diff(cheap.won.mean(axis=0)) <= 0).all()
    assert (cheap.profit.mean(axis=0) >= dear.profit.mean(axis=0)).all()
    assert cheap.prices[cheap.best] <= dear.prices[dear.best]
    assert ((cheap.profit - dear.profit)[cheap.volume > 0] > 0).all()


def test_capacity_limits_what_is_agreed(tmp_path: Path) -> None:
    free, bound = signs(tmp_path, cost=0.1), signs(tmp_path, cost=0.1, capacity=50_000)
    assert free.volume.max() > 50_000
    assert bound.volume.max() <= 50_000


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    scenario = load_scenario(write_scenario(tmp_path))
    for drug, firm, round, said in (
        ("alhpa", "a1", "", "did you mean 'alpha'"),
        ("alpha", "a9", "", "may not bid for alpha"),
        ("alpha", "a1", "second", "no such round"),
    ):
        with pytest.raises(InputError, match=said):
            own_bid(scenario, drug, firm, [1.0], round=round, replications=2)


def test_the_command_gives_rows_a_best_price_and_a_caution(tmp_path: Path) -> None:
    file = write_scenario(tmp_path)
    words = ["bid", str(file), "--firm", "a2", "--drug", "alpha", "--prices", "0.2:2:4", "--replications", "5"]
    told = CliRunner().invoke(group, [*words, "--json"], standalone_mode=False)
    content = json.loads(told.stdout)
    assert [row["price"] for row in content["rows"]] == pytest.approx([0.2, 0.8, 1.4, 2.0])
    assert set(content["rows"][0]) == {
        "price", "win", "places", "volume", "volume_low", "volume_high", "profit", "profit_low", "profit_high"
    }  # fmt: skip
    shown = CliRunner().invoke(group, words, standalone_mode=False)
    assert "a2 earns most from alpha with a bid of" in shown.stdout
    assert "costs of the others are drawn" in shown.stderr
