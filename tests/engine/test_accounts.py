"""The accounts over random scenarios: every flow kept a second time from the other tables, and nothing lost between.

25 scenarios here, 200 in the slow tests.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from books import ADVANCES, PAYMENTS, Books, Sums, close, posted
from hospital_books import hospital_flows, need_a_month
from random_scenarios import drawn

from vbp_sim.engine.accounts import FUND_PAID
from vbp_sim.engine.clock import Clock
from vbp_sim.engine.flows import CLAIMS, FLOWS
from vbp_sim.engine.institutions import part_of_use
from vbp_sim.engine.place import Place
from vbp_sim.engine.simulation import horizon, simulate
from vbp_sim.engine.supply_tables import SOURCES
from vbp_sim.engine.world import World
from vbp_sim.rules.local.supply_security import TIERS
from vbp_sim.scenario.load import Scenario
from vbp_sim.scenario.market import LEVELS

FAST, SLOW = 25, 200
BY = ("month", "round", "province", "level")


@dataclass
class Ran:
    """A scenario, its tables, and the books kept anew."""

    scenario: Scenario
    t: Mapping[str, Mapping[str, np.ndarray[Any, Any]]]
    books: Books

    @property
    def exact(self) -> bool:
        """Whether everybody delivered all that was ordered, and nobody left."""
        return not self.t["supply"]["short"].any() and "exit" not in self.t["events"]["kind"]


@pytest.fixture(
    scope="module",
    params=[*range(FAST), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(FAST, SLOW))],
)
def ran(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Every third scenario has ample supply, so that the books can be kept to the last place."""
    seed: int = request.param
    scenario = drawn(tmp_path_factory.mktemp("random"), seed, ample=seed % 3 == 0)
    tables = simulate(scenario, 0)
    return Ran(scenario, tables, Books(scenario, tables))


def together(*ledgers: Mapping[Any, float], of: tuple[int, ...] = (0, 1)) -> Sums:
    """Ledgers added up, by some of the places of their keys."""
    sums: Sums = {}
    for ledger in ledgers:
        for key, yuan in ledger.items():
            short = tuple(key[i] for i in of)
            sums[short] = sums.get(short, 0.0) + yuan
    return sums


def scaled(ledger: Mapping[Any, float], by: float) -> Sums:
    return {key: by * yuan for key, yuan in ledger.items()}


def test_goods_are_what_was_delivered_at_the_price_paid(ran: Ran) -> None:
    value, care = ran.books.delivered()[0], ran.books.care()
    close(posted(ran.t["accounts"], "goods", "month", "round"), together(value, care["rest"]))


def test_goods_of_every_place_and_level_are_use_times_price_where_nothing_is_short(ran: Ran) -> None:
    if ran.exact:
        care = ran.books.care()
        close(posted(ran.t["accounts"], "goods", *BY), together(care["selected"], care["rest"], of=(0, 1, 2, 3)))


def test_the_fund_pays_its_share_up_to_the_payment_standard_unless_it_pays_by_case(ran: Ran) -> None:
    finance, care = ran.scenario.spec.finance, ran.books.care()
    selected = scaled(ran.books.delivered()[0], finance.fund_share * finance.insured_share)
    paid = together(posted(ran.t["accounts"], "reimbursement", "month"), bundled(ran), of=(0,))
    close(paid, together(selected, care["covered rest"], of=(0,)))


def bundled(ran: Ran, *by: str) -> Sums:
    """The fund's part of what was used under case payment."""
    fund = ran.t["fund"]
    keys = [(fund["month"].astype(int) + 1970 * 12).tolist(), *(fund[column].tolist() for column in by)]
    sums: Sums = defaultdict(float)
    for key, yuan in zip(zip(*keys, strict=True), fund["bundled"].tolist(), strict=True):
        sums[key] += yuan
    return sums


def test_patients_pay_what_the_fund_does_not(ran: Ran) -> None:
    by = ("month", "province")
    flows = [posted(ran.t["accounts"], flow, *by) for flow in ("reimbursement", "copayment")]
    close(together(*flows, bundled(ran, "province")), posted(ran.t["accounts"], "goods", *by))


def test_hospitals_are_paid_by_case_by_budget_and_with_a_mark_up_as_the_laws_say(ran: Ran) -> None:
    if ran.exact:
        for name, kept in hospital_flows(ran.scenario, ran.books).items():
            close(posted(ran.t["accounts"], name, *BY), kept, name)


