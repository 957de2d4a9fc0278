"""Every headline metric on tables small enough to work out by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vbp_sim.engine.simulation import simulate
from vbp_sim.engine.tables import TABLES
from vbp_sim.errors import InputError
from vbp_sim.report.summary import meaning
from vbp_sim.report.words.language import speaking
from vbp_sim.runs.load import load_scenario
from vbp_sim.runs.metrics import BAND, METRICS, Metric, check_known, known_ids, measure, metric, summarize
from vbp_sim.runs.metrics.reference import markdown
from vbp_sim.runs.metrics.replication import Replication

NAN = float("nan")
KINDS: dict[str, Any] = {
    "int": np.int64,
    "float": np.float64,
    "bool": np.bool_,
    "text": object,
    "month": "datetime64[M]",
    "date": "datetime64[D]",
}


def table(name: str, *rows: dict[str, Any]) -> dict[str, np.ndarray]:
    """A table with the declared columns; what a row does not say is 0, empty or false."""
    empty: dict[str, Any] = {
        "int": 0,
        "float": 0.0,
        "bool": False,
        "text": "",
        "month": "2019-01",
        "date": "2019-01-01",
    }
    assert not {key for row in rows for key in row} - set(TABLES[name].names)
    return {
        c.name: np.array([row.get(c.name, empty[c.kind]) for row in rows], dtype=KINDS[c.kind])
        for c in TABLES[name].columns
    }


def bid(round_: str, drug: str, firm: str, bid_: float, cost: float, **more: Any) -> dict[str, Any]:
    won = more.get("price", NAN) == more.get("price", NAN) and "price" in more
    return {
        "round": round_,
        "drug": drug,
        "manufacturer": firm,
        "bid": bid_,
        "cost": cost,
        "selected": won,
        "price": NAN,
        "ceiling": 10.0,
        "pre_price": 20.0,
        **more,
    }


def use(month: str, drug: str, province: str, **volumes: float) -> dict[str, Any]:
    return {"month": month, "drug": drug, "province": province, "level": "tertiary", **volumes}


def classed(month: str, province: str, **doses: float) -> dict[str, Any]:
    return {"month": month, "class": "C10AA", "province": province, **doses}


def settled(round_: str, province: str, **numbers: Any) -> dict[str, Any]:
    return {"round": round_, "drug": "a", "province": province, "contract_year": 1, **numbers}


def priced(round_: str, drug: str, firm: str, before: float, after: float, **more: Any) -> dict[str, Any]:
    return {"round": round_, "drug": drug, "manufacturer": firm, "price_before": before, "price_after": after, **more}


def tables() -> dict[str, Any]:
    """Two rounds. Drug a: two winners, then firm x again at another price. Drug b fails. One month before, then months
    2 and 3 of 2019 under contract in north; south takes no part. Drug a of round r2 is under contract in month 3."""
    return {
        "bids": table(
            "bids",
            bid("r1", "a", "x", 4.0, 2.0, rank=1, price=4.0, named=30.0),
            bid("r1", "a", "brand", 6.0, 3.0, rank=2, price=6.0, originator=True, pre_price=30.0),
            bid("r1", "a", "y", 8.0, 2.0, rank=3, pre_price=NAN, named=10.0),
            bid("r1", "b", "brand", 12.0, 3.0, rank=0, originator=True),
            bid("r1", "b", "z", NAN, 3.0, rank=0),
            bid("r2", "a", "x", 3.0, 2.0, rank=1, price=3.0, pre_price=NAN),
        ),
        "awards": table(
            "awards",
            {"round": "r1", "drug": "a", "bidders": 3, "selected": 2, "pre_price": 16.0, "ceiling": 10.0},
            {"round": "r1", "drug": "b", "bidders": 0, "failed": True, "pre_price": 16.0, "ceiling": 2.5},
            {"round": "r2", "drug": "a", "bidders": 1, "selected": 1, "pre_price": NAN},
        ),
        "allocation": table(
            "allocation",
            {"round": "r1", "drug": "a", "province": "north", "main": "x", "price": 4.0, "agreed": 30.0},
            {"round": "r1", "drug": "a", "province": "west", "main": "brand", "price": 6.0, "agreed": 10.0},
            {
                "round": "r1",
                "drug": "a",
                "province": "west",
                "main": "x",
                "price": 4.0,
                "agreed": 10.0,
                "by_brand": True,
            },
            {"round": "r2", "drug": "a", "province": "north", "main": "x", "price": 3.0, "agreed": 60.0},
        ),
        "reports": table(
            "reports",
            {"round": "r1", "drug": "a", "past_use": 80.0, "reported": 60.0},
            {"round": "r1", "drug": "b", "past_use": 20.0, "reported": 20.0},
        ),
        "use": table(
            "use",
            use("2019-01", "a", "north", need=10, selected=2, generic=4, originator=4),
            use("2019-01", "a", "south", need=50, generic=50),
            use("2019-01", "b", "north", need=30, originator=30),
            use(
                "2019-02",
                "a",
                "north",
                need=12,
                gained=2,
                selected=6,
                selected_originator=1,
                generic=3,
                originator=2,
                unmet=1,
                emergency=0.5,
                relief=0.25,
                agreed=4,
            ),
            use("2019-02", "a", "south", need=50, generic=50),
            use("2019-02", "b", "north", need=30, originator=30),
            use("2019-03", "a", "north", need=13, selected=11, generic=1, originator=0, unmet=1, agreed=4),
            use("2019-03", "a", "south", need=50, generic=50),
            use("2019-03", "b", "north", need=30, originator=30),
        ),
        "supply": table(
            "supply",
            {
                "month": "2019-02",
                "round": "r1",
                "drug": "a",
                "manufacturer": "x",
                "ordered": 6,
                "delivered": 4,
                "stock": 6,
                "short": 2,
            },
            {"month": "2019-02", "round": "r1", "drug": "a", "manufacturer": "brand", "backup_delivered": 2},
            {"month": "2019-03", "round": "r2", "drug": "a", "manufacturer": "x", "ordered": 11, "delivered": 10.95},
            {"month": "2019-04", "round": "r2", "drug": "a", "manufacturer": "x", "ordered": 11, "delivered": 5},
        ),
        "relief": table(
            "relief",
            *(
                {"month": month, "drug": "a", "province": place, "source": source, "units": units}
                for month, place, source, units in (
                    ("2019-02", "north", "stock", 6),
                    ("2019-03", "north", "backup", 4),
                    ("2019-03", "north", "brands", 3),
                    ("2019-03", "north", "unmet", 1),
                    ("2019-04", "north", "backup", 7),
                    ("2019-04", "north", "imports", 1),
                    ("2019-02", "south", "own", 3),
                    ("2019-02", "south", "unmet", 1),
                    ("2019-03", "south", "waiting", 4),
                    ("2019-05", "south", "stock", 4),
                )
            ),
        ),
        "prices": table(
            "prices",
            priced("r1", "a", "x", 20, 4, selected=True),
            priced("r1", "a", "brand", 30, 6, selected=True, originator=True),
            priced("r1", "a", "y", 10, 9),
            priced("r1", "b", "brand", 8, 8, originator=True),
            priced("r1", "b", "z", 5, 5),
            priced("r2", "a", "x", 4, 3, selected=True),
        ),
        "settlement": table(
            "settlement",
            settled(
                "r1",
                "north",
                institutions=8,
                passed=6,
                completed=6,
                stocked=7,
                others_stocked=5,
                tenth=0.9,
                agreed=10,
                bought=18,
                surplus=100,
                retained=40,
            ),
            settled("r1", "west", institutions=2, passed=2, completed=1, tenth=0.4, agreed=5, bought=2),
            settled("r2", "north", institutions=10, passed=4, completed=5, tenth=0.5, agreed=20, bought=22),
        ),
        "institutions": table("institutions"),
        "settings": table(
            "settings",
            settled("r1", "north", setting="wards", use=10, selected=6, saved=50),
            settled("r1", "north", setting="clinics", use=20, selected=5, saved=20),
            settled("r2", "north", setting="wards", use=10, selected=9, saved=7),
        ),
        "fund": table(
            "fund",
            {"month": "2019-01", "province": "north", "spend": 999, "baseline": 1, "delay_days": 150.0},
            {
                "month": "2019-02",
                "province": "north",
                "spend": 60,
                "baseline": 100,
                "fund_paid": 30,
                "baseline_fund": 60,
                "patient_paid": 30,
                "baseline_patient": 40,
                "replaced": 6,
                "delay_days": 30.0,
            },
            {"month": "2019-02", "province": "south", "spend": 999, "baseline": 999, "delay_days": NAN},
            {
                "month": "2019-03",
                "province": "north",
                "spend": 20,
                "baseline": 100,
                "fund_paid": 10,
                "baseline_fund": 60,
                "patient_paid": 10,
                "baseline_patient": 40,
                "bundled": 3,
                "reserve": 40,
                "delay_days": 60.0,
            },
        ),
        "classes": table(
            "classes",
            classed("2019-01", "north", need=20, other=5, other_before=5),
            classed("2019-02", "north", need=20, other=6, other_before=5),
            classed("2019-02", "south", need=20, other=9, other_before=5),
            classed("2019-03", "north", need=25, other=12, other_before=10),
        ),
        "claims": table(
            "claims",
            {"month": "2019-02", "claim": "goods", "open": 70, "overdue": 60},
            {"month": "2019-03", "claim": "goods", "open": 50, "overdue": 20},
            {"month": "2019-03", "claim": "advance", "open": 9, "overdue": 4},
            {"month": "2019-03", "claim": "retained", "open": 40},
        ),
        "firms": table(
            "firms",
            {"month": "2019-02", "owner": "x", "cash": 99, "revenue": 5},
            {"month": "2019-03", "owner": "x", "cash": 7, "revenue": 5},
            {"month": "2019-03", "owner": "brand", "cash": -3},
        ),
        "quality": table(
            "quality",
            {"year": 2019, "drug": "a", "manufacturer": "x", "inspections": 1, "failed": 2},
            {"year": 2019, "drug": "a", "manufacturer": "brand", "inspections": 2},
        ),
        "sanctions": table(
            "sanctions",
            {
                "owner": "x",
                "event": "default",
                "drug": "a",
                "manufacturer": "x",
                "rating": "serious",
                "provinces": 2,
                "suspended": 6,
                "barred": 9,
            },
            {"owner": "brand", "event": "late-delivery", "drug": "a", "manufacturer": "brand"},
            {"owner": "y", "event": "misconduct", "rating": "ordinary"},
        ),
        "distributors": table(
            "distributors",
            {"month": "2019-01", "province": "north", "cash": 5},
            {"month": "2019-02", "province": "north", "cash": 8, "delay_all": 90.0},
            {"month": "2019-02", "province": "south", "cash": 1, "delay_all": NAN},
            {"month": "2019-03", "province": "north", "cash": -2, "delay_all": 120.0},
        ),
        "accounts": table(
            "accounts",
            {"flow": "bundle", "yuan": 10},
            {"flow": "compensation", "yuan": 2},
            {"flow": "staff_pay", "yuan": 1},
            {"flow": "overspend_shared", "yuan": 0.5},
            {"flow": "goods", "yuan": 100},
            {"flow": "staff_bonus", "yuan": 7},
            {"flow": "deduction", "yuan": 2},
            {"flow": "deduction", "yuan": 3},
            {"flow": "recovered", "yuan": 6},
        ),
        "watch": table(
            "watch",
            {"drug": "a", "institutions": 6, "red": 2},
            {"drug": "b", "institutions": 4, "red": 1},
            {"drug": "", "institutions": 6, "red": 3},
        ),
        "events": table(
            "events",
            {"kind": "opening", "round": "r1", "time": 10.0},
            {"kind": "opening", "round": "r2", "time": 40.0},
            *(
                {"kind": kind, "value": value}
                for kind, value in (
                    ("disruption", 3.0),
                    ("disruption", 9.0),
                    ("recall", 5.0),
                    ("late-notice", 30.0),
                    ("exit", NAN),
                    ("ban", 9.0),
                    ("ring", 3.0),
                    ("ring", 2.0),
                    ("filing", 4e6),
                    ("backup", 10.0),
                    ("backup", 20.0),
                    ("shortage", 4.0),
                    ("recovery", NAN),
                    ("retention-cut", 6.0),
                    ("fund-warning", 5.0),
                )
            ),
        ),
    }


def alone() -> dict[str, Any]:
    """The same months without VBP: use of drug a in north rises by a tenth, spending stays."""
    whole = tables()
    use, fund = ({column: values.copy() for column, values in whole[name].items()} for name in ("use", "fund"))
    mine = (use["drug"] == "a") & (use["province"] == "north")
    use["need"][mine], use["unmet"][mine] = [10, 10, 12], 0
    fund["spend"][:], fund["alternatives"][:] = 999, 1
    return {**whole, "use": use, "fund": fund}


#: at the shares of before a unit of drug a in north cost 21 yuan, at later prices 17.6 (4 for x, 12 and 30 for the
#: others; the other generics are y and those that may not bid, at the mean of x and y)
_COST, _LATER, _SPENT = 21.0, (2 * 4 + 4 * 12 + 4 * 30) / 10, 8.5 * 4 + 2 * 12 + 1 * 30
#: at earlier prices a unit of the later mix cost so much; shares of the groups after and before
_EARLIER = (8.5 * 20 + 2 * 12.5 + 1 * 30) / 11.5
_SHARES = ((8.5 / 11.5, 0.2), (2 / 11.5, 0.4), (1 / 11.5, 0.4))

#: what belongs to a round is that of r1: it has the first agreement of drug a in north and west
WANTED = {
    "cut_ceiling": (0.6 + 0.4) / 2,
    "cut_weighted": (30 * 0.6 + 10 * 0.4 + 10 * 0.6) / 50,
    "cut_value": 1 - (30 * 4 + 10 * 6 + 10 * 4) / (50 * 10),
    "cut_own": (0.8 + 0.8) / 2,
    "cut_official": (0.75 + 0.625) / 2,
    "bidders_per_drug": 3 / 2,
    "selected_per_drug": 2,
    "selected_products": 2,
    "selected_firms": 2,
    "failed_drugs": 1,
    "bid_success": 2 / 3,
    "originator_win_rate": 1 / 2,
    "originator_valid": 1 / 2,
    "wish_met": 30 / 40,
    "completion": 20 / 15,
    "completion_cells": 7 / 10,
    "stocked_share": 7 / 10,
    "others_stocked_share": 5 / 10,
    "completion_tenth": (8 * 0.9 + 2 * 0.4) / 10,
    "selected_share": 6 / 11,
    "originator_share": (2 + 1) / 11,
    "selected_share_all": 17 / (9 + 12 + 30 + 30),
    "class_shift": (1 + 2) / (15 + 15),
    "others_change": (6 + 12) / (5 + 10) - 1,
    "use_change": ((11 + 12) / 2) / 10 - 1,
    "selected_before": 2 / 10,
    "selected_volume": 8.5 / 2 - 1,
    "others_volume": 3 / 8 - 1,
    "other_generics_volume": 2 / 4 - 1,
    "other_originators_volume": 1 / 4 - 1,
    "selected_price": 4 / 20 - 1,
    "others_price": (2 * 12 + 30) / (2 * 12.5 + 30) - 1,
    "other_generics_price": 12 / 12.5 - 1,
    "other_originators_price": 0,
    "spend_raw": _SPENT / 210 - 1,
    "spend_constant": _SPENT / (_COST * 11.5) - 1,
    "spend_did": _SPENT / 210 / 1.1 - 1,
    "spend_all": (60 + 20) / 2 / 999 - 1,
    "volume_change": 11.5 / 10 - 1,
    "volume_did": 11.5 / 10 / 1.1 - 1,
    "structure_change": _SPENT / (_LATER * 11.5) - 1,
    "price_change": _LATER / _COST - 1,
    "consumer_surplus": 12
    * 10.75
    * (_EARLIER - _SPENT / 11.5 - 21 / 0.695 * sum(s * np.log(s / t) for s, t in _SHARES)),
    "consumer_surplus_alike": 12 * 10.75 * (21 - _SPENT / 11.5),
    "saving_official": 30 * (16 - 4) + 10 * (16 - 6) + 10 * (16 - 4),
    "saving_world": (999 * 0.95 ** (1 / 12) - 60 + 999 * 0.95 ** (2 / 12) - 20) / (2 / 12),
    "saving_net": (1000 * 0.95 ** (1 / 12) - 60 + 6 + 1000 * 0.95 ** (2 / 12) - 20) / (2 / 12),
    "spend_change": 80 / 200 - 1,
    "fund_saving": 80 / (2 / 12),
    "selected_spend": (4 * 4 + 2 * 6 + 10.95 * 3) / (2 / 12),
    "fund_net": (80 - 40 + 6 + 5 + 6 - 4 - 2 + 0.5) / (2 / 12),
    "selected_share_wards": 6 / 10,
    "selected_share_clinics": 5 / 20,
    "saving_wards": 50 / (1 / 12),
    "saving_clinics": 20 / (1 / 12),
    "ceiling_mean": 5.0,
    "bid_level": (0.4 + 0.8) / 2,
    "hospital_gain": (10 + 2 - 3 - 1 - 0.5) / (2 / 12),
    "fund_reserve": 40 / (40 / 3),
    "fund_warnings": 1,
    "patient_saving": 40 / (2 / 12),
    "reporting_ratio": 80 / 100,
    "retained_surplus": 40,
    "retained_share": 0.4,
    "assessment_pass_rate": 12 / 20,
    "staff_bonus": 7,
    "deductions": 5,
    "red_marks": 3 / 10,
    "unmet_share": 2 / 25,
    "shortage_product_months": 1,
    "shortage_spells": 1,
    "emergency_share": 0.5 / 25,
    "relief_share": 0.25 / 25,
    "relief_days": (1 + 2) / 2 * 365.25 / 12,
    "late_notices": 1,
    "stock_held": 6 * 2 / 1,
    "disruptions": 2,
    "recalls": 1,
    "rings": 2,
    "filings": 1,
    "days_to_backup": 15,
    "inspections": 3,
    "failed_batches": 2,
    "struck_off": 1 / 2,
    "hhi": (120 * 1 + 100 * 0.5 + 180 * 1) / 400,
    "margin": (4 * 2 + 2 * 3 + 10.95 * 1) / (4 * 4 + 2 * 6 + 10.95 * 3),
    "exits": 1,
    "bans": 1,
    "violations": 2 / (4 / 12),
    "barred_months": 9,
    "suspended_months": 2 * 6,
    "ratings": 2 / (2 / 12),
    "serious_ratings": 1 / 2,
    "payment_delay_days": (30 * 60 + 60 * 20) / 80,
    "payment_delay_all": (90 * 60 + 120 * 20) / 80,
    "firm_cash": 7 - 3,
    "distributor_cash": -2,
    "arrears": 20 + 4,
    "arrears_mean": (60 + 20) / 2,
}


#: the same of one round
OF_ROUNDS = {
    "cut_ceiling@r1": 0.5,
    "cut_ceiling@r2": 0.7,
    "cut_weighted@renewals": 0.7,
    "selected_products@r2": 1,
    "failed_drugs@r1": 1,
    "failed_drugs@renewals": 0,
    "completion@r1": 20 / 15,
    "completion@r2": 22 / 20,
    "completion@renewals": 22 / 20,
    "completion_cells@r2": 5 / 10,
    "completion_tenth@r2": 0.5,
    "selected_share@r1": 6 / 11,
    "selected_share@r2": 11 / 12,
    "originator_share@renewals": 0,
}


def test_every_metric_has_a_wanted_value() -> None:
    assert set(WANTED) == set(METRICS)


@pytest.mark.parametrize("name", METRICS)
def test_metric_by_hand(name: str) -> None:
    assert measure(tables(), alone())[name] == pytest.approx(WANTED[name])


@pytest.mark.parametrize("name", OF_ROUNDS)
def test_metric_of_a_round_by_hand(name: str) -> None:
    assert measure(tables())[name] == pytest.approx(OF_ROUNDS[name])


def test_metrics_of_rounds_come_after_the_plain_ones() -> None:
    assert list(measure(tables())) == known_ids(["r1", "r2"])


def test_one_round_alone_has_plain_ids_only_and_they_are_of_the_whole_run() -> None:
    one = tables()
    one["awards"] = {column: values[:2] for column, values in one["awards"].items()}
    values = measure(one)
    assert list(values) == known_ids()
    assert values["cut_ceiling"] == pytest.approx((0.6 + 0.4 + 0.7) / 3)
    assert values["completion"] == pytest.approx(42 / 35)


def test_without_a_world_without_vbp_its_metrics_are_left_out() -> None:
    needing = {"spend_did", "volume_did", "saving_world", "saving_net"}
    assert set(METRICS) - set(measure(tables())) == needing == set(METRICS) - set(known_ids())


def test_spending_splits_into_volume_price_and_structure() -> None:
    found = measure(tables())
    split = [1 + found[name] for name in ("volume_change", "price_change", "structure_change")]
    assert np.prod(split) == pytest.approx(1 + found["spend_raw"])
    assert np.prod(split[1:]) == pytest.approx(1 + found["spend_constant"])


def test_prices_of_groups_give_the_money_that_moved() -> None:
    """The expansion's drugs are all awarded: what its fund table spent in a month is what their cells come to."""
    found = simulate(load_scenario("expansion-2019"), 0)
    assert not found["awards"]["failed"].any()
    basket, fund, use = Replication(found).basket, found["fund"], found["use"]
    since = (fund["month"] - use["month"][use["agreed"] > 0].min()).astype(int)
    for period, rows in enumerate((since < 0, (since >= 0) & (since < 12))):
        a_month = fund["spend"][rows].sum() / len(np.unique(since[rows]))
        assert basket.spend(period) == pytest.approx(a_month, rel=0.01)


