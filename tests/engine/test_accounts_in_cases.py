"""Every yuan that moves, against what it is made of: use, deliveries, settlement, events, and the firms' books."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from small import rows, total

from vbp_sim.engine.flows import CLAIMS, FLOWS
from vbp_sim.rules.library import law
from vbp_sim.scenario.load import Scenario

Tables = Mapping[str, Mapping[str, np.ndarray[Any, Any]]]
BY = ("round", "province", "level")
CLOSE: dict[str, Any] = {"rel": 1e-9, "abs": 1e-4}


#: what manufacturers sell: through hospitals, and outside
SALES = ("goods", "outside_self", "outside_fund")


def flow(tables: Tables, *names: str, by: tuple[str, ...]) -> dict[tuple[Any, ...], float]:
    """Sums of some flows."""
    of = tables["accounts"]
    return total({c: v[np.isin(of["flow"], names)] for c, v in of.items()}, by, "yuan")


def same(a: Mapping[Any, float], b: Mapping[Any, float]) -> None:
    for key in {*a, *b}:
        assert a.get(key, 0.0) == pytest.approx(b.get(key, 0.0), **CLOSE), key


def at_the_end(tables: Tables, claim: str) -> dict[tuple[Any, ...], float]:
    claims = rows(tables["claims"], claim=claim)
    return total(rows(claims, month=tables["use"]["month"].max()), BY, "open")


def test_flows_are_those_that_are_declared(ran: tuple[Scenario, Tables]) -> None:
    accounts, claims = ran[1]["accounts"], ran[1]["claims"]
    for name, payer, payee in {*zip(*(accounts[c] for c in ("flow", "payer", "payee")), strict=True)}:
        assert (FLOWS[name].payer, FLOWS[name].payee) == (payer, payee)
    for name, creditor, debtor in {*zip(*(claims[c] for c in ("claim", "creditor", "debtor")), strict=True)}:
        assert (CLAIMS[name].creditor, CLAIMS[name].debtor) == (creditor, debtor)
    assert (accounts["yuan"] > 0).all()
    assert {*accounts["round"]} <= {"", *ran[0].spec.rounds}


def test_goods_are_paid_for_by_the_fund_and_patients_in_the_month_in_which_they_are_used(
    ran: tuple[Scenario, Tables],
) -> None:
    by = ("month", *BY)
    same(flow(ran[1], "goods", by=by), flow(ran[1], "copayment", "reimbursement", by=by))


def test_goods_are_settled_set_off_or_open(ran: tuple[Scenario, Tables]) -> None:
    paid = flow(ran[1], "settlement", "settlement_late", "advance_set_off", by=BY)
    open_ = at_the_end(ran[1], "goods")
    same(flow(ran[1], "goods", by=BY), {key: paid.get(key, 0.0) + open_.get(key, 0.0) for key in {*paid, *open_}})


def test_nobody_owes_less_than_nothing_or_less_than_is_past_due(ran: tuple[Scenario, Tables]) -> None:
    claims = ran[1]["claims"]
    slack = 1e-9 * max(1.0, claims["open"].max(initial=0.0))
    assert (claims["open"] >= -slack).all()
    assert (claims["overdue"] >= -slack).all()
    assert (claims["overdue"] <= claims["open"] + slack).all()


def test_advances_end_with_their_year(ran: tuple[Scenario, Tables]) -> None:
    """They are set off or come back; what stays open went to firms that gave the product up, and is past due."""
    tables, by = ran[1], ("round", "province")
    given, back = flow(tables, "advance", by=by), flow(tables, "advance_set_off", "advance_return", by=by)
    last = rows(rows(tables["claims"], claim="advance"), month=tables["use"]["month"].max())
    lost = total(last, by, "overdue")
    same(given, {key: back.get(key, 0.0) + lost.get(key, 0.0) for key in {*back, *lost}})
    if "exit" not in tables["events"]["kind"]:
        assert sum(lost.values()) == 0


def test_what_hospitals_keep_is_what_was_settled(ran: tuple[Scenario, Tables]) -> None:
    paid, open_ = flow(ran[1], "retained", by=BY), at_the_end(ran[1], "retained")
    settled = total(ran[1]["settlement"], BY, "retained")
    same(settled, {key: paid.get(key, 0.0) + open_.get(key, 0.0) for key in {*paid, *open_}})


def test_fees_and_taxes_are_parts_of_the_goods(ran: tuple[Scenario, Tables]) -> None:
    by, finance = ("month", *BY), ran[0].spec.finance
    sales, vat = flow(ran[1], *SALES, by=by), finance.vat_rate / (1 + finance.vat_rate)
    fee = law("law-2019").distribution.fee
    same(flow(ran[1], "distribution_fee", by=by), {k: fee * v for k, v in sales.items()})
    same(flow(ran[1], "vat", by=by), {k: vat * v for k, v in sales.items()})


@pytest.mark.parametrize(("kind", "name"), [("damages", "damages"), ("collusion", "recovered")])
def test_what_firms_pay_is_what_the_events_say(ran: tuple[Scenario, Tables], kind: str, name: str) -> None:
    owed = total(rows(ran[1]["events"], kind=kind), ("round",), "value")
    same(flow(ran[1], name, by=("round",)), owed)


def test_goods_belong_to_the_round_that_supplied_the_place_last(ran: tuple[Scenario, Tables]) -> None:
    """Under a round from its first supply on: what is delivered under it is no more than its goods."""
    tables, names = ran[1], ("round", "drug", "manufacturer")
    price = dict(zip(zip(*(tables["bids"][c] for c in names), strict=True), tables["bids"]["price"], strict=True))
    supply, goods = tables["supply"], flow(tables, "goods", by=("month", "round"))
    paid = np.array([price[key] for key in zip(*(supply[c] for c in names), strict=True)])
    worth = {**supply, "yuan": paid * (supply["delivered"] + supply["backup_delivered"])}
    for key, yuan in total(worth, ("month", "round"), "yuan").items():
        assert yuan <= goods.get(key, 0.0) * (1 + 1e-9) + 1e-6, key


def test_firms_earn_what_is_delivered_and_spend_what_it_costs(ran: tuple[Scenario, Tables]) -> None:
    same(total(ran[1]["firms"], ("month",), "revenue"), flow(ran[1], *SALES, by=("month",)))
    same(total(ran[1]["firms"], ("month",), "cost"), flow(ran[1], "production", by=("month",)))


def test_cash_of_firms_is_what_came_in_less_what_went_out(ran: tuple[Scenario, Tables]) -> None:
    into = flow(ran[1], "settlement", "settlement_late", "advance", *SALES[1:], by=("month",))
    out = flow(
        ran[1], "production", "distribution_fee", "vat", "damages", "recovered", "advance_return", by=("month",)
    )  # fmt: skip
    months = sorted({*into, *out})
    cash = np.cumsum([into.get(m, 0.0) - out.get(m, 0.0) for m in months])
    found = total(ran[1]["firms"], ("month",), "cash")
    same(found, {m: c for m, c in zip(months, cash.tolist(), strict=True) if m in found})


def test_the_table_of_the_fund_shows_what_moved(ran: tuple[Scenario, Tables]) -> None:
    fund, by = ran[1]["fund"], ("month", "province")
    flows = {"fund_paid": ("reimbursement", "outside_fund"), "patient_paid": ("copayment", "outside_self")}
    for column, names in {**flows, "prepaid": ("advance",)}.items():
        same(total(fund, by, column), flow(ran[1], *names, by=by))
    spent = {k: v + total(fund, by, "alternatives")[k] for k, v in total(fund, by, "spend").items()}
    same(spent, flow(ran[1], "goods", by=by))
