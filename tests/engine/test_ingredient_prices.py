"""Ingredients become dearer and cheaper again, and suppliers that sold at a fixed price stop for that reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import term
from small import Tables, round_of, rows, same, small

from vbp_sim.agents.supply.ingredients import Independent
from vbp_sim.engine.simulation import simulate
from vbp_sim.facts import read
from vbp_sim.report.words.sentences import said
from vbp_sim.streams import Streams

ROUNDS = {"first": round_of(rules=term(24)), "second": round_of("2021-01-01", term(24))}
CALM: dict[str, Any] = {"rate_oral": 0.0, "rate_injection": 0.0, "default_rate": 0.0, "exit_rate": 2.0}
DEAR: dict[str, Any] = {"price_jumps": 6.0, "price_jump": 1.0, "cost_share": 1.0, "hedged": 0.0}


def run(folder: Path, ingredients: dict[str, Any], **supply: Any) -> Tables:
    behaviour = {"supply": {**CALM, **supply, "ingredients": ingredients}}
    return simulate(small(folder, rounds=ROUNDS, behaviour=behaviour), 1)


def test_prices_return_to_where_they_were() -> None:
    """Spread, half of a move gone in the half-life, and no trend."""
    model = Independent(price_spread=0.3, price_half_life=18)
    paths = np.log([model.index("d", 241, Streams(1, k)) for k in range(800)])
    assert (paths[:, 0] == 0).all()
    late = paths[:, 200:]
    assert late.mean() == pytest.approx(0, abs=0.03)
    assert late.std() == pytest.approx(0.3, rel=0.05)
    assert np.corrcoef(paths[:, 200], paths[:, 218])[0, 1] == pytest.approx(0.5, abs=0.07)


def test_jumps_come_as_often_as_they_are_said_to_and_fade() -> None:
    model = Independent(price_jumps=0.5, price_jump=0.7, price_half_life=1e-9 + 1)
    paths = np.log([model.index("d", 121, Streams(1, k)) for k in range(400)])
    moves = paths[:, 1:] - paths[:, :-1] / 2
    assert set(moves.round(9).ravel()) == {0.0, 0.7}
    assert (moves > 0.1).mean() * 12 == pytest.approx(0.5, rel=0.1)


def test_a_longer_life_leaves_the_prices_before_as_they_were() -> None:
    model = Independent(price_spread=0.3, price_jumps=0.5)
    np.testing.assert_array_equal(model.index("d", 60, Streams(1, 0)), model.index("d", 120, Streams(1, 0))[:60])


def test_own_makers_bear_only_what_they_are_not_hedged_against() -> None:
    model = Independent(price_spread=0.3, cost_share=0.5, hedged=0.75)
    assert model.dearness(3.0, own=False) == pytest.approx(2.0)
    assert model.dearness(3.0, own=True) == pytest.approx(1.25)
    assert model.dearness(1.0, own=False) == 1.0


@pytest.mark.parametrize("still", [{"price_jumps": 6.0, "price_jump": 0.0}, {**DEAR, "cost_share": 0.0}])
def test_prices_that_cannot_move_costs_change_no_number(tmp_path: Path, still: dict[str, Any]) -> None:
    same(run(tmp_path, {"model": "independent"}), run(tmp_path, {"model": "independent", **still}))


def test_who_sells_under_cost_gives_up_and_says_why(tmp_path: Path) -> None:
    """With dear ingredients some stop, each after it was said that it sells under cost; else nobody does so."""
    calm, dear = run(tmp_path, {"model": "independent"}), run(tmp_path, {"model": "independent", **DEAR})
    under, gone = rows(dear["events"], kind="under-cost"), rows(dear["events"], kind="exit")
    assert "under-cost" not in calm["events"]["kind"]
    assert (under["value"] < 0).all()
    first: dict[tuple[str, str], float] = {}
    for drug, firm, when in zip(under["drug"], under["manufacturer"], under["time"], strict=True):
        first.setdefault((drug, firm), when)
    why = {text: [one.id for one in read(text)] for text in gone["text"]}
    mine = [i for i, text in enumerate(gone["text"]) if why[text] == ["gives_up", "ingredient_dear"]]
    assert mine
    for i in mine:
        assert first[gone["drug"][i], gone["manufacturer"][i]] <= gone["time"][i]
        assert "dearer" in said(gone["text"][i])


def test_what_goods_cost_moves_and_what_is_paid_for_them_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dearer in month 15, under the first agreement: production costs more from then on, sales are as they were."""
    path = staticmethod(lambda drug, months, luck: np.where(np.arange(months) < 15, 1.0, 3.0))
    monkeypatch.setattr(Independent, "index", path)
    quiet: dict[str, Any] = {"exit_rate": 0.0, "sensitivity": 0.0}
    calm, dear = (run(tmp_path, {"model": "independent", **more}, **quiet) for more in ({}, DEAR))
    months = np.unique(calm["accounts"]["month"])

    def paid(tables: Tables, flow: str, when: Any) -> float:
        t = tables["accounts"]
        return float(t["yuan"][(t["flow"] == flow) & np.isin(t["month"], when)].sum())

    flows = np.unique(calm["accounts"]["flow"])
    assert "production" in flows
    for flow in flows:
        assert paid(calm, flow, months[:15]) == paid(dear, flow, months[:15])
    for flow in flows[flows != "production"]:
        assert paid(calm, flow, months[15:20]) == paid(dear, flow, months[15:20])
    assert paid(dear, "production", months[15:20]) > 1.2 * paid(calm, "production", months[15:20])


def test_the_next_round_is_bid_at_the_costs_of_its_day(tmp_path: Path) -> None:
    calm, dear = (run(tmp_path, {"model": "independent", **more}, exit_rate=0.0) for more in ({}, DEAR))
    cost = [rows(t["bids"], round="second", drug="alpha")["cost"] for t in (calm, dear)]
    model = Independent(**DEAR)
    months = {m: model.index("alpha", 60, Streams(1, 1))[m] for m in range(60)}
    ratio = cost[1] / cost[0]
    assert ratio == pytest.approx(ratio[0])
    assert min(abs(ratio[0] - index) for index in months.values()) < 1e-9