def test_a_failed_tender_is_no_first_agreement() -> None:
    """A drug that nobody won is tendered again: its first agreement is that of the second round."""
    again = tables()
    for name in ("bids", "awards"):
        again[name]["drug"] = np.where(again[name]["round"] == "r2", "b", again[name]["drug"])
    again["allocation"]["drug"][-1] = "b"
    again["reports"] = table("reports", *({"round": r, "drug": "b", "province": "north"} for r in ("r1", "r2")))
    values = measure(again)
    assert values["selected_products"] == 3
    assert values["selected_products@renewals"] == 0
    assert values["failed_drugs"] == 1


def test_a_tender_that_is_first_in_some_places_counts_in_both() -> None:
    wider = tables()
    more = {"round": "r2", "drug": "a", "province": "south", "main": "x", "price": 3.0, "agreed": 40.0}
    rows = table("allocation", more)
    wider["allocation"] = {c: np.concatenate([v, rows[c]]) for c, v in wider["allocation"].items()}
    values = measure(wider)
    assert values["selected_products"] == 3
    assert values["selected_products@renewals"] == 1
    assert values["cut_weighted"] == pytest.approx((30 * 0.6 + 10 * 0.4 + 10 * 0.6 + 40 * 0.7) / 90)


@pytest.mark.parametrize(
    ("months", "spells"), [("12", 1), ("1", 0), ("1-3", 0), ("12-4", 1), ("12-45", 2), ("12345", 1)]
)
def test_a_spell_is_a_shortage_of_two_months_in_a_row(months: str, spells: int) -> None:
    rows = tables()
    rows["use"] = table(
        "use",
        *(
            use(f"2019-0{m}", drug, "north", need=10, selected=10 - short, unmet=short, agreed=9)
            for m in range(1, 7)
            for drug, short in (("a", 2.0 * (str(m) in months)), ("b", 0.05))
        ),
    )
    assert measure(rows)["shortage_spells"] == spells


