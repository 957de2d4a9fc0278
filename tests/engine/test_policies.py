"""Directions that a whole run must show (models.md T18 to T32), and figures that can be worked out by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import FRAGILE, term
from small import DEMAND, DRUGS, PRODUCTS, STEADY, Tables, national, round_of, rows, small, total

from vbp_sim.engine.simulation import RUN_ON_MONTHS, horizon, simulate
from vbp_sim.facts import fact, read
from vbp_sim.runs.metrics import METRICS, measure

SURE: dict[str, Any] = {"rate_oral": 0.0, "rate_injection": 0.0, "default_rate": 0.0, "exit_rate": 0.0}


def unmet(folder: Path, k: int = 0, rules: Any = None, **supply: Any) -> float:
    rounds = {"first": round_of(rules=term(24) if rules is None else rules)}
    tables = simulate(small(folder, sets=STEADY, rounds=rounds, behaviour={"supply": {**FRAGILE, **supply}}), k)
    return float(tables["use"]["unmet"].sum())


def test_t27_more_stock_means_less_unmet(tmp_path: Path) -> None:
    for k in range(3):
        values = [unmet(tmp_path, k, stock_months=s) for s in (0.0, 0.5, 1.5, 6.0)]
        assert values == sorted(values, reverse=True)
        assert values[-1] < values[0]
        ample: dict[str, Any] = {"stock_months": 24.0, "committed_capacity": 10.0, "repair_months": 2.0}
        assert unmet(tmp_path, k, exit_rate=0.0, **ample) == 0


def test_t27_help_means_less_unmet(tmp_path: Path) -> None:
    for k in range(3):
        nobody = unmet(tmp_path, k, term(24, failure={"rule": "none"}))
        late = unmet(tmp_path, k, term(24, failure={"rule": "backup", "days_to_backup": 60}))
        soon = unmet(tmp_path, k, term(24, failure={"rule": "backup", "days_to_backup": 0}))
        assert soon <= late <= nobody
        assert soon < nobody
        assert unmet(tmp_path, k, coverage=0.0) == pytest.approx(nobody)


def test_without_failures_and_with_capacity_nothing_is_short(tmp_path: Path) -> None:
    tables = simulate(
        small(tmp_path, behaviour={"supply": {**SURE, "committed_capacity": 10.0, "stock_months": 6.0}}), 0
    )
    assert tables["use"]["unmet"].sum() == 0
    assert "shortage" not in tables["events"]["kind"]


def test_t32_without_an_award_shares_stay(tmp_path: Path) -> None:
    scenario = small(tmp_path, behaviour={"bidding": {"model": "recorded"}})  # nobody has a recorded bid
    tables = simulate(scenario, 0)
    use = tables["use"]
    assert use["selected"].sum() == use["unmet"].sum() == 0
    for drug in ("alpha", "beta", "gamma"):
        mine = rows(use, drug=drug)
        used = mine["need"] > 0
        part = mine["originator"][used] / mine["need"][used]
        np.testing.assert_allclose(part, part[0], rtol=1e-9)
    np.testing.assert_allclose(tables["fund"]["spend"], tables["fund"]["baseline"])
    values = measure(tables)
    assert values["failed_drugs"] == 3
    assert np.isnan(values["cut_own"])
    assert np.isnan(values["completion"])


def test_growth_reaches_its_height_over_the_ramp_in_calendar_months(tmp_path: Path) -> None:
    scenario = small(tmp_path, sets=[*STEADY, "demand.monthly_cv=0", "demand.growth=0.12"])
    need = list(total(rows(simulate(scenario, 0)["use"], drug="gamma"), ["month"], "need").values())
    np.testing.assert_allclose(np.array(need[7:14]) / need[0], [1, 1, 1.04, 1.08, 1.12, 1.12, 1.12])


def test_the_first_month_of_a_contract_from_mid_month_is_the_next_one(tmp_path: Path) -> None:
    for start, first in (("2019-01-01", "2019-01"), ("2019-01-02", "2019-02"), ("2019-01-31", "2019-02")):
        use = simulate(small(tmp_path, rounds={"first": round_of(start, term(12))}), 0)["use"]
        months = np.unique(use["month"][use["agreed"] > 0])
        assert (str(months[0]), len(months)) == (first, 12)


def test_a_contract_that_is_replaced_is_settled_for_the_months_that_it_ran(tmp_path: Path) -> None:
    rounds = {"first": round_of(rules=term(24)), "second": round_of("2020-05-01", term(12))}
    tables = simulate(small(tmp_path, rounds=rounds), 0)
    settled = rows(tables["settlement"], round="first", drug="gamma")
    agreed = [settled["agreed"][settled["contract_year"] == y].sum() for y in (1, 2)]
    assert agreed[1] == pytest.approx(agreed[0] * 4 / 12)
    ends = rows(tables["events"], kind="term-end", round="first")
    assert set(ends["date"].astype(str)) == {"2020-05-01"}
    assert set(ends["text"]) == {fact("next_contract")}


def test_a_renewal_on_the_day_of_the_end_settles_the_whole_last_year(tmp_path: Path) -> None:
    """Also if its result was known before the last contract year began, so that it is first in that day's queue."""
    early = round_of("2021-01-01", term(12))
    early["calendar"] = dict.fromkeys(early["calendar"], "2019-06-01") | {"start": "2021-01-01"}
    a = simulate(small(tmp_path, rounds={"first": round_of(rules=term(24)), "second": early}), 0)
    b = simulate(small(tmp_path, rounds={"first": round_of(rules=term(24))}), 0)
    np.testing.assert_array_equal(rows(a["settlement"], round="first")["agreed"], b["settlement"]["agreed"])
    np.testing.assert_allclose(rows(a["settlement"], round="first")["bought"], b["settlement"]["bought"])


