"""How hospitals are paid moves what they buy, and moves money between them, their staff, patients and the fund."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import term
from small import DRUGS, Tables, national, round_of, rows, same, small

from vbp_sim.engine.simulation import simulate
from vbp_sim.rules.local.hospital_payment import Budget, Case, FeeForService
from vbp_sim.rules.local.markup import Percent
from vbp_sim.runs.metrics import measure

AMPLE = {"rate_oral": 0.0, "rate_injection": 0.0, "default_rate": 0.0, "exit_rate": 0.0, "committed_capacity": 10.0}
CASE = {"rule": "case", "coverage": 1.0, "inpatient": 0.5, "rebase_years": 1, "rebased": 1.0}
#: hospitals that do not answer to money, so that use stays and only money moves
DEAF = {"margin": 0.0, "incentive": 0.0}


def ran(folder: Path, *, choice: Any = None, drugs: Any = DRUGS, months: int = 24, **laws: Any) -> Tables:
    folder.mkdir(exist_ok=True)
    behaviour = {"supply": AMPLE, "choice": choice or {}}
    rounds = {"first": round_of(rules=term(months))}
    return simulate(small(folder, rounds=rounds, drugs=drugs, laws=national(**laws), behaviour=behaviour), 0)


def posted(tables: Tables, *flows: str) -> float:
    return float(tables["accounts"]["yuan"][np.isin(tables["accounts"]["flow"], flows)].sum())


def until(accounts: Any, year: str) -> Any:
    """Rows of the months before a year."""
    return {name: values[accounts["month"] < np.datetime64(year)] for name, values in accounts.items()}


def share(tables: Tables, **where: Any) -> float:
    use = rows(tables["use"], **where)
    bound = use["agreed"] > 0
    return float(use["selected"][bound].sum() / (use["need"] - use["unmet"])[bound].sum())


def test_case_payment_raises_the_use_of_selected_products_in_wards_more_than_in_clinics(tmp_path: Path) -> None:
    drugs = [{**row, "inpatient_share": 0.9 if row["drug"] == "alpha" else 0.1} for row in DRUGS]
    free, case = (ran(tmp_path / name, drugs=drugs, choice={"margin": 5.0}, hospital_payment=law)
                  for name, law in (("free", {}), ("case", CASE)))  # fmt: skip
    rise = {drug: share(case, drug=drug) - share(free, drug=drug) for drug in ("alpha", "beta")}
    assert rise["alpha"] > rise["beta"] > 0


def test_a_mark_up_lowers_the_use_of_cheap_selected_products(tmp_path: Path) -> None:
    none, some = (ran(tmp_path / str(r), choice={"margin": 5.0}, markup={"rate": r}) for r in (0.0, 0.3))
    assert share(some) < share(none)


def test_a_dearer_copayment_of_dear_products_raises_the_use_of_selected_ones(tmp_path: Path) -> None:
    none, dear = (ran(tmp_path / str(c), reimbursement={"dear_copayment": c}) for c in (0.0, 0.5))
    assert share(dear) > share(none)


def test_who_does_not_mind_money_buys_the_same_however_hospitals_are_paid(tmp_path: Path) -> None:
    free = ran(tmp_path / "free", choice=DEAF)
    for name, law in (("case", {"hospital_payment": CASE}), ("markup", {"markup": {"rate": 0.15, "tied": 0.3}}),
                      ("budget", {"hospital_payment": {"rule": "budget"}})):  # fmt: skip
        same(free, ran(tmp_path / name, choice=DEAF, **law), ("use", "supply"))


def test_hospitals_keep_the_saving_of_case_payment_until_weights_follow(tmp_path: Path) -> None:
    """The first year: the fund pays as before the round. After it: all groups get what lower weights free."""
    free, case = ran(tmp_path / "free", choice=DEAF), ran(tmp_path / "case", choice=DEAF, hospital_payment=CASE)
    fund = [rows(t["fund"], province="south") for t in (free, case)]
    first = (fund[0]["month"] >= np.datetime64("2019-01")) & (fund[0]["month"] < np.datetime64("2020-01"))
    saved = [float((f["baseline_fund"] - f["fund_paid"])[first].sum()) for f in fund]
    assert saved[1] == pytest.approx(0.5 * saved[0], rel=1e-6)
    assert posted(case, "rebased") > 0
    assert measure(case)["fund_saving"] < measure(free)["fund_saving"]
    assert measure(case)["hospital_gain"] > 0 == measure(free)["hospital_gain"]


def test_weights_follow_as_soon_as_the_years_of_the_law_are_over(tmp_path: Path) -> None:
    accounts = ran(tmp_path, choice=DEAF, hospital_payment=CASE)["accounts"]
    freed = (accounts["flow"] == "rebased") & (accounts["yuan"] > 0)
    assert accounts["month"][freed].min() == np.datetime64("2020-01")


def test_staff_get_their_part_of_what_cases_and_the_mark_up_bring_once(tmp_path: Path) -> None:
    """What is paid by case bears no mark-up: the bundle pays for it."""
    tables = ran(tmp_path, choice=DEAF, hospital_payment={**CASE, "rebase_years": 5}, markup={"rate": 0.1, "tied": 0.3})
    by_case = posted(tables, "goods") - posted(tables, "copayment", "reimbursement")
    gain = posted(tables, "bundle", "rebased", "markup_self", "markup_fund") - by_case
    assert by_case > 0
    assert posted(tables, "staff_pay") == pytest.approx(0.3 * gain, rel=1e-9)


def test_the_fund_gains_by_rebasing_only_as_far_as_the_budget_grows_less(tmp_path: Path) -> None:
    paid = [
        ran(tmp_path / str(cut), choice=DEAF, hospital_payment={**CASE, "budget_cut": cut})["fund"]["fund_paid"].sum()
        for cut in (0.0, 0.5, 1.0)
    ]
    kept = ran(tmp_path / "kept", choice=DEAF, hospital_payment={**CASE, "rebased": 0.0})["fund"]["fund_paid"].sum()
    assert paid[0] == pytest.approx(kept)
    assert paid[0] > paid[1] > paid[2]
    assert paid[1] == pytest.approx((paid[0] + paid[2]) / 2)


def test_rebasing_moves_money_between_levels(tmp_path: Path) -> None:
    """What a level frees by using VBP drugs comes back by all that it does."""
    by_level = []
    for rebased in (0.0, 1.0):
        law = {**CASE, "rebased": rebased}
        accounts = rows(ran(tmp_path / str(rebased), choice=DEAF, hospital_payment=law)["accounts"], province="east")
        mine = np.isin(accounts["flow"], ("bundle", "rebased"))
        by_level.append(
            [accounts["yuan"][mine & (accounts["level"] == name)].sum() for name in ("tertiary", "primary")]
        )
    change = np.array(by_level[1]) - by_level[0]
    assert abs(change).max() > 1


@pytest.mark.parametrize("rule", [{}, {"rule": "marginal", "bands": {"0": 0.5, "0.2": 0.1}}], ids=["tiers", "bands"])
def test_savings_on_bundled_use_are_not_paid_twice_where_the_law_says_so(tmp_path: Path, rule: Any) -> None:
    """Bands are of the surplus over the budget of what is not paid by case, which is as deep as that of all."""
    twice, once = (
        measure(ran(tmp_path / str(on), choice=DEAF, hospital_payment=CASE, retention={"on_cases": on, **rule}))
        for on in (True, False)
    )
    assert once["retained_surplus"] == pytest.approx(0.5 * twice["retained_surplus"])


def test_a_consortium_keeps_what_it_does_not_spend_and_its_next_budget_may_shrink(tmp_path: Path) -> None:
    all_, half, smaller = (
        ran(tmp_path / str(i), choice=DEAF, months=36, hospital_payment={"rule": "budget", **law})
        for i, law in enumerate(({}, {"keep": 0.5}, {"rebased": 1.0}))
    )
    assert posted(half, "surplus_kept") == pytest.approx(0.5 * posted(all_, "surplus_kept"))
    assert posted(smaller, "surplus_kept") < posted(all_, "surplus_kept")
    assert measure(half)["fund_net"] > measure(all_)["fund_net"]


def test_an_overspend_does_not_raise_the_next_budget(tmp_path: Path) -> None:
    law = {"rule": "budget", "growth": -0.2, "overspend": 0.5}
    kept, shrunk = (
        ran(tmp_path / str(r), choice=DEAF, hospital_payment={**law, "rebased": r})["accounts"] for r in (0.0, 1.0)
    )
    first, second = ({"accounts": until(kept, year)} for year in ("2019", "2020"))
    assert posted(first, "surplus_kept") == 0 < posted(first, "overspend_shared")
    assert posted(second, "surplus_kept") > 0
    same(second, {"accounts": until(shrunk, "2020")})


def test_a_fund_with_little_in_reserve_warns_once(tmp_path: Path) -> None:
    calm, poor = (
        ran(tmp_path / str(months), fund_budget={"reserve_months": months, "growth": -0.5, "warning_months": 3.0})
        for months in (60.0, 2.0)
    )
    assert "fund-warning" not in calm["events"]["kind"]
    warned = rows(poor["events"], kind="fund-warning")
    assert {*warned["province"]} == {"north", "south", "east"}
    assert len(warned["province"]) == 3
    assert (warned["value"] < 3).all()


def test_formulas_by_hand() -> None:
    ward = np.array([0.0, 0.2])
    np.testing.assert_allclose(FeeForService().bears(ward), 0)
    np.testing.assert_allclose(Case(coverage=0.5, inpatient=0.6).by_case(ward), [0.3, 0.1])
    np.testing.assert_allclose(Case(rebased=0.5).weight(np.array([0.4, 1.0, 1.3])), [0.7, 1.0, 1.0])
    kept, borne = Budget(keep=0.5, overspend=0.5, limit=0.1).settled(np.array([100.0] * 3), np.array([60.0, 104, 150]))
    np.testing.assert_allclose(kept, [20, 0, 0])
    np.testing.assert_allclose(borne, [0, 2, 5])
    assert Percent(rate=0.05).missing() == pytest.approx(0.10)
    assert Percent(rate=0.3).missing() == 0
