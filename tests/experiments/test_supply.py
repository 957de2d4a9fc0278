"""What suppliers do: the expected sign of each experiment in scenarios/experiments that concerns them."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import numpy as np
import pytest

from vbp_sim.engine.layout import Table
from vbp_sim.engine.simulation import simulate
from vbp_sim.runs.load import load_scenario
from vbp_sim.runs.metrics import measure

Tables = Mapping[str, Table]


@functools.cache
def ran(experiment: str, variant: str, replications: int = 2) -> list[Tables]:
    scenario = load_scenario(f"experiments/{experiment}.yaml", variant)
    return [simulate(scenario, k) for k in range(replications)]


def mean(experiment: str, variant: str, metric: str) -> float:
    return float(np.mean([measure(tables)[metric] for tables in ran(experiment, variant)]))


def cost(variant: str, round_id: str) -> float:
    """Mean cost over the ceiling of the winners of a round."""
    bids = [tables["bids"] for tables in ran("renewals", variant)]
    won = [(b["round"] == round_id) & b["selected"] for b in bids]
    return float(np.mean([(b["cost"] / b["ceiling"])[mine].mean() for b, mine in zip(bids, won, strict=True)]))


def qualified(variant: str, round_id: str) -> float:
    awards = [tables["awards"] for tables in ran("renewals", variant)]
    return float(np.mean([a["qualified"][a["round"] == round_id].mean() for a in awards]))


def unmet(variant: str) -> float:
    return mean("thin-margins", variant, "unmet_share")


def test_lower_prices_leave_more_unmet_through_capacity_alone() -> None:
    assert mean("thin-margins", "thin", "cut_ceiling") > mean("thin-margins", "", "cut_ceiling") + 0.1
    assert unmet("thin") > 3 * unmet("")


def test_a_penalty_for_units_short_brings_the_capacity_back() -> None:
    assert unmet("thin-with-penalty") < 0.5 * unmet("thin")


def test_so_do_damages_that_the_rules_claim() -> None:
    assert unmet("thin-with-damages") < 0.7 * unmet("thin")
    assert mean("thin-margins", "thin-with-damages", "cut_ceiling") == mean("thin-margins", "thin", "cut_ceiling")


def test_capacity_that_does_not_answer_to_the_margin_leaves_no_such_trace() -> None:
    moved = abs(unmet("thin-committed") - unmet("usual-committed"))
    assert moved < 0.3 * (unmet("thin") - unmet(""))


@pytest.mark.slow
def test_suppliers_that_share_a_source_leave_more_unmet_than_those_with_their_own() -> None:
    one, two, own = (mean("common-causes", v, "unmet_share") for v in ("", "two-sources", "own-sources"))
    assert one > two > own
    assert mean("common-causes", "", "cut_ceiling") == mean("common-causes", "own-sources", "cut_ceiling")


def test_shared_shocks_come_together() -> None:
    """Product months at a standstill are alike; months in which a drug has nobody at work are not."""

    def standing_still(variant: str) -> tuple[float, float]:
        products = drugs = 0.0
        for tables in ran("common-causes", variant):
            supply = tables["supply"]
            products += float(supply["down"].mean())
            _, place = np.unique(np.stack([supply["drug"].astype(str), supply["month"].astype(str)]), axis=1,
                                    return_inverse=True)  # fmt: skip
            down = np.bincount(place.ravel(), supply["down"]) / np.bincount(place.ravel())
            drugs += float((down == 1).mean())
        return products, drugs

    (some, all_), (some_own, all_own) = standing_still(""), standing_still("own-sources")
    assert 0.5 < some / some_own < 2
    assert all_ > 2 * all_own


def test_recalls_are_seen() -> None:
    assert sum("recall" in tables["events"]["kind"] for tables in ran("common-causes", "recalls")) > 0
    assert mean("common-causes", "recalls", "unmet_share") > mean("common-causes", "", "unmet_share")


@pytest.mark.slow
def test_entry_brings_bidders_and_lower_prices() -> None:
    assert qualified("", "third") > qualified("no-entry", "third") + 1
    assert qualified("", "third") > qualified("", "second") > qualified("", "pilot")
    assert mean("renewals", "", "cut_ceiling") > mean("renewals", "no-entry", "cut_ceiling")


@pytest.mark.slow
def test_learning_lowers_costs_from_round_to_round() -> None:
    assert cost("", "third") < cost("no-learning", "third")
    assert cost("", "pilot") == cost("no-learning", "pilot")