def test_a_firm_that_gives_up_is_barred_from_the_next_round(tmp_path: Path) -> None:
    rounds = {"first": round_of(rules=term(12)), "second": round_of("2020-01-01", term(12))}
    tables = simulate(small(tmp_path, rounds=rounds, behaviour={"supply": {"default_rate": 10.0}}), 0)
    events, second = tables["events"], rows(tables["bids"], round="second")
    opening = rows(events, kind="opening", round="second")["time"][0]
    barred = {
        firm
        for firm, time, months in zip(
            *(rows(events, kind="ban")[c] for c in ("manufacturer", "time", "value")), strict=True
        )
        if time <= opening < time + months * 365.25 / 12
    }
    assert barred
    assert not barred & set(second["manufacturer"])
    assert rows(tables["awards"], round="second")["qualified"].min() < 2


def test_the_provinces_of_a_supplier_that_left_get_its_product_no_more(tmp_path: Path) -> None:
    tables = simulate(small(tmp_path, behaviour={"supply": {**SURE, "default_rate": 2.0}}), 2)
    exits, supply = rows(tables["events"], kind="exit"), tables["supply"]
    assert len(exits["date"])
    for drug, firm, date in zip(exits["drug"], exits["manufacturer"], exits["date"], strict=True):
        later = rows(supply, drug=drug, manufacturer=firm)
        later = {n: v[later["month"] > date.astype("datetime64[M]")] for n, v in later.items()}
        assert later["delivered"].sum() == later["backup_delivered"].sum() == 0
        others = [
            m for m in np.unique(supply["manufacturer"][supply["drug"] == drug]) if m not in exits["manufacturer"]
        ]
        if others:
            assert later["ordered"].sum() == 0


def test_the_backup_is_noted_when_it_first_delivers(tmp_path: Path) -> None:
    """It may come months after the shortage began; then the wait is that long, and it is noted once per shortage."""
    rules = term(24, failure={"rule": "backup", "days_to_backup": 75})
    tables = simulate(small(tmp_path, rounds={"first": round_of(rules=rules)}, behaviour={"supply": FRAGILE}), 0)
    events = tables["events"]
    backup, shortage = rows(events, kind="backup"), rows(events, kind="shortage")
    assert 0 < len(backup["time"]) <= len(shortage["time"])
    assert backup["value"].min() >= 75
    waited = []
    for time, drug, province in zip(backup["time"], backup["drug"], backup["province"], strict=True):
        began = shortage["time"][
            (shortage["drug"] == drug) & (shortage["province"] == province) & (shortage["time"] <= time)
        ]
        waited.append(time - began.max())
    np.testing.assert_allclose(backup["value"], np.maximum(waited, 75))


