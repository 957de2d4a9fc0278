"""Linked prices: later ceilings down, bids of the first round up, and fewer bidders (scenarios/experiments)."""

from __future__ import annotations

import numpy as np
import pytest

from vbp_sim.engine.simulation import simulate
from vbp_sim.runs.load import load_scenario


@pytest.mark.slow
def test_a_link_brings_the_next_ceiling_down_and_the_first_bids_up() -> None:
    free, linked = (
        simulate(load_scenario("experiments/linked-ceilings.yaml", variant), 0)["bids"] for variant in ("", "link-1")
    )
    later, first = free["round"] == "expansion", free["round"] == "pilot"
    assert (linked["ceiling"][later] <= free["ceiling"][later] + 1e-9).mean() > 0.9
    assert linked["ceiling"][later].sum() < free["ceiling"][later].sum()
    valid = first & (free["rank"] > 0) & (linked["rank"] > 0)
    assert (linked["bid"][valid] >= free["bid"][valid] - 1e-9).all()
    assert np.log(linked["bid"][valid] / free["bid"][valid]).mean() > 0.01
    assert (linked["rank"][first] > 0).sum() < (free["rank"][first] > 0).sum()
