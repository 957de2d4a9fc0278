"""What institutions do: the expected sign of each experiment in scenarios/experiments that concerns them."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import numpy as np

from vbp_sim.engine.simulation import simulate
from vbp_sim.runs.load import load_scenario
from vbp_sim.runs.metrics import measure


@functools.cache
def outcome(experiment: str, variant: str, replications: int = 1) -> Mapping[str, float]:
    """Mean metrics of an experiment's variant."""
    scenario = load_scenario(f"experiments/{experiment}.yaml", variant)
    runs = [measure(simulate(scenario, k)) for k in range(replications)]
    return {name: float(np.mean([run[name] for run in runs])) for name in runs[0]}


def test_naming_brands_adds_winners_and_spreads_volume_over_them() -> None:
    """A second chance needs named brands; with more brands in every province no supplier has as much of it."""
    named, generic = outcome("named-brands", ""), outcome("named-brands", "generic-names")
    assert named["selected_products"] > generic["selected_products"]
    assert named["hhi"] < generic["hhi"]


def test_loyalty_to_leaders_concentrates_supply() -> None:
    assert outcome("named-brands", "loyal")["hhi"] > outcome("named-brands", "")["hhi"]


def test_spillover_as_published_for_the_pilot() -> None:
    """Listed drugs +14.03 %, alternatives +12.21 % (here of the listed drugs' earlier use)."""
    tables = simulate(load_scenario("experiments/spillover.yaml"), 0)
    use = tables["use"]
    under = np.isin(use["drug"], np.unique(use["drug"][use["agreed"] > 0]))
    early = under & (use["month"] < np.datetime64("2019-04", "M"))
    late = under & (use["month"] >= np.datetime64("2019-07", "M")) & (use["month"] < np.datetime64("2020-04", "M"))

    def monthly(name: str, rows: np.ndarray) -> float:
        return float(use[name][rows].sum() / len(np.unique(use["month"][rows])))

    earlier = monthly("need", early)
    listed = sum(monthly(name, late) for name in ("selected", "generic", "originator"))
    np.testing.assert_allclose(listed / earlier - 1, 0.1403, atol=0.02)
    np.testing.assert_allclose(monthly("alternatives", late) / earlier, 0.1221, atol=0.02)
    assert monthly("alternatives", early) == 0


def test_drugs_outside_the_list_eat_into_the_saving() -> None:
    none, some, strong = (outcome("spillover", variant) for variant in ("no-alternatives", "", "strong"))
    assert none["fund_saving"] > some["fund_saving"] > strong["fund_saving"]
    assert none["use_change"] > some["use_change"] > strong["use_change"]
    assert none["selected_share"] < some["selected_share"]  # the rest of the listed drug is what is lost


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
