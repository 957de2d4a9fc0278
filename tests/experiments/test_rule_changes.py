"""What firms do when one thing changes: the expected sign of each experiment in scenarios/experiments about bids."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import numpy as np
import pytest

from vbp_sim.engine.simulation import simulate
from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.runs.load import load_scenario
from vbp_sim.scenario.parts import chosen
from vbp_sim.truth.backtest import Prediction, backtest

REPLICATIONS = 6


@functools.cache
def outcome(experiment: str, variant: str, fitted: bool = False) -> Mapping[str, float]:
    """Mean metrics of the tender of one variant, with its own behaviour or with the fitted one."""
    scenario = load_scenario(f"experiments/{experiment}.yaml", variant)
    rules = chosen(scenario.spec.rounds["tender"].rules, RuleSet)
    behaviour = scenario.spec.behaviour
    prediction = Prediction() if fitted else Prediction(firms=behaviour.firms, bidding=behaviour.bidding)
    test = backtest(scenario.market, rules, prediction, REPLICATIONS)
    return {name: m["mean"] for name, m in test.metrics.items()}


def cuts(experiment: str, *variants: str) -> list[float]:
    """Mean cut under the ceiling of each variant."""
    return [outcome(experiment, variant)["cut_ceiling"] for variant in variants]


def test_dropping_the_guarantee_deepens_cuts_and_reduces_winners() -> None:
    kept, dropped = outcome("rule-changes", ""), outcome("rule-changes", "no-guarantee")
    assert dropped["cut_ceiling"] > kept["cut_ceiling"]
    assert dropped["selected_products"] < kept["selected_products"]


def test_the_fitted_models_agree_on_the_guarantee_and_on_revival() -> None:
    """Without the experiment's sharper beliefs and outside markets: as `vbp calibrate` left the models."""
    kept, dropped, revived = (outcome("rule-changes", v, fitted=True) for v in ("", "no-guarantee", "revival"))
    assert dropped["cut_ceiling"] > max(kept["cut_ceiling"], revived["cut_ceiling"])
    assert dropped["selected_products"] < min(kept["selected_products"], revived["selected_products"])


def test_a_revival_does_the_reverse() -> None:
    dropped, revived = outcome("rule-changes", "no-guarantee"), outcome("rule-changes", "revival")
    assert revived["cut_ceiling"] < dropped["cut_ceiling"]
    assert revived["selected_products"] > dropped["selected_products"]


def test_more_winners_raise_prices() -> None:
    one, two, four = (outcome("rule-changes", v) for v in ("sole-winner", "two-winners", "four-winners"))
    assert one["cut_ceiling"] > two["cut_ceiling"] > four["cut_ceiling"]
    assert one["selected_products"] < two["selected_products"] < four["selected_products"]


def test_more_bidders_for_the_same_places_lower_prices() -> None:
    found = cuts("more-bidders", "", "two-more", "six-more")
    assert found == sorted(found)
    assert found[2] > found[0] + 0.1


def test_larger_guaranteed_shares_lower_prices() -> None:
    found = cuts("larger-shares", "small-share", "", "large-share")
    assert found == sorted(found)
    assert found[2] > found[0] + 0.05


def test_longer_terms_raise_prices_of_firms_that_fear_that_costs_change() -> None:
    eight, four, one, calm = cuts("longer-terms", "", "four-years", "one-year", "no-fear")
    assert eight < four < one
    assert one == pytest.approx(calm, abs=0.01)
    assert cuts("longer-terms", "no-fear,one-year")[0] == pytest.approx(calm, abs=0.005)


@pytest.mark.slow
def test_firms_with_one_small_plant_bid_higher_and_less_often() -> None:
    own, shared = outcome("one-plant", ""), outcome("one-plant", "shared")
    assert shared["cut_ceiling"] < own["cut_ceiling"]
    assert shared["bidders_per_drug"] < own["bidders_per_drug"]


@functools.cache
def last_round(variant: str) -> float:
    """Mean cut under the ceiling of what was selected in the third round of `learning`."""
    scenario, found = load_scenario("experiments/learning.yaml", variant), []
    for replication in range(2):
        bids = simulate(scenario, replication)["bids"]
        won = bids["selected"].astype(bool) & (bids["round"] == "third")
        found.append(float((1 - bids["price"][won] / bids["ceiling"][won]).mean()))
    return float(np.mean(found))


@pytest.mark.slow
def test_firms_that_learn_cut_deeper_from_round_to_round() -> None:
    assert last_round("") > last_round("no-learning") + 0.02
    assert last_round("") > last_round("no-further-cut")


@pytest.mark.slow
def test_secret_prices_slow_learning_down() -> None:
    assert last_round("") > last_round("secret") > last_round("no-learning")