def test_metrics_do_not_depend_on_the_order_of_rows() -> None:
    turned = {name: {c: v[::-1] for c, v in t.items()} for name, t in tables().items()}
    assert measure(turned) == pytest.approx(measure(tables()), nan_ok=True)


def test_the_four_cuts_have_four_bases() -> None:
    """Each moves with its own base price alone."""
    bases = {
        "cut_ceiling": ("bids", "ceiling"),
        "cut_own": ("bids", "pre_price"),
        "cut_official": ("awards", "pre_price"),
    }
    usual = measure(tables())
    for moved, (where, column) in bases.items():
        changed = tables()
        changed[where][column] = changed[where][column] * 2
        values = measure(changed)
        for name in ("cut_ceiling", "cut_own", "cut_official"):
            assert (values[name] != usual[name]) == (name == moved)
        assert (values["cut_weighted"] != usual["cut_weighted"]) == (moved == "cut_ceiling")


def test_unknown_earlier_prices_leave_a_cut_out_rather_than_zero() -> None:
    unknown = tables()
    unknown["bids"]["pre_price"][:] = NAN
    unknown["awards"]["pre_price"][:] = NAN
    values = measure(unknown)
    assert np.isnan(values["cut_own"])
    assert np.isnan(values["cut_official"])
    assert values["cut_ceiling"] == pytest.approx(WANTED["cut_ceiling"])