def test_only_members_report_and_are_served(tmp_path: Path) -> None:
    tables = simulate(small(tmp_path, rounds={"first": round_of(rules=term(12, members=["north", "east"]))}), 0)
    for name in ("reports", "allocation", "settlement"):
        assert set(tables[name]["province"]) == {"north", "east"}
    south = rows(tables["use"], province="south")
    assert south["selected"].sum() == south["agreed"].sum() == south["unmet"].sum() == 0
    fund = rows(tables["fund"], province="south")
    np.testing.assert_allclose(fund["spend"], fund["baseline"])


def test_firms_of_one_owner_bid_as_one(tmp_path: Path) -> None:
    products = [{**p, "owner": "group" if p["manufacturer"] in ("g1", "g2") else ""} for p in PRODUCTS]
    awards = simulate(small(tmp_path, products=products), 0)["awards"]
    apart = simulate(small(tmp_path), 0)["awards"]
    assert rows(awards, drug="gamma")["bidders"][0] == rows(apart, drug="gamma")["bidders"][0] - 1


def test_ceilings_follow_the_rule_and_in_a_renewal_the_price_before(tmp_path: Path) -> None:
    before = {"rule": "before", "factor": 0.9}
    drugs = [{**d, "ceiling": "", "pre_price": d["ceiling"]} for d in DRUGS]
    rounds = {
        "first": round_of(rules=term(12, ceiling=before)),
        "second": round_of("2020-01-01", term(12, ceiling=before)),
    }
    awards = simulate(small(tmp_path, drugs=drugs, rounds=rounds), 0)["awards"]
    first, second = rows(awards, round="first"), rows(awards, round="second")
    np.testing.assert_allclose(first["ceiling"], 0.9 * np.array([d["ceiling"] for d in DRUGS]))
    np.testing.assert_allclose(second["ceiling"], 0.9 * first["lowest"], rtol=1e-6)


def test_a_dearer_copayment_moves_money_from_the_fund_to_patients(tmp_path: Path) -> None:
    one, deaf = {"first": round_of(rules=term(12))}, (*STEADY, "behaviour.choice.reimbursement=0")
    a, b = (
        simulate(small(tmp_path, sets=deaf, rounds=one, laws=national(reimbursement={"dear_copayment": c})), 0)["fund"]
        for c in (0.0, 0.3)
    )
    np.testing.assert_array_equal(a["spend"], b["spend"])
    assert b["fund_paid"].sum() < a["fund_paid"].sum()


def test_agreed_volume_of_the_second_year_follows_the_contract_rule(tmp_path: Path) -> None:
    rules = term(18, contract={"agreed_floor": 0.8, "use_floor": 0.0})
    t = simulate(small(tmp_path, rounds={"first": round_of(rules=rules)}), 0)["settlement"]
    years = [t["agreed"][t["contract_year"] == y].sum() for y in (1, 2)]
    assert years[1] == pytest.approx(0.8 * years[0] * 6 / 12)


def test_the_horizon_is_the_longest_contract_and_some_months(tmp_path: Path) -> None:
    rounds = {"first": round_of(rules=term(24)), "second": round_of("2019-07-01", term(6))}
    assert str(horizon(small(tmp_path, rounds=rounds))) == "2021-04-01"
    assert RUN_ON_MONTHS == 3


def test_institutions_share_the_demand_of_their_province(tmp_path: Path) -> None:
    """South has no secondary hospital, so its tertiary and primary ones share everything in proportion."""
    reports = rows(simulate(small(tmp_path), 0)["reports"], province="south", drug="alpha")
    past = dict(zip(reports["level"], reports["past_use"], strict=True))
    assert past["secondary"] == 0
    assert past["tertiary"] / past["primary"] == pytest.approx(0.62 / 0.12)
    counts = dict(zip(reports["level"], reports["institutions"], strict=True))
    assert counts == {"tertiary": 1, "secondary": 0, "primary": 6}


def test_a_larger_guarantee_lowers_reports_and_leaves_agreed_volumes(tmp_path: Path) -> None:
    """T22 in a whole run, with the review bounds out of the way."""
    free: dict[str, Any] = {
        "laws": national(reporting={"lowest": 0.0, "highest": 5.0}),
        "behaviour": {"reporting": {"model": "newsvendor"}},
    }

    def go(share: float) -> Tables:
        rules = term(12, share={"table": {"1": share, "2": share, "3": share}})
        return simulate(small(tmp_path, rounds={"first": round_of(rules=rules)}, **free), 0)

    a, b = go(0.5), go(0.8)
    np.testing.assert_allclose(a["reports"]["agreed"], b["reports"]["agreed"])
    assert b["reports"]["reported"].sum() < a["reports"]["reported"].sum()


