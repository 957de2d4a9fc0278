"""Draws of sources, recalls, entrants and exits are addressed: one choice or drug moves no other's luck."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from cases import FRAGILE, term
from small import DEMAND, DRUGS, PRODUCTS, UNBARRED, Tables, national, round_of, rows, same, small

from vbp_sim.engine.simulation import simulate

ROUNDS = {"first": round_of(rules=term(24)), "second": round_of("2021-01-01", term(24))}
SOURCED: dict[str, Any] = {**FRAGILE, "ingredients": {"model": "shared-sources", "rate": 1.0}, "breaches": 0.4}
#: a ban for what one drug did would reach the company's bids for another
NO_BANS = national(credit=UNBARRED)
ENTRY = {"model": "entry-and-learning", "growth": 0.5, "leave": 1.0}


def run(folder: Path, supply: Any = SOURCED, industry: Any = ENTRY, **more: Any) -> Tables:
    behaviour = {"supply": supply, "industry": industry}
    return simulate(small(folder, rounds=ROUNDS, behaviour=behaviour, laws=NO_BANS, **more), 2)


def happened(tables: Tables, *kinds: str) -> set[tuple[Any, ...]]:
    events = tables["events"]
    mine = np.isin(events["kind"], kinds)
    return {*zip(*(events[c][mine] for c in ("time", "kind", "round", "drug", "manufacturer")), strict=True)}


def test_the_same_twice(tmp_path: Path) -> None:
    same(run(tmp_path), run(tmp_path))


def test_a_drug_that_is_not_there_takes_only_its_own_luck_away(tmp_path: Path) -> None:
    both = run(tmp_path)
    fewer = run(
        tmp_path,
        drugs=[d for d in DRUGS if d["drug"] != "beta"],
        products=[p for p in PRODUCTS if p["drug"] != "beta"],
        demand=[d for d in DEMAND if d["drug"] != "beta"],
    )
    for kinds in (("ingredient-shock", "ingredient-recovery"), ("disruption", "recall")):
        wanted = {event for event in happened(both, *kinds) if event[3] != "beta"}
        assert happened(fewer, *kinds) == wanted != set()
    for drug in ("alpha", "gamma"):
        for column in ("manufacturer", "cost", "bid"):
            np.testing.assert_array_equal(*(rows(t["bids"], drug=drug, round="first")[column] for t in (both, fewer)))


def test_sources_leave_suppliers_own_failures_where_they_were(tmp_path: Path) -> None:
    fixed = {"model": "fixed"}  # who learns less bids otherwise in the second round
    sure = {**SOURCED, "breaches": 0.0}  # who stands still is not inspected
    alone = run(tmp_path, supply={**sure, "ingredients": {"model": "independent"}}, industry=fixed)
    sourced = run(tmp_path, supply=sure, industry=fixed)
    assert happened(sourced, "disruption") == happened(alone, "disruption")
    assert happened(sourced, "ingredient-shock") != set()
    np.testing.assert_array_equal(sourced["use"]["need"], alone["use"]["need"])


def test_entry_leaves_the_firms_of_the_first_round_as_they_were(tmp_path: Path) -> None:
    fixed, moving = (run(tmp_path, industry=one) for one in ({"model": "fixed"}, {**ENTRY, "scale": 0.0}))
    old = [~np.char.startswith(t["bids"]["manufacturer"].astype(str), "entrant") for t in (fixed, moving)]
    first = [(t["bids"]["round"] == "first") & keep for t, keep in zip((fixed, moving), old, strict=True)]
    for column in ("drug", "manufacturer", "cost", "pre_price"):
        now, then = (t["bids"][column][mine] for t, mine in zip((moving, fixed), reversed(first), strict=True))
        np.testing.assert_array_equal(now, then)


def test_a_longer_horizon_does_not_change_the_shocks_before(tmp_path: Path) -> None:
    short = simulate(small(tmp_path, rounds={"first": ROUNDS["first"]}, behaviour={"supply": SOURCED}), 2)
    long = simulate(small(tmp_path, rounds=ROUNDS, behaviour={"supply": SOURCED}), 2)
    until = rows(short["events"], kind="term-end")["time"].min()
    early = [{e for e in happened(t, "ingredient-shock") if e[0] < until} for t in (short, long)]
    assert early[0] == early[1] != set()
