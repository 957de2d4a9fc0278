"""Winners hold the stock that the law asks for; a shortage that lasts is bought elsewhere, and the fund pays more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import FRAGILE, term
from small import STEADY, Tables, national, round_of, rows, same, small

from vbp_sim.engine.simulation import simulate
from vbp_sim.runs.metrics import measure


def ran(folder: Path, k: int = 0, **law: Any) -> Tables:
    folder.mkdir(exist_ok=True)
    rounds = {"first": round_of(rules=term(24))}
    laws = national(supply_security=law)
    return simulate(small(folder, sets=STEADY, rounds=rounds, laws=laws, behaviour={"supply": FRAGILE}), k)


def unmet(tables: Tables) -> float:
    return float(tables["use"]["unmet"].sum())


def test_a_stock_duty_leaves_less_unmet_and_more_in_stock(tmp_path: Path) -> None:
    for k in range(3):
        none, some, much = (ran(tmp_path / str(months), k, stock_months=months) for months in (None, 2.0, 12.0))
        assert unmet(much) <= unmet(some) <= unmet(none)
        assert unmet(much) < unmet(none)
        assert measure(none)["stock_held"] < measure(some)["stock_held"] < measure(much)["stock_held"]


def test_emergency_purchase_meets_its_part_of_what_nobody_delivers(tmp_path: Path) -> None:
    never, at_once = ran(tmp_path / "never"), ran(tmp_path / "once", emergency_after=0, emergency_part=0.6)
    same(never, at_once, ("supply", "awards"))
    assert unmet(at_once) == pytest.approx(0.4 * unmet(never))
    moved = at_once["use"]["emergency"].sum()
    assert moved == pytest.approx(0.6 * unmet(never))
    assert (at_once["use"]["substituted"] - at_once["use"]["emergency"]).sum() == pytest.approx(
        never["use"]["substituted"].sum()
    )


def test_the_answer_begins_when_a_shortage_has_lasted(tmp_path: Path) -> None:
    tables = ran(tmp_path, emergency_after=45)
    events = rows(tables["events"], kind="emergency")
    assert len(events["value"])
    assert (events["value"] >= 45).all()
    assert set(zip(events["drug"], events["province"], strict=True)) <= set(
        zip(*(rows(tables["events"], kind="shortage")[c] for c in ("drug", "province")), strict=True)
    )


def test_the_fund_pays_what_it_costs_more(tmp_path: Path) -> None:
    cheap, dear = (
        ran(tmp_path / str(price), emergency_after=0, emergency_price=price)["fund"]["fund_paid"].sum()
        for price in (1.0, 2.0)
    )
    assert dear > cheap
    accounts = ran(tmp_path / "2.0", emergency_after=0, emergency_price=2.0)["accounts"]
    assert accounts["yuan"][accounts["flow"] == "emergency"].sum() == pytest.approx(dear - cheap, rel=1e-6)


def test_without_duties_nothing_changes(tmp_path: Path) -> None:
    usual = small(tmp_path / "a", behaviour={"supply": FRAGILE})
    said = small(tmp_path / "b", behaviour={"supply": FRAGILE}, laws=national(supply_security={"emergency_price": 3.0}))
    a, b = simulate(usual, 0), simulate(said, 0)
    for name, table in a.items():
        for column, values in table.items():
            np.testing.assert_array_equal(values, b[name][column])
