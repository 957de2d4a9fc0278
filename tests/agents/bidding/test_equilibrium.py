"""Equilibria against closed forms, their regret, and the store that keeps them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from bidding_making import OUTSIDE, case, draft, opening, play, rules
from pydantic import ValidationError

from vbp_sim.agents.bidding import store
from vbp_sim.agents.bidding.closed_form import closed_form
from vbp_sim.agents.bidding.equilibrium import Equilibrium
from vbp_sim.agents.bidding.solve import Game, damped, fictitious, rivals_of
from vbp_sim.errors import RunError
from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.streams import Streams

EVEN = (np.arange(40) + 0.5) / 40
CALM = {"rounding": 0.0, "aloof": 0.0, "maverick": 0.0}


def equal_places(k: int) -> RuleSet:
    """The k lowest win and share alike for a year: no ratio, no guarantee."""
    return rules(
        "batch-2",
        shortlist={"rule": "table", "places_by_firms": tuple(min(i, k) for i in range(1, 20))},
        selection={"rule": "shortlisted"},
        share={"rule": "by-winners", "table": {"1": 1.0}},
        term={"rule": "by-winners", "table": {"1": 12}},
        allocation={"first_picks": 0},
    )


def game(n: int, shares: np.ndarray) -> Game:
    """Costs even from 0 to 1; the lowest bids win, with these shares by rank."""
    known = case(equal_places(len(shares)), n, weights=tuple(shares.tolist()))
    return Game(known, tuple(EVEN.tolist()), 0, (0.0, 0.0, 0.0))


def off(n: int, shares: np.ndarray, bids: np.ndarray) -> float:
    """Mean price by volume over that of the closed form, less one."""
    fine = np.linspace(0, 1, 2001)
    exact = closed_form(fine, fine, shares, n)
    luck = np.sort(np.random.default_rng(1).random((20_000, n)), axis=1)[:, : len(shares)]
    paid, due = np.interp(luck, EVEN, bids.mean(axis=1)) @ shares, np.interp(luck, fine, exact) @ shares
    return float(paid.mean() / due.mean() - 1)


def equal(k: int) -> np.ndarray:
    return np.full(k, 1 / k)


#: the cases of V1 to V3
KNOWN = [(5, equal(1)), (5, equal(2)), (10, equal(4)), (15, equal(9)),
         *((n, draft(k)) for n, k in ((5, 2), (5, 3), (10, 4), (10, 6), (15, 9)))]  # fmt: skip
NAMES = [f"{n} firms, {len(s)} {'equal' if np.ptp(s) == 0 else 'ranked'}" for n, s in KNOWN]


@pytest.mark.slow
@pytest.mark.parametrize(("n", "shares"), KNOWN, ids=NAMES)
def test_v1_to_v3_damped_response_meets_the_closed_form(n: int, shares: np.ndarray) -> None:
    assert abs(off(n, shares, damped(game(n, shares), draws=1500).bids)) < 0.015


@pytest.mark.parametrize(("n", "shares"), KNOWN, ids=NAMES)
def test_v1_to_v3_fictitious_play_meets_the_closed_form(n: int, shares: np.ndarray) -> None:
    found = fictitious(game(n, shares))
    assert abs(off(n, shares, found.bids)) < 0.015
    assert found.regret < 0.035


@pytest.mark.parametrize("base", ["batch-3", "batch-10", "batch-11"])
@pytest.mark.parametrize("n", [4, 7, 10])
def test_the_regret_is_small_under_real_rules(base: str, n: int) -> None:
    _, regret = Equilibrium().solution(case(rules(base), n + 1), 0.15, n)
    assert regret < 0.03


@pytest.mark.parametrize("usual", [0.45, 0.8, 1.1])
@pytest.mark.parametrize(("generics", "originators"), [(1, 1), (2, 1), (5, 0)])
def test_the_regret_is_small_where_many_costs_are_over_the_ceiling(
    usual: float, generics: int, originators: int
) -> None:
    known = case(rules("batch-3"), generics + originators)
    _, regret = Equilibrium().solution(known, usual, generics)
    assert 0 <= regret < 0.03


def test_a_finer_play_settles_where_neither_play_nor_response_does() -> None:
    """Four provinces, so that places are worth very different volumes, and a low cost under the rules of batch 9."""
    weights = (0.2026, 0.252, 0.3299, 0.2155)
    four = case(rules("batch-9"), 10, 18.61, form="", start=date(2024, 8, 1), weights=weights)
    _, regret = Equilibrium().solution(four, 0.086, 9)
    assert regret < 0.03


def test_rivals_with_a_cost_over_the_ceiling_make_no_valid_bid() -> None:
    some = replace(game(6, equal(2)), cost=(0.2, 0.5, 0.8, 1.1))
    met = rivals_of(some, np.full((4, 3), 0.9), draws=4000, step=0)
    assert np.isnan(met).mean() == pytest.approx(3 / 8, abs=0.03)  # the last type, and half of what lies before it


def test_more_places_raise_equilibrium_prices() -> None:
    low, high = (fictitious(game(8, equal(k))).bids.mean() for k in (2, 5))
    assert low < high


def test_t4_dropping_the_guarantee_deepens_equilibrium_cuts_and_reduces_winners() -> None:
    kept, dropped = rules("batch-9"), rules("batch-9", selection={"cut": None})
    model = Equilibrium.model_validate(OUTSIDE)
    a, b = (play(model.solution(case(law, 11), 0.2, 10)[0], law, 10) for law in (kept, dropped))
    assert b[0] > a[0] + 0.005
    assert b[1] < a[1] - 0.3


def test_a_large_regret_is_refused() -> None:
    with pytest.raises(RunError, match=r"could still gain .* of its payoff, more than regret_limit \(0.00%\)"):
        Equilibrium(regret_limit=1e-9).solution(case(rules("batch-3"), 6), 0.15, 5)


def test_a_case_is_solved_once_for_all_drugs_that_are_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Costs within a step, other ceilings, other replications: one equilibrium per rules, firms and usual cost."""
    monkeypatch.setenv("VBP_CACHE", str(tmp_path))
    store.forget()
    for r, ceiling in enumerate((20.0, 55.0, 200.0)):
        made = opening([0.14 + r / 100, 0.15, 0.16, 0.17], rules("batch-3"), ceiling=ceiling, drug=f"d{r}")
        Equilibrium().bids(made, Streams(1, r))
    assert len(list(tmp_path.glob("equilibrium-*.case"))) == 1
    Equilibrium().bids(opening([0.14, 0.15, 0.16], rules("batch-3")), Streams(1, 0))
    assert len(list(tmp_path.glob("equilibrium-*.case"))) == 2
    store.forget()