def test_without_any_award_counts_are_zero_and_shares_unknown() -> None:
    none = tables()
    for name in ("allocation", "supply", "settlement", "events"):
        none[name] = table(name)
    none["bids"]["selected"][:] = False
    none["bids"]["price"][:] = NAN
    none["use"]["agreed"][:] = 0
    none["awards"]["failed"][:] = True
    with np.errstate(all="raise"):
        values = measure(none)
    for name in ("selected_products", "retained_surplus", "disruptions", "exits", "bans", "shortage_product_months"):
        assert values[name] == 0
    for name in (
        "cut_own",
        "cut_weighted",
        "completion",
        "selected_share",
        "use_change",
        "spend_change",
        "fund_saving",
        "unmet_share",
        "margin",
        "hhi",
        "days_to_backup",
        "payment_delay_days",
        "retained_share",
    ):
        assert np.isnan(values[name]), name
    assert values["failed_drugs"] == 3


def test_a_short_delivery_of_one_in_a_hundred_is_no_shortage() -> None:
    one = tables()
    one["supply"]["delivered"][0] = 0.991 * 6
    assert measure(one)["shortage_product_months"] == 0


def test_a_summary_gives_mean_band_and_the_number_that_applies() -> None:
    luck = np.random.default_rng(1)
    values = [{name: float(luck.random()) for name in METRICS} for _ in range(21)]
    for i, row in enumerate(values):
        row["days_to_backup"] = float(i) if i < 5 else NAN
        row["cut_official"] = NAN
    summary = summarize(values)
    assert "cut_official" not in summary
    assert list(summary) == [name for name in METRICS if name != "cut_official"]
    assert summary["days_to_backup"] == {
        "mean": 2.0,
        "low": pytest.approx(0.2),
        "high": pytest.approx(3.8),
        "n": 5,
        "unit": "days",
    }
    for name, entry in summary.items():
        column = [row[name] for row in values if not np.isnan(row[name])]
        assert entry["low"] <= entry["high"]
        assert min(column) <= entry["mean"] <= max(column)
        assert (entry["low"], entry["high"]) == pytest.approx(tuple(np.quantile(column, BAND)))
        assert entry["unit"] == METRICS[name].unit


