"""What institutions do: the expected sign of each experiment in scenarios/experiments that concerns them."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import numpy as np

from vbp_sim.engine.simulation import simulate
from vbp_sim.studies.load import load_scenario
from vbp_sim.studies.metrics import measure


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
