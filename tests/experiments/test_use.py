"""What institutions do: the expected sign of each experiment in scenarios/experiments that concerns them."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import numpy as np
import pytest

from vbp_sim.engine.simulation import simulate
from vbp_sim.runs.load import load_scenario
from vbp_sim.runs.metrics import measure


@functools.cache
def outcome(experiment: str, variant: str, replications: int = 1) -> Mapping[str, float]:
    """Mean metrics of an experiment's variant."""
    scenario = load_scenario(f"experiments/{experiment}.yaml", variant)
    runs = [measure(simulate(scenario, k)) for k in range(replications)]
    return {name: float(np.mean([run[name] for run in runs])) for name in runs[0]}


@pytest.mark.slow
def test_naming_brands_adds_winners_and_spreads_volume_over_them() -> None:
    """A second chance needs named brands; with more brands in every province no supplier has as much of it."""
    named, generic = outcome("named-brands", ""), outcome("named-brands", "generic-names")
    assert named["selected_products"] > generic["selected_products"]
    assert named["hhi"] < generic["hhi"]


@pytest.mark.slow
def test_loyalty_to_leaders_concentrates_supply() -> None:
    assert outcome("named-brands", "loyal")["hhi"] > outcome("named-brands", "")["hhi"]


def test_the_more_turn_to_other_molecules_the_less_is_saved() -> None:
    none, half, all_ = (outcome("spillover", variant) for variant in ("nobody", "", "all"))
    assert np.isnan(none["class_shift"])
    assert 0 < half["class_shift"] < all_["class_shift"]
    assert none["use_change"] > half["use_change"] > all_["use_change"]
    assert none["fund_saving"] > half["fund_saving"] > all_["fund_saving"]


def test_other_molecules_gain_about_as_much_as_in_nanjing() -> None:
    """Nanjing's grew by 15.1 % beside listed drugs with 8.2 % [B16]: 6.4 % more than these."""
    np.testing.assert_allclose(outcome("spillover", "")["others_change"], 1.151 / 1.082 - 1, atol=0.03)


def test_a_cheaper_dose_draws_patients_of_other_molecules() -> None:
    none, price = outcome("spillover", "nobody"), outcome("spillover", "by-price")
    assert price["class_shift"] < 0
    assert price["use_change"] > none["use_change"]


@pytest.mark.slow
def test_a_second_winner_raises_prices_and_cuts_unmet_demand() -> None:
    one, two = (outcome("second-winner", f"{n}", 3) for n in ("single-winner", "two-winners"))
    assert two["selected_per_drug"] > one["selected_per_drug"]
    assert two["cut_own"] < one["cut_own"]
    assert two["unmet_share"] < 0.8 * one["unmet_share"]


def test_retention_passed_to_staff_raises_the_selected_share() -> None:
    nothing, half, all_ = (outcome("retention", variant, 2) for variant in ("nothing-to-staff", "", "all-to-staff"))
    assert nothing["selected_share"] < half["selected_share"] < all_["selected_share"]
    assert nothing["completion"] < all_["completion"]


def test_without_retention_it_does_not_matter_what_staff_would_get() -> None:
    none = outcome("retention", "no-retention", 2)
    both = outcome("retention", "no-retention,all-to-staff", 2)
    assert none["selected_share"] == both["selected_share"]
    assert none["selected_share"] == outcome("retention", "nothing-to-staff", 2)["selected_share"]
    assert none["retained_surplus"] == 0