def test_what_is_bought_outside_the_platform_costs_more(ran: Ran) -> None:
    kept: Sums = defaultdict(float)
    ran.books.care()
    for m, name, place, level, worth in ran.books.others:
        law = ran.books.law(place, m).platform
        kept[m, name, place, level] += (1 - law.online_rate) * (law.offline_price - 1) * worth
    close(posted(ran.t["accounts"], "offline", *BY), kept)


def test_emergency_purchases_cost_more_as_the_law_says(ran: Ran) -> None:
    use, kept = ran.t["use"], defaultdict(float)
    month = (use["month"].astype(int) + 1970 * 12).tolist()
    names = (use[c].tolist() for c in ("drug", "province", "level", "emergency"))
    for m, drug, place, level, units in zip(month, *names, strict=True):
        if units:
            more = ran.books.law(place, m).supply_security.emergency_price - 1
            kept[m, ran.books.round(drug, place, m), place, level] += more * ran.books.untouched(drug) * units
    close(posted(ran.t["accounts"], "emergency", *BY), kept)
    assert (use["emergency"] <= use["substituted"] * (1 + 1e-9) + 1e-9).all()


def test_goods_of_neighbours_and_imports_cost_more_as_the_law_says(ran: Ran) -> None:
    relief, kept = ran.t["relief"], defaultdict(float)
    month = (relief["month"].astype(int) + 1970 * 12).tolist()
    names = (relief[c].tolist() for c in ("drug", "province", "source", "units"))
    for m, drug, place, source, units in zip(month, *names, strict=True):
        if source in TIERS and source != "emergency":
            more = ran.books.law(place, m).supply_security.price(source) - 1
            kept[m, ran.books.round(drug, place, m), place] += more * ran.books.untouched(drug) * units
    close(posted(ran.t["accounts"], "relief", *BY[:3]), kept)


def test_relief_says_who_met_every_order_that_was_short(ran: Ran) -> None:
    """By month, drug and place the sources add up to the columns of `use`, and nothing that was short is left out."""
    found: dict[str, Sums] = {source: defaultdict(float) for source in SOURCES}
    relief, warned = ran.t["relief"], set()
    month = (relief["month"].astype(int) + 1970 * 12).tolist()
    rows = zip(month, *(relief[c].tolist() for c in ("drug", "province", "source", "units")), strict=True)
    for m, drug, place, source, units in rows:
        found[source][m, drug, place] += units
        warned.add((m, drug, place))
    used: dict[str, Sums] = {name: defaultdict(float) for name in ("selected", *_SHORT)}
    for m, drug, place, _, v in ran.books.rows():
        for name, sums in used.items():
            sums[m, drug, place] += v[name]
    for (m, drug, place, _), units in undelivered(ran).items():
        used["unmet"][m, drug, place] -= units
    most = max(used["selected"].values())
    of = {"selected": SOURCES[:4], "substituted": SOURCES[4:9], "emergency": ("emergency",), "waiting": ("waiting",)}
    of |= {"relief": ("reserve", "neighbours", "imports"), "unmet": ("unmet",)}
    for name, sources in of.items():
        for cell in warned:
            together_ = sum(found[source][cell] for source in sources)
            assert together_ == pytest.approx(used[name][cell], rel=1e-9, abs=1e-9 * most), (name, cell)
    for name in ("substituted", "waiting"):
        assert {cell for cell, units in used[name].items() if units > 1e-5 * most} <= warned


_SHORT = ("substituted", "emergency", "relief", "waiting", "unmet")


def test_the_reserve_of_each_fund_is_its_budget_less_all_that_it_pays(ran: Ran) -> None:
    fund, books = ran.t["fund"], ran.books
    for place in books.places:
        mine, law = fund["province"] == place, books.law(place, books.first).fund_budget
        finance = ran.scenario.spec.finance
        usual = finance.fund_share * finance.insured_share * need_a_month(ran.scenario, books, place)
        paid = np.zeros(books.last - books.first + 1)
        for flow in FLOWS.values():
            sign = (flow.payer == "fund") - (flow.payee == "fund")
            for (month, where), yuan in posted(ran.t["accounts"], flow.id, "month", "province").items():
                paid[month - books.first] += sign * yuan * (where == place)
        reserve = law.reserve_months * usual + (fund["budget"][mine] - paid).cumsum()
        np.testing.assert_allclose(fund["reserve"][mine], reserve, rtol=1e-9, atol=1e-6 * usual)


def test_what_patients_get_outside_is_paid_by_them_and_in_some_channels_by_the_fund(ran: Ran) -> None:
    finance, away = ran.scenario.spec.finance, ran.books.care()["away"]
    fund = finance.fund_share * finance.insured_share * finance.fund_channels
    close(posted(ran.t["accounts"], "outside_fund", *BY), scaled(away, fund))
    close(posted(ran.t["accounts"], "outside_self", *BY), scaled(away, 1 - fund))


