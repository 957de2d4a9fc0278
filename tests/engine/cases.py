"""Small scenarios that are awkward in one way each, for the laws that must hold in all of them."""

from __future__ import annotations

from typing import Any

from small import CLASSED, DRUGS, PRODUCTS, PROVINCES, SHARED, calendar, national, round_of


def term(months: int, **more: Any) -> dict[str, Any]:
    """The shared rules with one term for every number of winners."""
    return {**SHARED, "term": {"table": {"1": months, "2": months, "3": months}}, **more}


def named(months: int) -> dict[str, Any]:
    """The shared rules, with brands that get what was reported for them."""
    return term(months, allocation={"rule": "draft", "brands_first": True})


FRAGILE: dict[str, Any] = {"rate_oral": 3.0, "rate_injection": 6.0, "stock_months": 0.3, "default_rate": 0.0}

CASES: dict[str, dict[str, Any]] = {
    "plain": {},
    "one winner": {"rounds": {"first": round_of(rules="pilot-2018")}},
    "half a year": {"rounds": {"first": round_of(rules=term(6))}},
    "a year and a half from mid-month": {"rounds": {"first": round_of("2019-01-15", term(18))}, "start": "2018-03-10"},
    "from the second of a month": {"rounds": {"first": round_of("2019-01-02", term(12))}},
    "from the last of a month": {"rounds": {"first": round_of("2019-01-31", term(13))}},
    "all in one day": {
        "rounds": {"first": {"rules": SHARED, "calendar": dict.fromkeys(calendar("2019-01-01"), "2018-04-01")}}
    },
    "renewed on the day of the end": {
        "rounds": {"first": round_of(rules=term(12)), "second": round_of("2020-01-01", term(12))}
    },
    "renewed on the day of the end of two years": {
        "rounds": {"first": round_of(rules=term(24)), "second": round_of("2021-01-01", term(12))}
    },
    "replaced in mid-year": {"rounds": {"first": round_of(rules=term(24)), "second": round_of("2020-07-15", term(12))}},
    "a drug in two rounds": {
        "rounds": {"first": round_of(rules=term(24)), "second": round_of("2019-10-01", term(12), drugs=["beta"])}
    },
    "a gap between rounds": {"rounds": {"first": round_of(rules=term(6)), "second": round_of("2020-03-01", term(6))}},
    "two alliances side by side": {
        "behaviour": {"supply": FRAGILE},
        "rounds": {
            "first": round_of(rules=term(12, members=["north"])),
            "second": round_of("2019-04-01", term(24, members=["south", "east"])),
        },
    },
    "an alliance leaves a national agreement that goes on elsewhere": {
        "behaviour": {"supply": FRAGILE},
        "rounds": {
            "first": round_of(rules=term(24)),
            "second": round_of("2019-10-01", term(24, members=["south"])),
        },
    },
    "listing prices come back in a gap between rounds": {
        "behaviour": {"supply": FRAGILE},
        "rounds": {
            "first": round_of(rules=term(6, after_term="listing")),
            "second": round_of("2020-03-01", term(6, after_term="listing")),
        },
    },
    "failures": {"behaviour": {"supply": FRAGILE}},
    "failures and no help": {
        "behaviour": {"supply": FRAGILE},
        "rounds": {"first": round_of(rules=term(24, failure={"rule": "none"}))},
    },
    "failures and replacement": {
        "behaviour": {"supply": FRAGILE},
        "rounds": {"first": round_of(rules=term(24, failure={"rule": "replacement"}))},
    },
    "everybody leaves": {
        "behaviour": {"supply": {"default_rate": 10.0}},
        "rounds": {"first": round_of(rules=term(12)), "second": round_of("2020-01-01", term(12))},
    },
    "suppliers of a replaced contract leave": {
        "behaviour": {"supply": {"default_rate": 3.0}},
        "rounds": {"first": round_of(rules=term(24)), "second": round_of("2019-07-01", term(24))},
    },
    "nobody quotes": {"behaviour": {"bidding": {"model": "recorded"}}},
    "every bid is void": {
        "behaviour": {"bidding": {"model": "recorded"}},
        "products": [{**p, "bid": 100} for p in PRODUCTS],
    },
    "one drug fails": {
        "behaviour": {"bidding": {"model": "recorded"}},
        "products": [{**p, "bid": 100 if p["drug"] == "beta" else 0.2} for p in PRODUCTS],
    },
    "below cost": {"products": [{**p, "cost": 60} for p in PRODUCTS], "behaviour": {"supply": {"exit_rate": 0.0}}},
    "no capacity": {
        "products": [{**p, "capacity": 0} for p in PRODUCTS],
        "behaviour": {"supply": {"committed_capacity": 1.0}},
    },
    "capacity that pays": {
        "behaviour": {"supply": {**FRAGILE, "capacity": {"model": "newsvendor"}, "committed_capacity": 0.5}}
    },
    "declared capacity binds": {
        "products": [{**p, "capacity": 4e5} for p in PRODUCTS],
        "behaviour": {"supply": {"capacity": {"model": "declared"}, "catch_up": 0.0}},
    },
    "whole lines and one crew": {
        "behaviour": {"supply": {**FRAGILE, "capacity": {"model": "whole-lines"}, "repair_crews": 1}}
    },
    "a shared source, spare capacity and warnings": {
        "behaviour": {
            "supply": {
                **FRAGILE,
                "ingredients": {"model": "shared-sources", "sources": 1, "rate": 4.0},
                "spare_use": 1.0,
                "warning": True,
                "breaches": 1.0,
                "default_rate": 0.3,
            }
        }
    },
    "production takes time": {"behaviour": {"supply": {**FRAGILE, "lead_months": 3, "smoothing": 0.3}}},
    "stock from a fill rate, blocks that fail": {
        "behaviour": {
            "supply": {
                "model": "reliability-blocks",
                "plant": {"rate": 2.0, "copies": 2},
                "lead_months": 1,
                "fill_rate": 0.9,
                "batches": 4.0,
            }
        }
    },
    "firms enter, learn and leave": {
        "behaviour": {"industry": {"model": "entry-and-learning", "growth": 0.8, "dispersion": 2}},
        "rounds": {"first": round_of(rules=term(12)), "second": round_of("2020-07-01", term(12))},
    },
    "rings that are found": {
        "behaviour": {"bidding": {"model": "collusion-ring", "members": 1.0, "weighs": 0.0}},
        "rounds": {"first": round_of(rules=term(24, collusion={"found": 1.0, "lag_months": 14.0}))},
    },
    "damages for late deliveries": {
        "behaviour": {"supply": FRAGILE},
        "rounds": {"first": round_of(rules=term(24, failure={"rule": "backup", "damages": {"31": 0.1, "91": 0.3}}))},
    },
    "nothing guaranteed": {"rounds": {"first": round_of(rules=term(12, share={"table": {"1": 0, "2": 0, "3": 0}}))}},
    "some provinces take part": {"rounds": {"first": round_of(rules=term(12, members=["north", "east"]))}},
    "a level without a share": {
        "provinces": [{**p, "tertiary": 0} if p["province"] == "south" else p for p in PROVINCES],
        "demand_model": {"level_share": {"tertiary": 1.0, "secondary": 0.0, "primary": 0.0}},
    },
    "no noise": {"demand_model": {"monthly_cv": 0.0, "growth": 0.0, "size_spread": 0.0}},
    "ceilings from prices before": {
        "rounds": {"first": round_of(rules=term(12, ceiling={"rule": "before"}))},
        "drugs": [{**d, "ceiling": "", "pre_price": d["ceiling"]} for d in DRUGS],
    },
    "one qualified firm and unnamed ones": {"products": [p for p in PRODUCTS if p["manufacturer"] in ("a1", "g1")]},
    "patients turn to other molecules": {
        "behaviour": {
            "classes": {"turning": 0.8, "residual_trend": 0.1},
            "choice": {"leaving": 0.2},
            "supply": FRAGILE,
        },
        "drugs": CLASSED,
    },
    "patients who follow their brand": {
        "behaviour": {"choice": {"leaving": 0.4, "breadth": 0.5}, "supply": FRAGILE},
        "rounds": {"first": round_of(rules=term(24)), "second": round_of("2020-07-15", term(12))},
    },
    "cheap drugs draw patients of other molecules, some provinces": {
        "behaviour": {"choice": {"model": "nested-logit"}, "classes": {"turning": 0.2, "price": 1.0}},
        "drugs": CLASSED,
        "rounds": {"first": round_of(rules=term(12, members=["north", "east"]))},
    },
    "rings that are found lose the win": {
        "behaviour": {"bidding": {"model": "collusion-ring", "members": 0.7, "weighs": 0.0}, "supply": FRAGILE},
        "rounds": {"first": round_of(rules=term(24, collusion={"found": 1.0, "lag_months": 12.5}))},
    },
    "institutions name brands": {"rounds": {"first": round_of(rules=named(12))}},
    "all name brands and suppliers leave": {
        "behaviour": {"supply": {"default_rate": 1.0}, "reporting": {"named": 1.0, "loyalty": 2.0}},
        "rounds": {"first": round_of(rules=named(24)), "second": round_of("2020-01-15", named(12))},
    },
    "dear products cost patients more": {
        "rounds": {"first": round_of(rules=term(36))},
        "laws": national(reimbursement={"dear_copayment": 0.3}),
    },
}
