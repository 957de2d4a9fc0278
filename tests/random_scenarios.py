"""Random small scenarios over all that moves money: rounds that overlap or not, failures, laws by date and place."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from small import CLASSED, DRUGS, PRODUCTS, PROVINCES, SHARED, round_of, small

from vbp_sim.engine.clock import add_months
from vbp_sim.rules.local.supply_security import TIERS
from vbp_sim.scenario.load import Scenario

PLACES = ("north", "south", "east")


def drawn(folder: Path, seed: int, *, ample: bool = False, classes: bool = False) -> Scenario:
    """The scenario of a seed; ``ample``: nobody fails and everybody can make what is asked; ``classes``: some patients
    turn to other molecules, else only under some seeds."""
    luck, more, short = (np.random.default_rng(key) for key in (seed, [seed, 1], [seed, 2]))

    def one(*values: Any) -> Any:
        return values[int(luck.integers(len(values)))]

    def either(*values: Any) -> Any:
        return values[int(short.integers(len(values)))]

    turning = {"price": float(more.choice([0.0, 0.0, 1.0])), "residual": float(more.choice([0.0, 0.4, 0.8]))}
    turning |= {"residual_trend": float(more.choice([-0.1, 0.0, 0.2]))}
    known = CLASSED if classes or more.random() < 0.7 else DRUGS
    return small(
        folder,
        drugs=[
            {
                **row,
                "qualified": sum(p["drug"] == row["drug"] for p in PRODUCTS),
                "shortage_class": either("", "usual", "children"),
            }
            for row in known
        ],
        products=[
            {**row, "site": either("", "s1", "s2"), "api_maker": either("", "m1")} for row in _products(luck, one)
        ],
        provinces=[{**row, "remoteness": far} for row, far in zip(PROVINCES, (0.0, 0.4, 1.0), strict=True)],
        rounds=_rounds(luck, one),
        laws=_laws(luck, one, more, either),
        finance={
            "on_time_share": one(0.0, 0.5, 1.0),
            "fund_share": one(0.5, 0.8),
            "insured_share": one(0.9, 1.0),
            "vat_rate": one(0.0, 0.13),
        },
        behaviour={
            "supply": {
                **(AMPLE if ample else one(AMPLE, _fragile(one, more), _fragile(one, more))),
                "backorders": either(0.0, 0.0, 0.5),
                **({} if ample else {"kept_back": either(0.0, 0.0, 0.3), "site_rate": either(0.0, 1.0)}),
                "foreseen": either(0.5, 1.0),
            },
            "classes": {"turning": one(0.5, 0.5, 1.0) if classes else one(0.0, 0.0, 0.5), **turning},
            "choice": {"leaving": one(0.0, 0.3), "incentive": one(0.0, 1.0)},
            "reporting": {"named": one(0.0, 0.6)},
        },
        seed=seed + 1,
        start=one("2018-04-01", "2018-03-10"),
    )


AMPLE: dict[str, Any] = {
    "rate_oral": 0.0, "rate_injection": 0.0, "default_rate": 0.0, "exit_rate": 0.0, "committed_capacity": 10.0,
    "stock_months": 6.0,
}  # fmt: skip


def _fragile(one: Any, more: np.random.Generator) -> dict[str, Any]:
    return {
        "rate_oral": one(0.0, 3.0), "rate_injection": 5.0, "stock_months": one(0.0, 0.5), "spare_use": one(0.0, 1.0),
        "default_rate": one(0.0, 0.5, 3.0), "committed_capacity": one(1.0, 1.5),
        "failed_batches": float(more.choice([0.0, 0.02, 0.2])), "breaches": float(more.choice([0.0, 1.0])),
    }  # fmt: skip


def _products(luck: np.random.Generator, one: Any) -> list[dict[str, Any]]:
    """The small market's, with every price, share and cost given; some companies make several."""
    ceiling = {row["drug"]: float(row["ceiling"]) for row in DRUGS}
    made = []
    for row in PRODUCTS:
        top, brand = ceiling[row["drug"]], bool(row["originator"])
        made.append({
            **row,
            "pre_price": round(top * float(luck.uniform(1.2, 2.0) if brand else luck.uniform(0.5, 1.1)), 4),
            "pre_share": round(float(luck.uniform(0.2, 0.4) if brand else luck.uniform(0.0, 0.2)), 3),
            "cost": round(top * float(luck.uniform(0.1, 0.4)), 4),
            "owner": one("", "", "Group"),
        })  # fmt: skip
    return made