def test_a_renewal_asks_for_reports_by_the_use_of_the_year_before(tmp_path: Path) -> None:
    """Use has grown by then, and with a ratchet nobody reports less than a part of what was bought."""
    rounds = {"first": round_of(rules=term(24)), "second": round_of("2021-01-01", term(12))}
    for ratchet in (0.0, 1.0):
        laws = national(reporting={"ratchet": ratchet, "lowest": 0.0})
        habit = {"reporting": {"model": "anchor"}}
        sets = [*STEADY, "demand.growth=0.14"]
        tables = simulate(small(tmp_path / str(ratchet), rounds=rounds, laws=laws, behaviour=habit, sets=sets), 0)
        past = total(tables["reports"], ("round",), "past_use")
        rising = (0.14 / 3 + 0.28 / 3 + 0.14 * 10) / 12  # over the ramp of three months
        assert past[("second",)] == pytest.approx((1 + rising) * past[("first",)])
        settled = rows(tables["settlement"], contract_year=1, round="first")
        bought = total(settled, ("drug", "province", "level"), "bought")
        reported = total(rows(tables["reports"], round="second"), ("drug", "province", "level"), "reported")
        held = [reported[key] >= volume * (1 - 1e-9) for key, volume in bought.items()]
        assert all(held) == (ratchet == 1.0)


def test_in_a_later_round_earlier_prices_are_those_of_the_contract_before(tmp_path: Path) -> None:
    rounds = {"first": round_of(rules=term(12)), "second": round_of("2020-01-01", term(12))}
    tables = simulate(small(tmp_path, rounds=rounds), 0)
    bids, prices = tables["bids"], tables["prices"]
    names = ("drug", "manufacturer")
    first, second = ({key: i for i, key in enumerate(zip(*(rows(bids, round=r)[c] for c in names), strict=True))}
                     for r in ("first", "second"))  # fmt: skip
    one, two = rows(bids, round="first"), rows(bids, round="second")
    for key, i in second.items():
        j = first[key]
        expected = one["price"][j] if one["selected"][j] else one["pre_price"][j]
        assert two["pre_price"][i] == pytest.approx(expected)
    after = rows(prices, round="first")["price_after"]
    np.testing.assert_allclose(rows(prices, round="second")["price_before"], after)


def test_the_budget_of_a_renewal_is_what_the_drug_costs_by_then(tmp_path: Path) -> None:
    """Savings that hospitals share in are measured against the contract before, not against the time before any."""
    rounds = {"first": round_of(rules=term(12)), "second": round_of("2020-01-01", term(12))}
    settled = simulate(small(tmp_path, rounds=rounds), 0)["settlement"]
    budget, volume = total(settled, ("round", "drug"), "budget"), total(settled, ("round", "drug"), "agreed")
    for drug in ("alpha", "beta", "gamma"):
        unit = [budget[(r, drug)] / volume[(r, drug)] for r in ("first", "second")]
        assert unit[1] < 0.9 * unit[0]


def test_demand_in_another_unit_changes_no_share(tmp_path: Path) -> None:
    tenth = [{**d, "reported": d["reported"] / 10} for d in DEMAND]
    a, b = measure(simulate(small(tmp_path), 0)), measure(simulate(small(tmp_path, demand=tenth), 0))
    for name, value in a.items():
        factor = 10 if METRICS[name].unit in ("yuan", "yuan/year") else 1
        assert b[name] * factor == pytest.approx(value, rel=1e-6, nan_ok=True), name


def test_a_shortage_is_noted_once_for_as_long_as_it_lasts(tmp_path: Path) -> None:
    """With one supplier for all, the months in which it is short are those of every province that orders."""
    scenario = small(tmp_path, rounds={"first": round_of(rules="pilot-2018")}, behaviour={"supply": FRAGILE})
    tables = simulate(scenario, 0)
    begins = 0
    for drug in np.unique(tables["supply"]["drug"]):
        mine = rows(tables["supply"], drug=drug)
        short = mine["short"][np.argsort(mine["month"])] > 1e-6 * np.maximum(mine["ordered"], 1)
        begin = int((short & ~np.concatenate([[False], short[:-1]])).sum())
        noted = rows(tables["events"], kind="shortage", drug=drug)
        for province in np.unique(noted["province"]):
            assert (noted["province"] == province).sum() == begin
        begins = max(begins, begin)
    assert begins > 1


