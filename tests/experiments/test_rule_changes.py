"""One rule changed at a time: the expected sign of each experiment in scenarios/experiments."""

from __future__ import annotations

import functools
from dataclasses import replace

import numpy as np
import pytest

from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.scenario.market import Market
from vbp_sim.scenario.parts import chosen
from vbp_sim.studies.backtest import Prediction, backtest
from vbp_sim.studies.load import load_scenario

REPLICATIONS = 6


@functools.cache
def outcome(variant: str) -> dict[str, float]:
    """Mean metrics of the tender of one variant."""
    scenario = load_scenario("experiments/rule-changes.yaml", variant)
    rules = chosen(scenario.spec.rounds["tender"].rules, RuleSet)
    behaviour = scenario.spec.behaviour
    prediction = Prediction(firms=behaviour.firms, bidding=behaviour.bidding)
    return means(scenario.market, rules, prediction)


def means(market: Market, rules: RuleSet, prediction: Prediction) -> dict[str, float]:
    test = backtest(market, rules, prediction, REPLICATIONS)
    return {name: m["mean"] for name, m in test.metrics.items()}


def test_dropping_the_guarantee_deepens_cuts_and_reduces_winners() -> None:
    assert outcome("no-guarantee")["cut_ceiling"] > outcome("")["cut_ceiling"]
    assert outcome("no-guarantee")["selected_products"] < outcome("")["selected_products"]


def test_a_revival_does_the_reverse() -> None:
    assert outcome("revival")["cut_ceiling"] < outcome("no-guarantee")["cut_ceiling"]
    assert outcome("revival")["selected_products"] > outcome("no-guarantee")["selected_products"]


def test_more_winners_raise_prices() -> None:
    one, two, four = (outcome(f"{n}-winner{'s' if n != 'sole' else ''}") for n in ("sole", "two", "four"))
    assert one["cut_ceiling"] > two["cut_ceiling"] > four["cut_ceiling"]
    assert one["selected_products"] < two["selected_products"] < four["selected_products"]


def test_more_bidders_lower_prices() -> None:
    """Every drug with its generics twice over, at the places of before."""
    scenario = load_scenario("experiments/rule-changes.yaml", "two-winners")
    rules = chosen(scenario.spec.rounds["tender"].rules, RuleSet)
    prediction = Prediction(firms=scenario.spec.behaviour.firms, bidding=scenario.spec.behaviour.bidding)
    market = scenario.market
    twins = tuple(
        replace(p, manufacturer=f"{p.manufacturer} twin", owner="") for p in market.products if not p.originator
    )
    crowded = replace(
        market,
        products=market.products + twins,
        drugs=tuple(replace(d, qualified=None) for d in market.drugs),
    )
    firms = prediction.firms.model_copy(update={"extra_bidders": 0.0})
    prediction = prediction.model_copy(update={"firms": firms})
    few, many = means(market, rules, prediction), means(crowded, rules, prediction)
    assert many["cut_ceiling"] > few["cut_ceiling"]


@pytest.mark.parametrize(("section", "table"), [("share", {"1": 0.2}), ("share", {"1": 0.8})])
def test_the_guaranteed_share_moves_bids_through_the_outside_market(section: str, table: dict[str, float]) -> None:
    """A larger guaranteed share leaves less to those who lose, so firms bid no higher."""
    scenario = load_scenario("experiments/rule-changes.yaml", "two-winners")
    rules = chosen(scenario.spec.rounds["tender"].rules, RuleSet)
    data = rules.model_dump(mode="json")
    data[section] = {"rule": "by-winners", "table": table}
    changed = RuleSet.model_validate({**data, "evidence": {}})
    prediction = Prediction(firms=scenario.spec.behaviour.firms, bidding=scenario.spec.behaviour.bidding)
    found = means(scenario.market, changed, prediction)["cut_ceiling"]
    middle = outcome("two-winners")["cut_ceiling"]
    assert np.sign(round(found - middle, 6)) in ((-1, 0) if table["1"] < 0.5 else (0, 1))
