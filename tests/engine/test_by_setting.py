"""Wards and clinics: their purchases add up to the settlement, and wards go first where they gain by it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import term
from small import DRUGS, PRODUCTS, Tables, national, round_of, same, small

from vbp_sim.engine.simulation import simulate
from vbp_sim.engine.tables import TABLES
from vbp_sim.runs.metrics import measure

DEAR = [{**p, "pre_price": price} for p, price in zip(PRODUCTS, (1.5, 1.8, 1.9, 9, 30, 35, 90, 0.4, 0.45), strict=True)]
KEY = ("round", "contract_year", "drug", "province", "level")
CASE = {"rule": "case", "coverage": 0.9, "inpatient": 0.4}


def ran(folder: Path, *, known: float = 0.0, choice: Any = None, **laws: Any) -> Tables:
    folder.mkdir(exist_ok=True)
    drugs = [{**drug, "inpatient_share": known} for drug in DRUGS] if known else DRUGS
    rounds = {"first": round_of(rules=term(24))}
    scenario = small(
        folder, rounds=rounds, products=DEAR, drugs=drugs, laws=national(**laws), behaviour={"choice": choice or {}}
    )
    return simulate(scenario, 0)


def shares(tables: Tables, setting: str) -> Any:
    """Selected over all, by row of a setting."""
    mine = tables["settings"]["setting"] == setting
    return tables["settings"]["selected"][mine] / tables["settings"]["use"][mine]


def test_wards_and_clinics_add_up_to_the_settlement(tmp_path: Path) -> None:
    tables = ran(tmp_path, hospital_payment=CASE)
    mine, settled = tables["settings"], tables["settlement"]
    cells = list(zip(*(mine[column] for column in KEY), strict=True))
    for i, cell in enumerate(zip(*(settled[column] for column in KEY), strict=True)):
        here = np.array([own == cell for own in cells])
        whole = settled["bought"][i] + settled["nonselected"][i]
        assert mine["selected"][here].sum() == pytest.approx(settled["bought"][i])
        assert mine["use"][here].sum() == pytest.approx(whole)
        assert mine["use"][here & (mine["setting"] == "wards")].sum() == pytest.approx(0.4 * whole)


def test_wards_go_first_where_they_are_paid_by_case(tmp_path: Path) -> None:
    """Where the selected products are cheaper than others, as those of beta are."""
    tables = ran(tmp_path, hospital_payment=CASE)
    settings = tables["settings"]
    beta = settings["drug"] == "beta"
    inside, outside = (
        settings["selected"][beta & (settings["setting"] == own)].sum()
        / settings["use"][beta & (settings["setting"] == own)].sum()
        for own in ("wards", "clinics")
    )
    assert inside > outside + 0.005
    found = measure(tables)
    mine, saved = settings["setting"] == "wards", settings["saved"]
    assert found["selected_share_wards"] == settings["selected"][mine].sum() / settings["use"][mine].sum()
    assert found["saving_wards"] + found["saving_clinics"] == pytest.approx(saved.sum() / 2)


def test_without_margin_and_inclination_they_are_alike(tmp_path: Path) -> None:
    tables = ran(tmp_path, known=0.6, choice={"margin": 0.0, "wards": 0.0}, hospital_payment=CASE)
    np.testing.assert_allclose(shares(tables, "wards"), shares(tables, "clinics"), atol=1e-9)


def test_a_market_that_knows_wards_sets_them_apart_by_their_inclination(tmp_path: Path) -> None:
    tables = ran(tmp_path, known=0.6, choice={"wards": 1.0})
    assert (shares(tables, "wards") > shares(tables, "clinics") - 1e-12).all()


def test_where_nothing_is_known_nothing_is_written_and_the_share_is_that_of_both(tmp_path: Path) -> None:
    tables = ran(tmp_path / "a")
    settled = tables["settlement"]
    assert not len(tables["settings"]["use"])
    both = settled["bought"].sum() / (settled["bought"] + settled["nonselected"]).sum()
    found = measure(tables)
    assert found["selected_share_wards"] == found["selected_share_clinics"] == pytest.approx(both)
    assert np.isnan(found["saving_wards"])


def test_who_does_not_answer_to_money_is_only_looked_at(tmp_path: Path) -> None:
    """Case payment that moves nobody changes what is paid, and no use."""
    choice = {"margin": 0.0}
    plain, case = (ran(tmp_path / str(len(law)), choice=choice, **law) for law in ({}, {"hospital_payment": CASE}))
    same(
        plain, case, [n for n in TABLES if n not in ("settings", "fund", "accounts", "claims", "settlement", "events")]
    )