def _rounds(luck: np.random.Generator, one: Any) -> dict[str, Any]:
    """One to three rounds; later ones begin before, at or after the end of the first, with all or some places."""
    day, made = date.fromisoformat(one("2019-01-01", "2019-01-15", "2019-02-28")), {}
    for number in range(int(luck.integers(1, 4))):
        months = one(6, 12, 18)
        rules = {
            **SHARED,
            "term": {"table": {"1": months, "2": months, "3": months}},
            "after_term": one("price-holds", "listing"),
            "failure": {"rule": one("none", "backup", "replacement"), "damages": one({}, {"1": 0.1, "40": 0.3})},
            "allocation": {"rule": "draft", "brands_first": one(False, True)},
            "members": one([], ["north"], ["north", "east"], ["south", "east"]),
        }
        made[f"r{number}"] = round_of(day.isoformat(), rules, **one({}, {"drugs": ["alpha", "beta"]}))
        day = add_months(day, one(5, 6, 12))
    return made


def _laws(luck: np.random.Generator, one: Any, more: np.random.Generator, either: Any) -> dict[str, Any]:
    """A national law, a later one, and one of two places."""

    def part() -> dict[str, Any]:
        payment = {
            "prepayment_share": one(0.0, 0.3, 1.0),
            "passed_on": one(0.0, 0.6, 1.0, 1.0),
            "interest": one(0.0, 0.06),
            "settlement_days": one(0, 30, 200),
            "arrears_days": one(30, 150),
            "direct_settlement": one(False, True),
            "direct_days": one(10, 60),
        }
        most = one(0.0, 0.5, 1.0)
        paid = {
            "payout_months": one(0, 6, 12), "pooled": one(False, True), "staff_ceiling": one(None, 2000.0),
            "staff_share": one(0.0, 0.5, 1.0),
        }  # fmt: skip
        return {
            "payment": payment,
            "distribution": {
                "fee": one(0.0, 0.06),
                "remote_fee": one(0.0, 0.05),
                "invoices": one(2, 3),
                "delivered": one(1.0, 0.95),
                "delivered_remote": one(1.0, 0.8),
                **one({}, {"rule": "on-credit", "pay_days": one(0, 45), "credit_months": one(0.5, 6.0)}),
            },
            "reimbursement": one({"dear_copayment": 0.2}, {"rule": "single"}, {"rule": "stepped", "years": 1}),
            "retention": {
                **one({"rule": "linear", "most": most}, {"rule": "tiers"}, {"rule": "marginal"}),
                **paid,
            },
            "hospital_payment": one({}, {}, _case(one), _budget(one)),
            "markup": {"rate": one(0.0, 0.15), "compensation": one(0.0, 0.8), "tied": one(0.0, 0.3)},
            "fund_budget": {"growth": one(0.0, 0.1), "reserve_months": one(0.0, 6.0), "warning_months": one(3.0, 9.0)},
            "supply_security": {
                "stock_months": one(None, 2.0),
                "emergency_after": one(None, 0.0, 45.0),
                "emergency_price": one(1.0, 1.5),
                "notice_months": either(None, 6.0),
                "order": either([*TIERS], [*TIERS[::-1]]),
                "urgency": either({}, {"children": 0.2}),
                "reserve_months": either({}, {"prone": 3.0, "children": 0.5}),
                "reserve_by_fund": either(0.0, 0.4),
                "neighbours_after": either(None, 0.0),
                "neighbours_price": either(1.0, 1.1),
                "imports_after": either(None, 20.0),
            },
            "quality": {
                "samples": float(more.choice([0.0, 30.0, 180.0])),
                "inspections": float(more.choice([0.0, 1.0, 6.0])),
                "place_lost": bool(more.random() < 0.7),
            },
            "credit": {
                "deposit": float(more.choice([0.0, 0.1])),
                "half_life": float(more.choice([0.0, 12.0])),
                "suspended": {"serious": float(more.choice([0.0, 2.0, 9.0]))},
                "listed": {"default": float(more.choice([0.0, 2.0, 9.0]))},
                "late_days": float(more.choice([0.0, 45.0])),
                "behind": str(more.choice(["ordinary", "serious"])),
            },
            "platform": {
                "outside_cap": one(None, 1.0, 1.5),
                "online_rate": one(1.0, 0.8),
                "offline_price": one(1.0, 1.2),
                "red": one(None, 1.5),
            },
        }

    mine = part()
    place, since = {"changes": {kind: mine[kind] for kind in ("payment", "distribution")}}, "2019-07-01"
    return {
        "national": {"changes": part()},
        "later": {"from": "2019-10-15", "changes": part()},
        "local": {"from": since, "places": one(["north"], ["south", "east"]), **place},
    }


def _case(one: Any) -> dict[str, Any]:
    return {
        "rule": "case", "coverage": one(0.3, 0.9), "inpatient": one(0.5, 1.0), "rebase_years": 1,
        "rebased": one(0.0, 0.7, 1.0), "budget_cut": one(0.0, 0.5, 1.0),
    }  # fmt: skip


def _budget(one: Any) -> dict[str, Any]:
    return {
        "rule": "budget", "keep": one(0.5, 1.0), "overspend": one(0.3, 1.0), "limit": one(0.0, 0.1, 1.0),
        "growth": one(0.0, -0.4), "rebased": one(0.0, 0.5),
    }  # fmt: skip
