"""What advances, delays, direct settlement and distributors' credit do to cash, arrears, deliveries and bids."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small import PROVINCES, STEADY, Tables, rows, small

from vbp_sim.engine.simulation import simulate

#: east is as far from distributors as can be, north is near
FAR = [{**place, "remoteness": far} for place, far in zip(PROVINCES, (0.0, 0.5, 1.0), strict=True)]
AMPLE = {"rate_oral": 0.0, "rate_injection": 0.0, "default_rate": 0.0, "exit_rate": 0.0, "committed_capacity": 10.0}
ON_CREDIT = {"rule": "on-credit", "pay_days": 30}


def ran(folder: Path, behaviour: dict[str, Any] | None = None, **law: Any) -> Tables:
    """The small scenario, one of whose laws changes some parts."""
    supply = {**AMPLE, **(behaviour or {}).pop("supply", {})}
    laws = {"national": {"changes": law}} if law else {}
    return simulate(
        small(folder, sets=STEADY, provinces=FAR, laws=laws, behaviour={"supply": supply, **(behaviour or {})}), 0
    )


def flow(tables: Tables, *names: str) -> float:
    accounts = tables["accounts"]
    return float(accounts["yuan"][np.isin(accounts["flow"], names)].sum())


def overdue(tables: Tables, *claims: str) -> float:
    """Yuan past due, mean over the months."""
    mine = np.isin(tables["claims"]["claim"], claims or ("goods", "collection"))
    return float(tables["claims"]["overdue"][mine].sum() / len(np.unique(tables["use"]["month"])))


def unmet(tables: Tables, province: str, level: str) -> float:
    """Part of the need."""
    use = rows(tables["use"], province=province, level=level)
    return float(use["unmet"].sum() / use["need"].sum())


def test_without_an_advance_and_with_longer_delays_more_is_overdue(tmp_path: Path) -> None:
    usual = overdue(ran(tmp_path))
    assert overdue(ran(tmp_path, payment={"prepayment_share": 0.0})) > 1.1 * usual > 0
    assert overdue(ran(tmp_path, payment={"arrears_days": 300})) > 1.5 * usual


def test_what_hospitals_keep_of_the_advance_is_owed_to_firms_instead(tmp_path: Path) -> None:
    usual, kept = ran(tmp_path), ran(tmp_path, payment={"passed_on": 0.4})
    assert flow(kept, "advance") == pytest.approx(0.4 * flow(usual, "advance"))
    assert flow(kept, "advance_kept") == pytest.approx(0.6 * flow(usual, "advance"))
    assert overdue(kept) > overdue(usual)
    for part in ("use", "bids"):
        for column, values in usual[part].items():
            np.testing.assert_array_equal(values, kept[part][column])


def test_where_the_fund_pays_firms_itself_nothing_selected_is_overdue(tmp_path: Path) -> None:
    usual, direct = ran(tmp_path), ran(tmp_path, payment={"direct_settlement": True})
    assert overdue(direct) == 0.0 < overdue(usual)
    assert flow(direct, "direct_settlement") == flow(direct, "direct_withheld") > 0
    assert flow(direct, "settlement_late") == 0.0
    assert flow(direct, "reimbursement", "copayment") == flow(usual, "reimbursement", "copayment")
    np.testing.assert_array_equal(direct["fund"]["fund_paid"], usual["fund"]["fund_paid"])


def test_distributors_on_credit_have_the_arrears_and_the_debt(tmp_path: Path) -> None:
    usual, credit = ran(tmp_path), ran(tmp_path, distribution={**ON_CREDIT, "credit_months": 100.0})
    assert overdue(credit, "goods") == 0.0
    assert overdue(credit, "collection") == pytest.approx(overdue(usual, "goods"))
    assert credit["distributors"]["cash"].min() < 0 <= usual["distributors"]["cash"].min()
    assert (credit["distributors"]["afford"] == 1).all()
    assert credit["firms"]["cash"].min() > usual["firms"]["cash"].min()


def test_a_short_line_of_credit_cuts_deliveries_to_far_institutions_only(tmp_path: Path) -> None:
    long, short = (ran(tmp_path, distribution={**ON_CREDIT, "credit_months": n}) for n in (100.0, 1.0))
    assert unmet(long, "east", "primary") == 0.0
    missing = [unmet(short, "east", level) for level in ("tertiary", "secondary", "primary")]
    assert missing[0] == 0.0 < missing[1] < missing[2]
    assert unmet(short, "north", "secondary") == 0.0
    assert short["distributors"]["afford"].min() < 1


def test_the_line_of_credit_is_a_month_of_the_sales_of_the_last_twelve(tmp_path: Path) -> None:
    tables = ran(tmp_path, distribution={**ON_CREDIT, "credit_months": 1.0})
    mine, goods = rows(tables["distributors"], province="east"), rows(tables["accounts"], province="east", flow="goods")
    sold = [goods["yuan"][goods["month"] == month].sum() for month in mine["month"]]
    for m in range(1, len(sold)):
        line, debt = np.mean(sold[max(0, m - 12) : m]), -mine["cash"][m - 1]
        assert mine["afford"][m] == pytest.approx(line / debt if debt > line else 1.0)
    assert (mine["afford"][14:] < 1).any()


def test_what_distributors_leave_out_is_unmet_and_nobody_is_short(tmp_path: Path) -> None:
    tables = ran(tmp_path, distribution={"delivered_remote": 0.8})
    east = rows(tables["use"], province="east", level="primary")
    np.testing.assert_allclose(east["unmet"], 0.2 * east["need"])
    assert not tables["supply"]["short"].any()
    assert unmet(tables, "north", "secondary") == 0.0


def test_a_fee_by_remoteness_costs_firms_and_moves_no_price(tmp_path: Path) -> None:
    usual, dear = ran(tmp_path), ran(tmp_path, distribution={"remote_fee": 0.05})
    np.testing.assert_array_equal(usual["bids"]["bid"], dear["bids"]["bid"])
    more = flow(dear, "distribution_fee") - flow(usual, "distribution_fee")
    cash = [float(rows(t["firms"], month=t["use"]["month"].max())["cash"].sum()) for t in (usual, dear)]
    receipts = [float(t["distributors"]["receipts"].sum()) for t in (usual, dear)]
    assert cash[0] - cash[1] == pytest.approx(more)
    assert receipts[1] - receipts[0] == pytest.approx(more)
    near = [{"accounts": rows(t["accounts"], province="north")} for t in (usual, dear)]
    assert flow(near[0], "distribution_fee") == flow(near[1], "distribution_fee")


def test_three_invoices_take_the_cost_of_the_rule_off_the_fee(tmp_path: Path) -> None:
    two, three = ran(tmp_path), ran(tmp_path, distribution={"invoices": 3})
    assert flow(three, "distribution_fee") == pytest.approx((0.05 - 0.019) / 0.05 * flow(two, "distribution_fee"))


def test_waiting_costs_firms_less_where_the_fund_pays_itself_and_they_bid_less(tmp_path: Path) -> None:
    free, dear, direct = (
        ran(tmp_path, payment=law)
        for law in ({}, {"interest": 0.08}, {"interest": 0.08, "direct_settlement": True})
    )  # fmt: skip
    assert flow(free, "finance_cost") == 0.0 < flow(direct, "finance_cost") < flow(dear, "finance_cost")
    bids = [np.nanmean(t["bids"]["bid"] / t["bids"]["ceiling"]) for t in (free, direct, dear)]
    assert bids[0] <= bids[1] <= bids[2]
    assert bids[0] < bids[2]
    np.testing.assert_array_equal(free["bids"]["cost"], dear["bids"]["cost"])


def test_who_waits_on_credit_pays_for_it(tmp_path: Path) -> None:
    tables = ran(tmp_path, distribution={**ON_CREDIT, "credit_months": 100.0}, payment={"interest": 0.06})
    assert flow(tables, "delivery_finance") > flow(tables, "finance_cost") > 0
    spent = ("credit_payment", "delivery", "delivery_finance")
    assert tables["distributors"]["payments"].sum() == pytest.approx(flow(tables, *spent))


@pytest.mark.parametrize(("bound", "less"), [(None, False), (0.0, True), (1.0, False)])
def test_cash_limits_production_only_of_companies_that_live_by_agreements(
    tmp_path: Path, bound: float | None, less: bool
) -> None:
    """Nobody lives by agreements alone here: all sell something outside them, or before them."""
    supply = {"cash_bound": bound, "credit_months": 0.0, "stock_months": 0.0}
    tables = ran(tmp_path, {"supply": supply}, payment={"prepayment_share": 0.0, "arrears_days": 600})
    assert bool(tables["supply"]["short"].any()) is less
