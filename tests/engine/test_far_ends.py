"""Allowed, though hardly meant: what the limits of scenarios and markets let through runs like anything else.

The cases were found by `tests/fuzz`; a warning of NumPy is an error here.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from small import PRODUCTS, SHARED, round_of, rows, small

from vbp_sim.engine.simulation import simulate
from vbp_sim.scenario.parts import Part, discover

pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")

discover()
BIDDING = [part.part_name() for part in Part.registry["bidding"]]


@pytest.mark.parametrize("model", BIDDING)
def test_a_round_goes_on_where_all_firms_of_a_drug_are_barred(tmp_path: Path, model: str) -> None:
    """Firms that give up are barred from the next round: some drugs find nobody, and are not awarded."""
    rules = {**SHARED, "failure": {"rule": "backup"}, "entry": {"minimum_firms": 1}}
    tables = simulate(
        small(
            tmp_path,
            products=[{**row, "bid": 0.3} for row in PRODUCTS],
            rounds={"first": round_of(rules=rules), "second": round_of("2020-01-01", rules)},
            behaviour={"supply": {"default_rate": 10.0}, "bidding": {"model": model}},
        ),
        0,
    )
    second = rows(tables["awards"], round="second")
    assert (second["qualified"] == 0).any()
    assert second["failed"][second["qualified"] == 0].all()


@pytest.mark.parametrize("model", [model for model in BIDDING if model != "equilibrium"])  # which says it finds none
def test_rounds_may_guarantee_nothing(tmp_path: Path, model: str) -> None:
    rules = {**SHARED, "share": {"rule": "by-winners", "table": {"1": 0.0, "2": 0.0, "3": 0.0}}}
    rounds = {"first": round_of(rules=rules), "second": round_of("2020-01-01", rules)}
    tables = simulate(small(tmp_path, rounds=rounds, behaviour={"bidding": {"model": model}}), 0)
    assert tables["allocation"]["agreed"].sum() == 0


def test_a_product_far_below_its_cost_fails_at_most_once_a_day(tmp_path: Path) -> None:
    products = [{**row, "cost": 1e7, "pre_price": 1e-6, "bid": 1e-6} for row in PRODUCTS]
    fragile = {"breaches": 10.0, "rate_oral": 50.0, "repair_months": 0.001, "sensitivity": 20.0, "exit_rate": 0.0}
    scenario = small(
        tmp_path, products=products, behaviour={"supply": fragile, "bidding": {"model": "recorded"}, "firms": {}}
    )
    events = simulate(scenario, 0)["events"]
    days = (np.datetime64("2021-04-01") - np.datetime64("2018-04-01")).astype(int)
    assert 0 < (events["kind"] == "disruption").sum() < days * len(PRODUCTS)
