"""Every headline metric on tables small enough to work out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from vbp_sim.engine.tables import TABLES
from vbp_sim.runs.metrics import METRICS
from vbp_sim.runs.metrics import BAND, FORMULAS, measure, summarize

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
            {"round": "r1", "drug": "a", "bidders": 3, "selected": 2, "pre_price": 16.0},
            {"round": "r1", "drug": "b", "bidders": 0, "failed": True, "pre_price": 16.0},
            {"round": "r2", "drug": "a", "bidders": 1, "selected": 1, "pre_price": NAN},
        ),
        "allocation": table(
            "allocation",
            {"round": "r1", "drug": "a", "province": "north", "main": "x", "price": 4.0, "agreed": 30.0},
            {"round": "r1", "drug": "a", "province": "west", "main": "brand", "price": 6.0, "agreed": 10.0},
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
                selected=6,
                selected_originator=1,
                generic=3,
                originator=2,
                unmet=1,
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
                "short": 2,
            },
            {"month": "2019-02", "round": "r1", "drug": "a", "manufacturer": "brand", "backup_delivered": 2},
            {"month": "2019-03", "round": "r2", "drug": "a", "manufacturer": "x", "ordered": 11, "delivered": 10.95},
            {"month": "2019-04", "round": "r2", "drug": "a", "manufacturer": "x", "ordered": 11, "delivered": 5},
        ),
        "prices": table("prices"),
        "settlement": table(
            "settlement",
            {"institutions": 8, "passed": 6, "agreed": 10, "bought": 18, "surplus": 100, "retained": 40},
            {"institutions": 2, "passed": 2, "agreed": 5, "bought": 2, "surplus": 0, "retained": 0},
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
                "delay_days": 60.0,
            },
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
            {"month": "2019-02", "owner": "x", "cash": 99},
            {"month": "2019-03", "owner": "x", "cash": 7},
            {"month": "2019-03", "owner": "brand", "cash": -3},
        ),
        "accounts": table("accounts"),
        "events": table(
            "events",
            *(
                {"kind": kind, "value": value}
                for kind, value in (
                    ("disruption", 3.0),
                    ("disruption", 9.0),
                    ("recall", 5.0),
                    ("exit", NAN),
                    ("ban", 9.0),
                    ("backup", 10.0),
                    ("backup", 20.0),
                    ("shortage", 4.0),
                    ("recovery", NAN),
                )
            ),
        ),
    }


WANTED = {
    "cut_ceiling": (0.6 + 0.4 + 0.7) / 3,
    "cut_weighted": (30 * 0.6 + 10 * 0.4 + 60 * 0.7) / 100,
    "cut_own": (0.8 + 0.8) / 2,
    "cut_official": (0.75 + 0.625) / 2,
    "bidders_per_drug": 4 / 3,
    "selected_per_drug": 3 / 2,
    "selected_products": 3,
    "failed_drugs": 1,
    "bid_success": 3 / 4,
    "originator_win_rate": 1 / 2,
    "wish_met": 30 / 40,
    "completion": 20 / 15,
    "selected_share": 17 / 23,
    "originator_share": (2 + 1) / 23,
    "use_change": ((11 + 12) / 2) / 10 - 1,
    "spend_change": 80 / 200 - 1,
    "fund_saving": 80 / (2 / 12),
    "fund_net": (80 - 40 - 4) / (2 / 12),
    "patient_saving": 40 / (2 / 12),
    "reporting_ratio": 80 / 100,
    "retained_surplus": 40,
    "retained_share": 0.4,
    "assessment_pass_rate": 0.8,
    "unmet_share": 2 / 25,
    "shortage_product_months": 1,
    "disruptions": 2,
    "recalls": 1,
    "days_to_backup": 15,
    "hhi": ((4 / 6) ** 2 + (2 / 6) ** 2 + 1) / 2,
    "margin": (4 * 2 + 2 * 3 + 10.95 * 1) / (4 * 4 + 2 * 6 + 10.95 * 3),
    "exits": 1,
    "bans": 1,
    "payment_delay_days": (30 * 60 + 60 * 20) / 80,
    "firm_cash": 7 - 3,
    "arrears": 20 + 4,
}


def test_every_metric_has_a_formula_and_a_wanted_value() -> None:
    assert set(FORMULAS) == set(METRICS)
    assert set(WANTED) == set(METRICS)


@pytest.mark.parametrize("name", METRICS)
def test_metric_by_hand(name: str) -> None:
    assert measure(tables())[name] == pytest.approx(WANTED[name])


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
