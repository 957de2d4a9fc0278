"""How use answers to prices, and where lost originators' patients go."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small import PRODUCTS, STEADY, Tables, round_of, rows, small

from vbp_sim.engine.response import Response
from vbp_sim.engine.simulation import simulate
from vbp_sim.runs.metrics import measure
from vbp_sim.scenario.spec import Demand
from vbp_sim.streams import Streams

PLAIN: dict[str, Any] = {"drug_spread": 0, "place_spread": 0, "cell_spread": 0}
FIRST = np.array([12])


def response(since: int = 0, replication: int = 0, own: float = 0.0, **demand: Any) -> Response:
    return Response(Demand(**demand), ("alpha",), np.array([own]), "north", since, Streams(1, replication))


def test_use_follows_trend_and_elasticity() -> None:
    found = response(since=6, own=0.05, **(PLAIN | {"elasticity": 0.5}))
    found.felt[:] = 0.25
    assert found.month(18, FIRST)[0] == pytest.approx(1.08 * 1.05 * 2.0)


def test_the_answer_comes_over_the_ramp_and_only_after_the_first_supply() -> None:
    found = response(**(PLAIN | {"trend": 0, "elasticity": 1}))
    found.felt[:] = 0.5
    assert [found.month(m, FIRST)[0] for m in (11, 12, 13, 14, 15)] == pytest.approx(
        [1, 2 ** (1 / 3), 2 ** (2 / 3), 2, 2]
    )


def test_random_answers_have_mean_one() -> None:
    every = [response(replication=k, elasticity=0).month(40, FIRST)[0] for k in range(4000)]
    assert np.mean(every) / 1.08 ** (40 / 12) == pytest.approx(1, abs=0.03)
    assert np.std(np.log(every)) == pytest.approx((0.35**2 + 0.2**2 + 0.2**2) ** 0.5, rel=0.05)


def test_audited_use_is_what_was_used() -> None:
    found = response(since=3, **PLAIN)
    found.felt[:] = 0.5
    known = [found.month(m, np.array([1]))[0] for m in range(6)]
    assert found.audited(range(6))[0] == pytest.approx(np.mean(known))
    assert found.audited(range(-3, 0))[0] == pytest.approx(np.mean([1.08 ** ((m - 3) / 12) for m in (-3, -2, -1)]))


def run(folder: Path, *sets: str, bid: float = 0.4, **choice: float) -> Tables:
    """Every generic of alpha wins at one price; nothing ever fails."""
    products = [{**p, "bid": bid if p["drug"] == "alpha" and not p["originator"] else ""} for p in PRODUCTS]
    supply = {"rate_oral": 0.0, "default_rate": 0.0, "exit_rate": 0.0, "committed_capacity": 10.0}
    behaviour = {"bidding": {"model": "recorded"}, "choice": choice, "supply": supply}
    return simulate(small(folder, sets=[*STEADY, *sets], products=products, behaviour=behaviour), 0)


def test_a_deeper_cut_means_more_use(tmp_path: Path) -> None:
    use = [measure(run(tmp_path, "demand.elasticity:=0.5", bid=bid))["use_change"] for bid in (1.0, 0.1)]
    assert 0 < use[0] < use[1] - 0.1


def test_stricter_shelves_take_originators_away_and_send_patients_outside(tmp_path: Path) -> None:
    loose, strict = (rows(run(tmp_path, breadth=breadth, leaving=0.3)["use"], drug="alpha") for breadth in (100.0, 0.0))
    assert strict["originator"].sum() < loose["originator"].sum()
    assert strict["away"].sum() > loose["away"].sum() > 0


def test_places_differ_by_one_rigour_in_use_reports_and_payment(tmp_path: Path) -> None:
    """Unless it is asked for, none of the three hangs on the place."""
    rounds = {"first": round_of()}
    sets = ("behaviour.choice.place_spread=1", "behaviour.reporting.floor_spread=0.1", "finance.place_spread=1")
    flat, usual = (simulate(small(tmp_path, sets=[*STEADY, *s], rounds=rounds), 0) for s in ((), sets))
    for table, column in (("use", "selected"), ("reports", "reported"), ("fund", "delay_days")):
        assert not np.allclose(usual[table][column], flat[table][column], equal_nan=True)