def test_a_summary_of_one_replication_has_no_width() -> None:
    entry = summarize([dict.fromkeys(METRICS, 3.0)])["cut_own"]
    assert (entry["low"], entry["mean"], entry["high"], entry["n"]) == (3.0, 3.0, 3.0, 1)


def test_a_summary_does_not_depend_on_the_order_of_replications() -> None:
    values = [dict.fromkeys(METRICS, float(i)) for i in (3, 1, 2)]
    assert summarize(values) == summarize(values[::-1])


def test_an_unknown_metric_is_refused_with_the_nearest_name() -> None:
    known = known_ids(["first", "second"])
    check_known(["completion@second", "completion@renewals", "hhi"], known, "--metric")
    for wrong, near in (("complation", "completion"), ("completion@secand", "completion@second"), ("hhi@first", "hhi")):
        with pytest.raises(InputError, match="no such metric") as caught:
            check_known([wrong], known, "--metric")
        assert near in str(caught.value)
    assert "completion@first" not in known_ids(["first"])


def test_a_metric_of_a_round_is_the_same_one_of_a_part() -> None:
    assert METRICS["completion@second"].unit == METRICS["completion"].unit
    assert METRICS["completion@second"].part == "second"
    assert "completion@second" not in list(METRICS)
    assert "hhi@second" not in METRICS


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> Metric:
    """A metric that a file of the user declares."""
    list(METRICS)
    monkeypatch.setattr(METRICS, "_declared", dict(METRICS._declared))

    @metric("dear_bids", group="tender", unit="share", meaning="bids above half of the ceiling", cuts=("drug", "round"))
    def dear_bids(run: Replication) -> float:
        bids = run.t["bids"]
        return float((bids["bid"] > bids["ceiling"] / 2).mean())

    return METRICS["dear_bids"]