def test_payment_standards_do_not_rise_again_when_the_contract_ends(tmp_path: Path) -> None:
    """With habits that never move, the fund pays in the month after the end what it paid in the last month."""
    sets = [*STEADY, "demand.monthly_cv=0", "behaviour.choice.adjustment=1e-9"]
    sets += [f"behaviour.supply.{name}={value}" for name, value in (SURE | {"stock_months": 6.0}).items()]
    fund = simulate(small(tmp_path, sets=sets, rounds={"first": round_of(rules=term(12))}), 0)["fund"]
    paid = list(total(fund, ["month"], "fund_paid").values())
    last = 9 + 11  # nine months before the first supply
    np.testing.assert_allclose(paid[last - 10 :], paid[last], rtol=1e-7)
    assert paid[last] < 0.99 * paid[0]


def test_what_a_new_main_supplier_delivers_is_told_apart(tmp_path: Path) -> None:
    """Selected goods count as the originator's exactly while the originator is the main supplier."""
    seen = 0
    for k in range(8):
        tables = simulate(small(tmp_path, behaviour={"supply": {**SURE, "default_rate": 1.5}}), k)
        moved = rows(tables["events"], kind="replacement")
        for drug, province, date, text in zip(*(moved[c] for c in ("drug", "province", "date", "text")), strict=True):
            month = date.astype("datetime64[M]") + 1
            gone = {
                *rows(tables["events"], kind="exit", drug=drug)["manufacturer"][
                    rows(tables["events"], kind="exit", drug=drug)["date"] < month.astype("datetime64[D]")
                ]
            }
            heir = read(text)[0].values["firm"]
            if heir in gone:
                continue
            mine = rows(tables["use"], drug=drug, province=province, month=month)
            if mine["selected"].sum() > 0:
                wanted = mine["selected"] if heir == "brand" else 0 * mine["selected"]
                np.testing.assert_allclose(mine["selected_originator"], wanted)
                seen += 1
    assert seen > 3


def test_where_nothing_is_delivered_the_fund_still_knows_the_selected_price(tmp_path: Path) -> None:
    """Suppliers gone: the payment standard of other products stays that of the contract."""
    supply = {**SURE, "default_rate": 10.0, "stock_months": 0.0}
    rounds = {"first": round_of(rules=term(24))}
    laws = national(reimbursement={"rule": "single"})
    tables = simulate(small(tmp_path, rounds=rounds, laws=laws, behaviour={"supply": supply}), 0)
    fund, delivered = tables["fund"], tables["supply"]["delivered"] + tables["supply"]["backup_delivered"]
    last = tables["supply"]["month"][delivered > 0].max()
    late = (fund["month"] > last) & (fund["month"] < np.datetime64("2020-01", "M"))
    assert late.any()
    part = fund["fund_paid"][late] / fund["spend"][late]
    assert (part > 0.05).all()
    assert (part < 0.65 * 0.9 - 1e-3).all()


def test_backups_are_those_of_the_rule_and_never_the_main_supplier(tmp_path: Path) -> None:
    places = simulate(small(tmp_path), 0)["allocation"]
    assert (places["backup"] != "").all()
    assert (places["backup"] != places["main"]).all()
    prices = dict(zip(zip(places["drug"], places["main"], strict=True), places["price"], strict=True))
    for drug, backup, price in zip(places["drug"], places["backup"], places["backup_price"], strict=True):
        assert prices.get((drug, backup), price) == price


def test_a_lower_selected_price_pulls_institutions(tmp_path: Path) -> None:
    """All generics win at one price, the ceiling or a tenth of it; only the pull of the price can tell."""
    shares = []
    for bid in (1.0, 0.1):
        products = [{**p, "bid": bid if p["drug"] == "alpha" and not p["originator"] else ""} for p in PRODUCTS]
        behaviour = {"bidding": {"model": "recorded"}, "choice": {"price": 1.0, "brand": 5.0}, "supply": SURE}
        tables = simulate(small(tmp_path, products=products, behaviour=behaviour), 0)
        shares.append(measure(tables)["selected_share"])
    assert shares[1] > shares[0] + 0.02