def test_production_is_the_cost_of_what_was_delivered_and_of_the_rest(ran: Ran) -> None:
    cost, care = ran.books.delivered()[1], ran.books.care()
    close(
        posted(ran.t["accounts"], "production", "month", "round"), together(cost, care["made rest"], care["made away"])
    )


def test_fee_and_tax_are_parts_of_the_goods(ran: Ran) -> None:
    finance, far = ran.scenario.spec.finance, {p.id: p.remoteness for p in ran.scenario.market.provinces}
    flows = ("goods", "outside_self", "outside_fund")
    goods = together(*(posted(ran.t["accounts"], flow, *BY) for flow in flows), of=(0, 1, 2, 3))
    fees, costs = Sums(), Sums()
    for (m, name, place, level), yuan in goods.items():
        law = ran.books.law(place, m).distribution
        reach = far[place] * law.reach[level]
        fee = law.fee if law.invoices == 2 else max(0.0, law.fee - law.invoice_fee)
        fees[m, name, place, level] = (fee + reach * law.remote_fee) * yuan
        costs[m, name, place, level] = law.expense * yuan if law.rule == "on-credit" else 0.0
    close(posted(ran.t["accounts"], "distribution_fee", *BY), fees)
    close(posted(ran.t["accounts"], "delivery", *BY), costs)
    close(posted(ran.t["accounts"], "vat", *BY), scaled(goods, finance.vat_rate / (1 + finance.vat_rate)))


def test_the_advance_is_the_share_of_the_law_of_the_agreed_volume_at_the_price(ran: Ran) -> None:
    for flow, wanted in zip(("advance", "advance_kept"), ran.books.advances(), strict=True):
        close(posted(ran.t["accounts"], flow, "month", "round", "province"), wanted, flow)


def test_the_surplus_is_paid_after_the_months_of_payout_and_the_rest_is_open(ran: Ran) -> None:
    due = ran.books.retained()
    paid = {key: yuan for key, yuan in due.items() if key[0] <= ran.books.last}
    close(posted(ran.t["accounts"], "retained", *BY), paid)
    open_ = sum(yuan for key, yuan in due.items() if key[0] > ran.books.last)
    last = posted(ran.t["claims"], "retained", "month", column="open", kind="claim").get((ran.books.last,), 0.0)
    assert last == pytest.approx(open_, rel=1e-9, abs=1e-3)


def test_settlement_follows_the_law_of_the_month_of_delivery(ran: Ran) -> None:
    if not ran.exact:
        return
    books = ran.books.settled(on_time(ran))
    for flow in PAYMENTS:
        seen = {key: yuan for key, yuan in books[flow].items() if key[0] <= ran.books.last}
        close(posted(ran.t["accounts"], flow, *BY), seen, flow)
    for flow in ADVANCES:
        close(together(posted(ran.t["accounts"], flow, *BY), of=(0, 1, 2)), books[flow], flow)


def on_time(ran: Ran) -> dict[tuple[str, str], float]:
    """Part of the use in institutions that pay when it is due, by place and level."""
    world = World(ran.scenario, 0, Clock(ran.scenario.spec.start, horizon(ran.scenario)))
    places = [Place(world, i) for i in range(len(ran.books.places))]
    return {
        (place.id, level): float(part)
        for place in places
        for level, part in zip(LEVELS, part_of_use(place.institutions, place.on_time), strict=True)
    }


#: what a claim begins with, and what ends it
CHAINS = {
    "goods": ("goods", ("settlement", "settlement_late", "direct_settlement", "advance_set_off", "on_credit")),
    "collection": ("on_credit", ("collected", "collected_late")),
    "credit": ("on_credit", ("credit_payment",)),
}


@pytest.mark.parametrize("claim", CHAINS)
def test_goods_are_paid_set_off_or_still_owed(ran: Ran, claim: str) -> None:
    key, (begins, ends) = ("round", "province", "level"), CHAINS[claim]
    paid = [posted(ran.t["accounts"], flow, *key) for flow in ends]
    owed = at_the_end(ran, claim, *key)
    close(together(*paid, owed, of=(0, 1, 2)), posted(ran.t["accounts"], begins, *key))


@pytest.mark.parametrize(
    ("claim", "back"),
    [
        ("advance", ("advance_set_off", "advance_return")),
        ("advance_kept", ("advance_repaid",)),
        ("deposit", ("deposit_back", "deposit_kept")),
    ],
)
def test_advances_are_set_off_returned_or_still_outstanding(ran: Ran, claim: str, back: tuple[str, ...]) -> None:
    key = ("round", "province")
    gone = [posted(ran.t["accounts"], f, *key) for f in back]
    close(together(*gone, at_the_end(ran, claim, *key)), posted(ran.t["accounts"], claim, *key))


