"""Retained surplus from its assessment to the pay of staff: nothing is lost on the way, and every lever moves it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small import DRUGS, SHARED, Tables, national, round_of, same, small

from vbp_sim.engine.appropriation import Kept, Surplus
from vbp_sim.engine.simulation import simulate
from vbp_sim.rules.retention import Linear, Marginal, Tiers

SOON = {"payout_months": 1}


def ran(folder: Path, *, rounds: Any = None, drugs: Any = DRUGS, choice: Any = None, **retention: Any) -> Tables:
    folder.mkdir(exist_ok=True)
    behaviour = {"choice": choice or {}}
    return simulate(
        small(folder, laws=national(retention=retention), behaviour=behaviour, rounds=rounds, drugs=drugs), 0
    )


def flow(tables: Tables, name: str) -> float:
    accounts = tables["accounts"]
    return float(accounts["yuan"][accounts["flow"] == name].sum())


def claim(tables: Tables, name: str) -> float:
    """What is open at the end."""
    claims = tables["claims"]
    last = claims["month"] == tables["use"]["month"].max()
    return float(claims["open"][last & (claims["claim"] == name)].sum())


def told(tables: Tables, kind: str) -> float:
    events = tables["events"]
    return float(events["value"][events["kind"] == kind].sum())


CASES: dict[str, dict[str, Any]] = {
    "default": {},
    "paid within the run": SOON,
    "half of the way": {"payout_months": 13, "appropriation_months": 1},
    "far away": {"payout_months": 60, "appropriation_months": 60},
    "capped": {**SOON, "yearly_cap": 0.1},
    "nothing appropriated": {**SOON, "yearly_cap": 0.0},
    "ceiling": {**SOON, "staff_ceiling": 1000.0},
    "all to staff": {**SOON, "staff_share": 1.0, "rule": "marginal"},
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_assessed_is_paid_owed_cut_or_not_yet_appropriated(tmp_path: Path, case: str) -> None:
    tables = ran(tmp_path, **CASES[case])
    assessed = tables["settlement"]["retained"].sum()
    paid, cut = flow(tables, "retained"), told(tables, "retention-cut")
    assert assessed > 0
    assert paid + claim(tables, "retained") + claim(tables, "retained_assessed") + cut == pytest.approx(assessed)
    assert 0 <= flow(tables, "staff_bonus") <= paid * (1 + 1e-12)
    assert told(tables, "retention-paid") == pytest.approx(paid)


def test_the_cap_holds_in_every_place_and_calendar_year(tmp_path: Path) -> None:
    """Of what the fund saved in the twelve months until then, by the table of the fund."""
    cap = 0.1
    tables = ran(tmp_path, **SOON, yearly_cap=cap)
    fund, accounts = tables["fund"], tables["accounts"]
    saved = fund["baseline_fund"] - (fund["fund_paid"])
    for place in np.unique(fund["province"]):
        here = fund["province"] == place
        kept = (accounts["province"] == place) & (accounts["flow"] == "retained")
        paid = accounts["yuan"][kept & (accounts["month"] < np.datetime64("2021-02"))].sum()
        last = (fund["month"] > np.datetime64("2018-12")) & (fund["month"] <= np.datetime64("2019-12"))
        assert paid <= cap * saved[here & last].sum() * (1 + 1e-9) + 1e-6


def test_without_a_lag_or_a_cap_nothing_waits_for_its_appropriation(tmp_path: Path) -> None:
    tables = ran(tmp_path)
    assert not (tables["claims"]["claim"] == "retained_assessed").any()
    assert not np.isin(tables["events"]["kind"], ["retention-cut", "deduction", "warning"]).any()
    assert len(tables["watch"]["month"]) == 0


def test_a_lag_moves_claims_and_no_payment(tmp_path: Path) -> None:
    now, later = (ran(tmp_path / str(m), appropriation_months=m) for m in (0, 6))
    same(now, later, ("accounts", "use", "settlement", "events"))
    assert (later["claims"]["claim"] == "retained_assessed").any()


def test_staff_get_their_share_up_to_the_ceiling_of_each_institution(tmp_path: Path) -> None:
    free, held = (ran(tmp_path / str(c), **SOON, staff_ceiling=c, choice={"incentive": 0.0}) for c in (None, 5000.0))
    assert flow(free, "staff_bonus") == pytest.approx(0.5 * flow(free, "retained"))
    assert 0 < flow(held, "staff_bonus") < flow(free, "staff_bonus")
    institutions, years = 21, 2
    assert flow(held, "staff_bonus") <= 5000.0 * institutions * years
    same(free, held, ("use", "settlement"))


def test_who_expects_less_for_the_staff_buys_less_of_the_selected_products(tmp_path: Path) -> None:
    all_, little = (ran(tmp_path / str(c), staff_ceiling=c, choice={"incentive": 2.0}) for c in (None, 100.0))
    assert little["use"]["selected"].sum() < all_["use"]["selected"].sum()


def test_pooled_losses_lower_the_surplus(tmp_path: Path) -> None:
    """Who hardly buys any of the selected product of one drug spends more than its budget."""
    choice = {"model": "task-first", "first": 0.2, "incentive": 0.0, "information": -2.0}
    apart, pooled = (ran(tmp_path / str(p), pooled=p, choice=choice) for p in (False, True))
    assert pooled["settlement"]["surplus"].sum() < apart["settlement"]["surplus"].sum()
    same(apart, pooled, ("use",))


def test_excess_that_counts_is_spend(tmp_path: Path) -> None:
    without, counted = (ran(tmp_path / str(c), count_excess=c, choice={"incentive": 0.0}) for c in (False, True))
    assert (counted["settlement"]["spend"] >= without["settlement"]["spend"]).all()
    assert counted["settlement"]["surplus"].sum() < without["settlement"]["surplus"].sum()


def test_a_drug_counts_once_where_the_law_says_so(tmp_path: Path) -> None:
    rules = {**SHARED, "term": {"table": {"1": 12, "2": 12, "3": 12}}}
    rounds = {"first": round_of("2019-01-01", rules), "second": round_of("2020-01-01", rules)}
    always, once = (ran(tmp_path / str(o), once=o, rounds=rounds, choice={"incentive": 0.0}) for o in (False, True))
    first, second = (always["settlement"]["round"] == name for name in ("first", "second"))
    for column in ("surplus", "retained"):
        np.testing.assert_array_equal(once["settlement"][column][first], always["settlement"][column][first])
        assert always["settlement"][column][second].sum() > 0
        assert once["settlement"][column][second].sum() == 0


@pytest.mark.parametrize(("kinds", "counted"), [("all", ["alpha", "beta", "gamma"]), ("consumable", ["beta"]),
                                                ("drug", ["alpha", "gamma"])])  # fmt: skip
def test_only_the_kinds_of_the_law_count(tmp_path: Path, kinds: str, counted: list[str]) -> None:
    drugs = [{**row, "kind": "consumable" if row["drug"] == "beta" else "drug"} for row in DRUGS]
    settled = ran(tmp_path, kinds=kinds, drugs=drugs)["settlement"]
    assert sorted({*settled["drug"][settled["surplus"] > 0].tolist()}) == counted


# rules, in closed form


def test_bands_are_a_tax_scale() -> None:
    """Half of the first fifth of the budget, a tenth of what lies above: at .6 that is (.1 + .04) / .6."""
    scale = Marginal(bands={"0": 0.5, "0.2": 0.1})
    saved, yes = np.array([0.0, 0.1, 0.2, 0.6]), np.ones(4, dtype=np.bool_)
    np.testing.assert_allclose(scale.ratio(np.full(4, 70.0), yes, saved), [0, 0.5, 0.5, 0.14 / 0.6])
    assert not scale.ratio(np.full(4, 100.0), ~yes, saved).any()


def test_one_band_is_one_part_whatever_the_surplus() -> None:
    saved = np.linspace(0.01, 1, 9)
    np.testing.assert_allclose(Marginal(bands={"0": 0.4}).ratio(saved, saved > 0, saved), 0.4)


@given(st.lists(st.floats(0.0, 1.0), min_size=2, max_size=2), st.floats(0.01, 0.99))
def test_more_surplus_never_means_less_kept(parts: list[float], start: float) -> None:
    scale, saved = Marginal(bands={"0": parts[0], str(start): parts[1]}), np.linspace(0, 1, 50)
    kept = scale.ratio(saved, np.ones(50, dtype=np.bool_), saved) * saved
    assert (np.diff(kept) >= -1e-12).all()


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=6))
def test_the_pool_is_what_is_saved_in_all_and_no_drug_gains_by_it(saved: list[float]) -> None:
    column = np.array(saved)[:, None]
    zero, one = np.zeros_like(column), np.ones_like(column)
    apart, pooled = (law.surplus(zero, one, zero, one, -column, 1.0, 1.0) for law in (Tiers(), Tiers(pooled=True)))
    assert pooled.sum() == pytest.approx(max(0.0, sum(saved)), rel=1e-9, abs=1e-6)
    assert (pooled <= apart * (1 + 1e-12)).all()


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=5), st.floats(0, 1e7), st.floats(0, 1))
def test_the_staff_of_an_institution_never_get_more_than_the_ceiling_or_their_share(
    kept: list[float], ceiling: float, share: float
) -> None:
    yuan = np.array(kept)
    staff = yuan * Linear(staff_share=share, staff_ceiling=ceiling).staff_part(yuan)
    assert (staff <= np.minimum(share * yuan, ceiling) * (1 + 1e-9) + 1e-9).all()


def test_a_payment_before_the_appropriation_is_refused() -> None:
    with pytest.raises(ValueError, match="payout_months"):
        Linear(payout_months=3, appropriation_months=4)
    with pytest.raises(ValueError, match="payout_months"):
        Linear(payout_months=4, appropriation_months=4, yearly_cap=0.5)


def test_each_calendar_year_may_use_the_cap_on_the_savings_of_twelve_months_anew() -> None:
    """The fund saves ten a month: half of 120 in each December, and in between nothing is left of the year's."""
    surplus = Surplus((24, 1, 1, 1), np.repeat([2019, 2020], 12))
    for m in (10, 11, 23):
        surplus.assess(Kept(m, m, m + 1, 0, 0, np.array([100.0]), np.zeros(1), 0.5))
        surplus.appropriate(surplus.ready(m), np.full((24, 1), 10.0))
    assert surplus.appropriated[[10, 11, 23]].ravel().tolist() == pytest.approx([55, 5, 60])


@settings(max_examples=50)
@given(
    st.lists(st.tuples(st.integers(0, 23), st.integers(0, 1), st.floats(0, 100)), min_size=1, max_size=12),
    st.floats(0, 1),
)
def test_a_cap_cuts_all_of_a_month_alike_and_loses_nothing(given_: list[tuple[int, int, float]], cap: float) -> None:
    """Two places over two years; the fund saves ten a month in each."""
    surplus = Surplus((24, 1, 2, 2), np.repeat([2019, 2020], 12))
    for m, place, yuan in sorted(given_):
        surplus.assess(Kept(m, m, m + 1, 0, place, np.array([yuan, yuan / 2]), np.zeros(2), cap))
    for m in range(24):
        surplus.appropriate(surplus.ready(m), np.full((24, 2), 10.0))
    np.testing.assert_allclose(surplus.appropriated + surplus.cut, surplus.assessed, atol=1e-9)
    by_year = surplus.appropriated.reshape(2, 12, 1, 2, 2).sum(axis=(1, 2, 4))
    assert (by_year <= cap * 120 + 1e-9).all()
    assert ((surplus.part >= 0) & (surplus.part <= 1)).all()
