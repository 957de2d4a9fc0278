"""Who may bid, who agrees, and how low is too low: the expected sign of the experiments on entry and integrity."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import numpy as np
import pytest

from vbp_sim.engine.simulation import simulate
from vbp_sim.runs.load import load_scenario
from vbp_sim.runs.metrics import measure

pytestmark = pytest.mark.slow


@functools.cache
def ran(experiment: str, variant: str, replications: int = 1) -> Mapping[str, float]:
    """Mean metrics of a variant."""
    scenario = load_scenario(f"experiments/{experiment}.yaml", variant)
    found = [measure(simulate(scenario, k)) for k in range(replications)]
    return {metric: float(np.mean([one[metric] for one in found])) for metric in found[0]}


def test_rings_form_where_they_pay_and_raise_prices() -> None:
    none, some, all_ = (ran("rings", variant) for variant in ("none", "", "fearless"))
    assert none["rings"] == 0
    assert all_["rings"] > some["rings"] > 0
    assert none["cut_ceiling"] > some["cut_ceiling"] > all_["cut_ceiling"]


def test_the_likelier_a_ring_is_found_the_fewer_there_are() -> None:
    assert ran("rings", "seldom-found")["rings"] > ran("rings", "often-found")["rings"]


def test_bans_leave_fewer_bidders_in_the_next_round() -> None:
    barred, free = (ran("rings", variant)["bidders_per_drug@renewals"] for variant in ("all-found", "fearless"))
    assert barred < 0.8 * free


def test_a_declaration_of_cost_costs_some_of_the_cut_and_spares_shortages() -> None:
    free, stated = ran("how-low", ""), ran("how-low", "declaration")
    assert stated["cut_ceiling"] < free["cut_ceiling"]
    assert stated["margin"] > free["margin"]
    assert stated["shortage_spells"] < 0.6 * free["shortage_spells"]


def test_an_anchor_lets_more_firms_win() -> None:
    assert ran("how-low", "anchor")["selected_per_drug"] > ran("how-low", "")["selected_per_drug"]


def test_commissions_hold_up_what_was_not_selected_and_a_campaign_brings_it_down() -> None:
    shares = [ran("commissions", v)["selected_share"] for v in ("none", "campaign", "")]
    assert shares == sorted(shares, reverse=True)
    assert len(set(shares)) == 3