def test_the_fund_withholds_from_hospitals_what_it_pays_for_them(ran: Ran) -> None:
    direct = [posted(ran.t["accounts"], flow, *BY) for flow in ("direct_settlement", "direct_withheld")]
    assert direct[0] == direct[1]


def at_the_end(ran: Ran, claim: str, *by: str) -> Sums:
    months = ran.t["claims"]["month"]
    last = {name: values[months == ran.t["use"]["month"].max()] for name, values in ran.t["claims"].items()}
    return posted(last, claim, *by, column="open", kind="claim")


def test_no_claim_is_negative_and_no_more_is_overdue_than_open(ran: Ran) -> None:
    claims = ran.t["claims"]
    assert claims["open"].min(initial=0.0) >= -1e-6
    assert claims["overdue"].min(initial=0.0) >= -1e-6
    assert (claims["overdue"] <= claims["open"] * (1 + 1e-9) + 1e-6).all()


def test_no_flow_runs_backwards(ran: Ran) -> None:
    assert ran.t["accounts"]["yuan"].min(initial=0.0) >= -1e-6


def test_damages_are_posted_as_they_are_owed(ran: Ran) -> None:
    events = ran.t["events"]
    mine = {name: values[events["kind"] == "damages"] for name, values in events.items()}
    owed: Sums = {}
    for name, yuan in zip(mine["round"], mine["value"].tolist(), strict=True):
        owed[name,] = owed.get((name,), 0.0) + yuan
    close(posted(ran.t["accounts"], "damages", "round"), owed)


def test_every_posting_and_claim_has_the_parties_of_its_declaration(ran: Ran) -> None:
    accounts, claims = ran.t["accounts"], ran.t["claims"]
    seen = {*zip(accounts["flow"], accounts["payer"], accounts["payee"], strict=True)}
    assert seen <= {(f.id, f.payer, f.payee) for f in FLOWS.values()}
    owed = {*zip(claims["claim"], claims["creditor"], claims["debtor"], strict=True)}
    assert owed <= {(c.id, c.creditor, c.debtor) for c in CLAIMS.values()}


def by_month(ran: Ran, *flows: str) -> np.ndarray[Any, Any]:
    """Sum of some flows in every month, () of months."""
    sums = together(*(posted(ran.t["accounts"], flow, "month") for flow in flows), of=(0,))
    return np.array([sums.get((m,), 0.0) for m in range(ran.books.first, ran.books.last + 1)])


def of_firms(ran: Ran, column: str) -> np.ndarray[Any, Any]:
    firms = ran.t["firms"]
    month = firms["month"].astype(int) + 1970 * 12 - ran.books.first
    return np.bincount(month, weights=firms[column], minlength=ran.books.last - ran.books.first + 1)


def test_revenue_and_cost_of_all_firms_are_goods_and_production(ran: Ran) -> None:
    np.testing.assert_allclose(
        of_firms(ran, "revenue"), by_month(ran, "goods", "outside_self", "outside_fund"), rtol=1e-9
    )
    np.testing.assert_allclose(of_firms(ran, "cost"), by_month(ran, "production"), rtol=1e-9)


def test_revenue_and_cost_of_each_company_are_those_of_its_products(ran: Ran) -> None:
    firms = ran.t["firms"]
    keys = list(zip((firms["month"].astype(int) + 1970 * 12).tolist(), firms["owner"].tolist(), strict=True))
    for column, kept in zip(("revenue", "cost"), ran.books.sold(), strict=True):
        close(dict(zip(keys, firms[column].tolist(), strict=True)), kept, column)


def test_cash_of_all_firms_is_the_balance_of_the_manufacturers(ran: Ran) -> None:
    into = by_month(ran, *(f.id for f in FLOWS.values() if f.payee == "manufacturers" and f.cash))
    out = by_month(ran, *(f.id for f in FLOWS.values() if f.payer == "manufacturers" and f.cash))
    most = max(into.cumsum()[-1], out.cumsum()[-1])
    np.testing.assert_allclose(of_firms(ran, "cash"), (into - out).cumsum(), rtol=1e-9, atol=1e-9 * most)


