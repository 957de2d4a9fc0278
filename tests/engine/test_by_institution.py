"""Results by institution: they add up to the settlement table, say what was reported, and change nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import term
from small import Tables, national, round_of, same, small

from vbp_sim.engine.simulation import simulate
from vbp_sim.engine.tables import TABLES
from vbp_sim.runs.replications import replicate

LAW = national(watch={"rule": "monthly", "red": 0.7, "yellow": 0.9}, retention={"rule": "linear"})
KEY = ("round", "contract_year", "drug", "province", "level")


def ran(folder: Path, asked: bool, replications: int = 1) -> Any:
    folder.mkdir(exist_ok=True)
    sets = [f"outputs.institutions={str(asked).lower()}", f"replications={replications}"]
    return small(folder, sets=sets, rounds={"first": round_of(rules=term(24))}, laws=LAW)


def test_institutions_add_up_to_the_settlement(tmp_path: Path) -> None:
    tables = simulate(ran(tmp_path, True), 0)
    mine, settled = tables["institutions"], tables["settlement"]
    cells = list(zip(*(mine[column] for column in KEY), strict=True))
    for i, cell in enumerate(zip(*(settled[column] for column in KEY), strict=True)):
        here = np.array([own == cell for own in cells])
        for column in ("agreed", "bought", "retained"):
            assert mine[column][here].sum() == pytest.approx(settled[column][i], rel=1e-12, abs=1e-9), (cell, column)
        assert (mine["agreed"][here] > 0).sum() == settled["institutions"][i]
        assert mine["passed"][here].sum() == settled["passed"][i]
    assert len(settled["round"])
    assert set(cells) == set(zip(*(settled[column] for column in KEY), strict=True))
    assert {0, 1, 2} >= set(mine["mark"].tolist())
    assert mine["mark"].any()
    assert np.isfinite(mine["completion"][mine["agreed"] > 0]).all()


def test_they_say_what_was_reported_and_how_large_each_is(tmp_path: Path) -> None:
    tables = simulate(ran(tmp_path, True), 0)
    mine, reports = tables["institutions"], tables["reports"]
    first = mine["contract_year"] == 1
    for drug in np.unique(mine["drug"]):
        here = first & (mine["drug"] == drug)
        assert mine["reported"][here].sum() == pytest.approx(reports["reported"][reports["drug"] == drug].sum())
        for place in np.unique(mine["province"][here]):
            there = here & (mine["province"] == place)
            assert mine["size"][there].sum() == pytest.approx(1)
            assert len(set(zip(mine["level"][there], mine["institution"][there], strict=True))) == there.sum()


def test_nothing_is_written_unless_it_is_asked_for_and_nothing_else_changes(tmp_path: Path) -> None:
    asked, not_asked = (simulate(ran(tmp_path / str(want), want), 0) for want in (True, False))
    assert not len(not_asked["institutions"]["round"])
    assert len(asked["institutions"]["round"])
    same(asked, not_asked, [name for name in TABLES if name != "institutions"])


def test_two_workers_give_the_same_bits(tmp_path: Path) -> None:
    scenario = ran(tmp_path, True, replications=2)
    one, two = ([result.tables["institutions"] for result in replicate(scenario, w)] for w in (1, 2))
    for a, b in zip(one, two, strict=True):
        _equal(a, b)


def _equal(a: Tables, b: Tables) -> None:
    for column, values in a.items():
        np.testing.assert_array_equal(values, b[column])
