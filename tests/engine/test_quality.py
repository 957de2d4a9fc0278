"""Inspections and samples: off, usual, strong; what is found is recalled, and costs the place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import term
from small import STEADY, UNBARRED, Tables, national, round_of, rows, same, small

from vbp_sim.engine.inspections import poisson
from vbp_sim.engine.simulation import simulate
from vbp_sim.runs.metrics import measure

SOUND = {"rate_oral": 0.0, "rate_injection": 0.0, "default_rate": 0.0, "exit_rate": 0.0, "stock_months": 0.5}
FLAWED = {**SOUND, "failed_batches": 0.03}


def ran(folder: Path, k: int = 0, supply: Any = FLAWED, bars: bool = False, **law: Any) -> Tables:
    folder.mkdir(exist_ok=True)
    credit = {} if bars else {"credit": UNBARRED}
    laws = national(quality=law, **credit)
    rounds = {"first": round_of(rules=term(24))}
    return simulate(small(folder, sets=STEADY, rounds=rounds, laws=laws, behaviour={"supply": supply}), k)


def test_more_samples_find_more_and_leave_fewer_failures(tmp_path: Path) -> None:
    found, failed, missed = (np.zeros(3) for _ in range(3))
    for k in range(2):
        for i, samples in enumerate((0, 30, 180)):
            metrics = measure(ran(tmp_path / f"{k}-{i}", k, samples=samples))
            found[i] += metrics["recalls"]
            failed[i] += metrics["failed_batches"]
            missed[i] += metrics["unmet_share"]
    assert found[0] == 0 < found[1] < found[2]
    assert failed[0] > failed[1] > failed[2] > 0
    assert missed[0] < missed[2]


def test_inspections_find_what_plants_do_wrong(tmp_path: Path) -> None:
    breaking = {**SOUND, "breaches": 1.0}
    recalls = np.array([
        [measure(ran(tmp_path / f"{k}-{n}", k, breaking, inspections=n))["recalls"] for n in (0, 1, 12)]
        for k in range(2)
    ]).sum(axis=0)  # fmt: skip
    assert recalls[0] == 0 < recalls[1] <= recalls[2]


def test_inspections_are_counted_once_a_year(tmp_path: Path) -> None:
    quality = ran(tmp_path, supply=SOUND, inspections=1, samples=60)["quality"]
    whole = rows(quality, batches=12 * 15.0)
    assert len(whole["year"])
    assert (whole["inspections"] == 1).all()
    np.testing.assert_allclose(whole["sampled"], 60)


def test_a_failure_that_nobody_has_changes_nothing_however_much_is_sampled(tmp_path: Path) -> None:
    usual, more = ran(tmp_path / "a", supply=SOUND), ran(tmp_path / "b", supply=SOUND, samples=180, inspections=4)
    same(usual, more, [name for name in usual if name != "quality"])
    assert measure(more)["inspections"] > measure(usual)["inspections"]


@pytest.mark.parametrize("lost", [True, False])
def test_a_recalled_product_comes_back_only_where_it_has_kept_its_place(tmp_path: Path, lost: bool) -> None:
    short = {**FLAWED, "failed_batches": 0.004, "recall_months": 3, "recall_longest": 3}
    back = replaced = 0
    for k in range(4):
        tables = ran(tmp_path / str(k), k, short, place_lost=lost, samples=180)
        events, supply = tables["events"], tables["supply"]
        for drug, firm, when in zip(*(rows(events, kind="recall")[c] for c in ("drug", "manufacturer", "date")),
                                    strict=True):  # fmt: skip
            mine = rows(supply, drug=drug, manufacturer=firm)
            month = when.astype("datetime64[M]")
            away = (mine["month"] > month) & (mine["month"] <= month + 2)
            later = mine["month"] > month + 5
            assert mine["down"][mine["month"] == month + 2].all()
            assert (mine["delivered"] + mine["backup_delivered"])[away].sum() == pytest.approx(0, abs=1e-9)
            heirs = rows(events, kind="replacement", drug=drug, manufacturer=firm)["text"]
            replaced += len(heirs)
            if len(heirs):
                assert (mine["ordered"] + mine["delivered"] + mine["backup_delivered"])[later].sum() == 0
            else:
                back += int(mine["delivered"][later].sum() > 0)
    assert (replaced > 0) == lost
    assert back > 0


def test_poisson_numbers_have_their_mean() -> None:
    chances = (np.arange(20_000) + 0.5) / 20_000
    drawn = [poisson(0.7, chance) for chance in chances.tolist()]
    assert np.mean(drawn) == pytest.approx(0.7, abs=1e-3)
    assert np.var(drawn) == pytest.approx(0.7, abs=1e-2)
    assert poisson(0.0, 0.999) == 0