def test_cash_of_distributors_is_the_balance_of_their_flows(ran: Ran) -> None:
    mine, accounts = ran.t["distributors"], ran.t["accounts"]
    keys = list(zip((mine["month"].astype(int) + 1970 * 12).tolist(), mine["province"].tolist(), strict=True))
    cash: Sums = defaultdict(float)
    for side, column, sign in (("payee", "receipts", 1.0), ("payer", "payments", -1.0)):
        flows = [f.id for f in FLOWS.values() if f.cash and getattr(f, side) == "distributors"]
        moved = together(*(posted(accounts, flow, "month", "province") for flow in flows), of=(0, 1))
        close(dict(zip(keys, mine[column].tolist(), strict=True)), moved, column)
        for (month, place), yuan in moved.items():
            for later in range(month, ran.books.last + 1):
                cash[later, place] += sign * yuan
    close(dict(zip(keys, mine["cash"].tolist(), strict=True)), cash)
    for column, claim in (("owed", "collection"), ("owes", "credit")):
        still = posted(ran.t["claims"], claim, "month", "province", column="open", kind="claim")
        close(dict(zip(keys, mine[column].tolist(), strict=True)), still, column)


def undelivered(ran: Ran) -> Sums:
    """What institutions wanted and distributors did not bring, units by (month, drug, place, level)."""
    mine, far = ran.t["distributors"], {p.id: p.remoteness for p in ran.scenario.market.provinces}
    months = (mine["month"].astype(int) + 1970 * 12).tolist()
    afford = dict(zip(zip(months, mine["province"].tolist(), strict=True), mine["afford"].tolist(), strict=True))
    found: Sums = {}
    for m, drug, place, level, v in ran.books.rows():
        law, listed = ran.books.law(place, m).distribution, v["need"] + v["waiting"] - v["alternatives"] - v["away"]
        reach = far[place] * law.reach[level]
        rate = law.delivered + (law.delivered_remote - law.delivered) * reach
        found[m, drug, place, level] = listed * (1 - rate * (1 - (1 - afford[m, place]) * reach))
    return found


def test_what_distributors_do_not_bring_is_unmet_at_its_level(ran: Ran) -> None:
    missed = undelivered(ran)
    unmet = {(m, *key): v["unmet"] for m, *key, v in ran.books.rows()}
    if ran.exact:
        close(unmet, missed)
    for key, units in missed.items():
        assert unmet[key] >= units * (1 - 1e-9) - 1e-6


def test_what_is_ordered_is_delivered_by_others_replaced_or_unmet(ran: Ran) -> None:
    supply, use = ran.t["supply"], ran.t["use"]
    first = {}
    columns = (supply, "short"), (supply, "backup_delivered"), (use, "substituted"), (use, "unmet"), (use, "waiting")
    for table, column in columns:
        keys = zip((table["month"].astype(int) + 1970 * 12).tolist(), table["drug"].tolist(), strict=True)
        sums: Sums = {}
        for key, units in zip(keys, table[column].tolist(), strict=True):
            sums[key] = sums.get(key, 0.0) + units
        first[column] = sums
    for (month, drug, *_), units in undelivered(ran).items():
        first["unmet"][month, drug] -= units
    volume = float(supply["ordered"].max(initial=1.0))
    for key, short in first["short"].items():
        covered = sum(first[column][key] for column in ("backup_delivered", "substituted", "waiting", "unmet"))
        assert short == pytest.approx(covered, rel=1e-9, abs=1e-9 * volume)


def test_the_fund_table_is_the_accounts_by_month_and_place(ran: Ran) -> None:
    fund = ran.t["fund"]
    month = (fund["month"].astype(int) + 1970 * 12).tolist()
    flows = {
        "fund_paid": FUND_PAID,
        "patient_paid": ("copayment", "markup_self", "offline", "outside_self"),
    }
    for column, names in {**flows, "prepaid": ("advance", "advance_kept")}.items():
        seen = dict(zip(zip(month, fund["province"], strict=True), fund[column].tolist(), strict=True))
        wanted: Sums = defaultdict(float)
        for name in names:
            for key, yuan in posted(ran.t["accounts"], name, "month", "province").items():
                wanted[key] += yuan
        close(seen, wanted, column)
    spent = fund["spend"] + fund["alternatives"]
    seen = dict(zip(zip(month, fund["province"], strict=True), spent.tolist(), strict=True))
    close(seen, posted(ran.t["accounts"], "goods", "month", "province"))


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_short_by_a_bit_where_capacity_is_ample(tmp_path: Path, seed: int) -> None:
    tables = simulate(drawn(tmp_path, seed, ample=True), 0)
    assert not tables["use"]["substituted"].any()
    assert not tables["supply"]["backup_delivered"].any()
    np.testing.assert_array_equal(tables["supply"]["delivered"], tables["supply"]["ordered"])