def test_cheaper_firms_bid_lower_and_nobody_below_cost() -> None:
    made = opening([0.1, 0.15, 0.2, 0.25, 0.3], rules("batch-3"), originators=1)
    model = Equilibrium.model_validate(CALM)
    bids = np.mean([model.bids(made, Streams(1, r)) for r in range(30)], axis=0)[:5]
    assert (np.diff(bids) > 0).all()
    assert (bids >= made.cost[:5]).all()


def test_the_closed_form_as_a_solver() -> None:
    made = opening([0.1, 0.15, 0.2, 0.25, 0.3], rules("expansion-2019"))
    model = Equilibrium.model_validate({**CALM, "solver": "closed"})
    bids = model.bids(made, Streams(1, 0)) / made.ceiling
    assert (np.diff(bids) > 0).all()
    assert ((bids > made.cost / made.ceiling) & (bids < 1)).all()


@pytest.mark.parametrize(
    ("solver", "name", "value"),
    [("play", "belief_markup", 2.0), ("play", "limit_price", 0.6), ("closed", "generic_kept", 0.9)],
)
def test_what_plays_no_part_is_refused(solver: str, name: str, value: float) -> None:
    with pytest.raises(ValidationError, match="plays no part"):
        Equilibrium.model_validate({"solver": solver, name: value})
    other = {"play": "closed", "closed": "play"}[solver]
    assert getattr(Equilibrium.model_validate({"solver": other, name: value}), name) == value