def test_a_metric_of_a_users_file_is_measured_summed_up_and_said(own: Metric) -> None:
    assert list(METRICS).index("dear_bids") == list(METRICS).index("wish_met") + 1
    values = measure(tables())
    assert values["dear_bids"] == pytest.approx(3 / 5)
    assert values["dear_bids@r2"] == 0
    assert summarize([values])["dear_bids"]["unit"] == "share"
    with speaking("zh"):
        assert meaning(own) == "bids above half of the ceiling"
        assert meaning(own.of("r2")) == "bids above half of the ceiling（批次 r2）"


def test_a_users_metric_replaces_its_own_former_self_but_none_of_the_package(own: Metric) -> None:
    def two(run: Replication) -> float:
        return 2.0

    about = {"group": "supply", "unit": "count", "meaning": "two"}
    metric("dear_bids", **about)(two)
    assert measure(tables())["dear_bids"] == 2
    with pytest.raises(ValueError, match="there is a metric hhi already"):
        metric("hhi", **about)(two)
    with pytest.raises(ValueError, match="cannot be the id"):
        metric("a@b", **about)(two)


def test_the_reference_page_of_metrics_is_up_to_date() -> None:
    page = Path(__file__).parents[2] / "docs" / "metrics.md"
    assert page.read_text(encoding="utf-8") == markdown(), "python -m vbp_sim.runs.metrics > docs/metrics.md"
