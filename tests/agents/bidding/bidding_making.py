"""Openings and conditions for tests of bidding."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from vbp_sim.agents.bidding.best_response import BestResponse
from vbp_sim.agents.bidding.case import HIGH, Case, Outcomes, case_of
from vbp_sim.agents.bidding.case import outcomes as outcomes_of
from vbp_sim.agents.bidding.equilibrium import Equilibrium
from vbp_sim.agents.bidding.interface import Conditions, Opening
from vbp_sim.rules.contest import Book, book
from vbp_sim.rules.library import rule_set
from vbp_sim.rules.money import micro_array
from vbp_sim.rules.ruleset import RuleSet

#: provinces by reported volume, shares
WEIGHTS = tuple((np.linspace(2, 0.2, 31) / np.linspace(2, 0.2, 31).sum()).round(4).tolist())

#: province weights of the 2020 census, as in scenarios/markets/batch-3
CENSUS = np.array([126.0, 101.5, 99.4, 83.7, 84.7, 74.6, 66.4, 64.6, 61.0, 57.8, 50.1, 49.9, 47.2, 45.2, 41.5, 39.5,
38.6,
                   34.9, 32.1, 31.9, 25.9, 25.0, 24.9, 24.1, 24.9, 21.9, 13.9, 10.1, 7.2, 5.9, 3.6])  # fmt: skip


def draft(winners: int, weights: np.ndarray = CENSUS) -> np.ndarray:
    """Shares by rank if winners pick the largest province left, in turn."""
    turns = np.arange(len(weights)) % winners
    return np.bincount(turns, np.sort(weights)[::-1], winners) / weights.sum()


#: outside markets as assumed before any fit, so that no new fit moves a test
OUTSIDE = {
    "generic_exposure": 0.2, "generic_kept": 0.5, "originator_exposure": 0.6, "originator_kept": 0.75, "noise": 0.05,
    "stays_out": 0.0,
}  # fmt: skip
#: the same with beliefs, which an equilibrium has none of
ASSUMED = {
    **OUTSIDE, "belief_markup": 0.75, "belief_spread": 0.4, "belief_error": 0.3, "focal": 0.45,
    "originator_threat": 0.65,
}  # fmt: skip


def assumed(kind: type[BestResponse]) -> dict[str, float]:
    """What is assumed of a model of bidders."""
    return OUTSIDE if issubclass(kind, Equilibrium) else ASSUMED


def rules(base: str = "batch-9", **changes: Any) -> RuleSet:
    """A shipped rule set with sections replaced, as a scenario would."""
    data = rule_set(base).model_dump(mode="json")
    for section, values in changes.items():
        same = values.get("rule", data[section].get("rule")) == data[section].get("rule")
        data[section] = {**(data[section] if same else {}), **values}
    return RuleSet.model_validate({**data, "evidence": {}})


def conditions(law: RuleSet | None = None, **more: Any) -> Conditions:
    """A tender document for an oral drug."""
    given: dict[str, Any] = {"form": "oral-solid", "drug_class": "ordinary", "start": date(2024, 1, 1)}
    return Conditions(law or rules(), reported=1e8, **{"weights": WEIGHTS, **given, **more})


def case(law: RuleSet | None = None, qualified: int = 7, ceiling: float = HIGH, **more: Any) -> Case:
    """The case of an oral drug that so many firms may bid for."""
    return case_of(conditions(law, **more), ceiling, qualified, lost=0.875)


def outcomes(law: RuleSet, bids: Book) -> Outcomes:
    """Who wins under a rule set."""
    return outcomes_of(case(law), bids)


def opening(
    cost: list[float], law: RuleSet | None = None, originators: int = 0, ceiling: float = 10.0, **more: Any
) -> Opening:
    """A drug with generics at these costs over the ceiling, and originators at 0.3 of it."""
    n = len(cost) + originators
    made = Opening(
        round="r", drug="d", ceiling=ceiling, winners=n, manufacturer=tuple(f"f{i}" for i in range(n)),
        originator=np.arange(n) >= len(cost), cost=np.array([*cost, *[0.3] * originators]) * ceiling,
        pre_price=np.full(n, 2.0) * ceiling, real_bid=np.full(n, np.nan),
        pre_share=np.where(np.arange(n) >= len(cost), 0.4, 0.03), conditions=conditions(law),
    )  # fmt: skip
    return replace(made, **more)


def play(bids: np.ndarray, law: RuleSet, generics: int, originators: int = 1, draws: int = 4000) -> tuple[float, float]:
    """Mean cut of winners and mean number of winners, if each generic bids one of ``bids`` (types, quantiles)."""
    luck, n = np.random.default_rng(1), generics + originators
    drawn = luck.integers(0, bids.size, (draws, generics))
    placed = np.concatenate([bids.ravel()[drawn], np.ones((draws, originators))], axis=1)
    won = outcomes(law, book_of(placed, n)).won
    return float((np.where(won, 1 - placed, 0).sum(1) / won.sum(1)).mean()), float(won.sum(1).mean())


def book_of(bids: np.ndarray, qualified: int) -> Book:
    """The book of bids over a ceiling of 1,000 yuan."""
    n = bids.shape[-1]
    return book(micro_array(bids * 1000), 10**9, np.arange(n), np.ones(n, bool), qualified, "oral-solid", ("",) * n)
