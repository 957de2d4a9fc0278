"""Firms with one plant for several drugs of a round."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from bidding_making import ASSUMED, OUTSIDE, assumed, opening, rules

from vbp_sim.agents.bidding.best_response import BestResponse
from vbp_sim.agents.bidding.capacity import with_burdens
from vbp_sim.agents.bidding.equilibrium import Equilibrium
from vbp_sim.agents.bidding.interface import Opening
from vbp_sim.agents.bidding.learned_beliefs import LearnedBeliefs
from vbp_sim.streams import Streams

COSTS = [0.16, 0.18, 0.2, 0.22, 0.25, 0.28]
STILL = {"aloof": 0.0, "maverick": 0.0, "noise": 0.05}
CALM = {**ASSUMED, **STILL}
#: reported volume of a drug in `bidding_making`, units per year
REPORTED = 1e8


def drugs(capacity: float, *first_costs: float) -> list[Opening]:
    """Drugs with six generics each; the first firm is in all of them, at these costs over the ceiling."""
    made = []
    for d, cost in enumerate(first_costs):
        names = ("shared", *(f"d{d}-{i}" for i in range(1, 6)))
        one = opening([cost, *COSTS[1:]], rules("batch-9"), drug=f"d{d}", manufacturer=names)
        made.append(replace(one, capacity=np.array([capacity, *[np.inf] * 5])))
    return made


def filled(model: BestResponse, openings: list[Opening], bids: list[np.ndarray], luck: Streams) -> float:
    """Part of its plant that the first firm promises."""
    assert openings[0].capacity is not None
    units = [model.expected(o, b, luck)[0] for o, b in zip(openings, bids, strict=True)]
    return float(sum(units) / openings[0].capacity[0])


@pytest.mark.parametrize("kind", [BestResponse, LearnedBeliefs, Equilibrium])
def test_with_ample_capacity_nothing_changes(kind: type[BestResponse]) -> None:
    openings, luck = drugs(1e12, 0.16, 0.18), Streams(1, 0)
    alone, shared = (
        kind.model_validate({**assumed(kind), **STILL, "shared_capacity": s}).round(openings, luck) for s in (None, 1.0)
    )
    for one, two in zip(alone, shared, strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("capacity", [0.05, 0.1, 0.2])
def test_what_a_firm_may_expect_to_win_fits_its_plant(capacity: float) -> None:
    model = BestResponse.model_validate({**CALM, "shared_capacity": 1.0})
    free = BestResponse.model_validate(CALM)
    openings = drugs(capacity * REPORTED, 0.16, 0.18, 0.2)
    for replication in range(4):
        luck = Streams(1, replication)
        tight, loose = model.round(openings, luck), free.round(openings, luck)
        burdened = with_burdens(openings, lambda o, luck=luck: model.expected(o, model.bids(o, luck), luck), 1.0)
        assert filled(model, burdened, tight, luck) <= 1
        assert filled(free, openings, loose, luck) > 1
        assert all(t[0] >= f[0] for t, f in zip(tight, loose, strict=True))
        assert any(t[0] > f[0] for t, f in zip(tight, loose, strict=True))
        for t, f in zip(tight, loose, strict=True):
            np.testing.assert_array_equal(t[1:], f[1:])


def test_it_gives_up_the_drug_that_earns_least_per_room() -> None:
    openings, kept = drugs(0.16 * REPORTED, 0.16, 0.28), np.zeros((2, 2))
    for r in range(12):
        for i, limit in enumerate((None, 1.0)):
            model, luck = BestResponse.model_validate({**CALM, "shared_capacity": limit}), Streams(1, r)
            bids = model.round(openings, luck)
            kept[i] += [model.expected(o, b, luck)[0] for o, b in zip(openings, bids, strict=True)]
    left = kept[1] / kept[0]
    assert left[0] > 0.6
    assert left[1] < 0.2


def test_in_equilibrium_too_what_a_firm_may_expect_fits_its_plant() -> None:
    model = Equilibrium.model_validate({**OUTSIDE, **STILL, "shared_capacity": 1.0})
    openings, luck = drugs(0.1 * REPORTED, 0.16, 0.18), Streams(1, 0)
    loose = Equilibrium.model_validate({**OUTSIDE, **STILL}).round(openings, luck)
    assert filled(model, openings, model.round(openings, luck), luck) <= 1 < filled(model, openings, loose, luck)


def test_a_smaller_plant_promises_less() -> None:
    model = BestResponse.model_validate({**CALM, "shared_capacity": 1.0})
    promised = []
    for capacity in (0.05, 0.1, 0.2):
        openings, luck = drugs(capacity * REPORTED, 0.16, 0.18), Streams(1, 0)
        promised.append(capacity * filled(model, openings, model.round(openings, luck), luck))
    assert promised == sorted(promised)
