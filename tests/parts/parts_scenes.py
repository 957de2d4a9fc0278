"""Small scenarios in which parts act: a common one, and what must be said beside it for a kind, a part or a parameter.

`scene("supply alternating-renewal", "batches")` puts together what is said under ``supply``, ``supply.batches``,
``supply alternating-renewal`` and ``supply alternating-renewal.batches``, in this order.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from small import CLASSED, DRUGS, PRODUCTS, PROVINCES, UNBARRED, calendar


def term(months: int) -> dict[str, Any]:
    """A term for any number of winners."""
    return {"rule": "by-winners", "table": {"1": months, "2": months, "3": months}}


FRAGILE = {"rate_oral": 1.0, "rate_injection": 2.0, "stock_months": 0.5, "default_rate": 0.3}

FLAWED = {**FRAGILE, "failed_batches": 0.05, "breaches": 1.0}
#: every rating has consequences
RATED = {
    "national": {
        "changes": {"credit": {"half_life": 12, "behind": "ordinary", "deposit": 0.1, "late_days": 45, "lasts": 24}}
    }
}

#: two rounds in a market with firms that fail; ``rules`` are those of all rounds
BASE: dict[str, Any] = {
    "rules": {
        "extends": "expansion-2019",
        "backup": {"rule": "draft"},
        "failure": {"rule": "backup"},
        "term": term(12),
    },
    "rounds": {"first": {"calendar": calendar("2019-01-01")}, "second": {"calendar": calendar("2020-01-01")}},
    "behaviour": {"supply": FRAGILE},
    "drugs": [{**drug, "class": "antibiotic" if drug["drug"] == "alpha" else ""} for drug in DRUGS],
    "products": [{**p, "pre_share": 0.5 if (p["drug"], p["originator"]) == ("alpha", 1) else ""} for p in PRODUCTS],
}

#: two firms of one owner
OWNED = [{**p, "owner": "group" if p["manufacturer"] in ("a1", "a2", "b2") else ""} for p in BASE["products"]]
PRICED = [{**p, "pre_price": price} for p, price in zip(BASE["products"], (1, 2, 3, 4, 30, 50, 60, 1, 2), strict=True)]
#: an originator that may win
CHEAP = [{**p, "cost": 0.1, "pre_price": 2.5, "pre_share": 0.1} if p["originator"] else p for p in BASE["products"]]
ALONE = [p for p in BASE["products"] if p["manufacturer"] not in ("a2", "a3", "b2")]
BRANDS = {"rule": "draft", "brands_first": True}
BUYS_VOLUME = {"model": "rules-of-thumb", "maverick": 0.7}
LINES = {"rule": "threshold", "ratio": 1.8, "cut": 0.4, "low_lines": {"*": 0.45}}

STRONG = [{**drug, "strength": "0.2g"} for drug in BASE["drugs"]]
#: a floor under costs that binds, of ingredient and of conversion
DEAR = {"drugs": STRONG, "behaviour": {"firms": {"ingredient_price": 4000.0}}}
#: sellers wait long for their money, and pay for it
WAITING = {"laws": {"national": {"changes": {"payment": {"interest": 0.08, "prepayment_share": 0.0}}}}}
#: places far from distributors, who take more there
REMOTE = {
    "provinces": [{**place, "remoteness": far} for place, far in zip(PROVINCES, (0.2, 0.6, 1.0), strict=True)],
    "laws": {"national": {"changes": {"distribution": {"remote_fee": 0.05}}}},
}
#: brands of one company that stay out half of the time
WAVERING = {"products": CHEAP, "behaviour": {"bidding": {"stays_out": 0.5}}}
ALOOF = {"products": CHEAP, "behaviour": {"bidding": {"stays_out": 1.0}}}

#: nearly everybody is marked, and interviewed every month
WATCHED = {
    "laws": {
        "national": {
            "changes": {
                "watch": {"rule": "monthly", "red": 1.5, "yellow": 1.8, "interview_after": 1},
                "retention": {"rule": "linear"},
            }
        }
    }
}

#: winners report stops
NOTICED = {"laws": {"national": {"changes": {"supply_security": {"notice_months": 6}}}}}
#: all is made at one site, which often stands still
SITED = {
    "products": [{**p, "site": "s1"} for p in BASE["products"]],
    "behaviour": {"supply": {"site_rate": 2.0}},
}

SCENES: dict[str, dict[str, Any]] = {
    "firms.ingredient_price": DEAR,
    "firms.ingredient_spread": DEAR,
    "firms.conversion_oral": DEAR,
    "firms.conversion_injection": DEAR,
    "losers": {"laws": {"national": {"changes": {"platform": {"red": 2.0}}}}},
    "losers.outside_originator": {"products": PRICED, "behaviour": {"losers": {"marked": 0.5, "elasticity": 0.1}}},
    "firms.finance_in_cost": WAITING,
    "losers.link": {"behaviour": {"losers": {"unlinked": 0.9}}},
    "bidding.company": WAVERING,
    "bidding.silent": ALOOF,
    "bidding.handed_over": ALOOF,
    "bidding.stays_out": {"products": CHEAP},
    "bidding.originator_exposure_spread": {
        "products": CHEAP,
        "behaviour": {"bidding": {"stays_out": 0.0, "originator_exposure": 0.2}},
    },
    "bidding.offer_margin": {
        "rounds": {"first": {"drugs": None}, "second": {"drugs": None}},
        "rules": {
            "shortlist": {"rule": "table", "places_by_firms": [1, 2, 3, 4, 5]},
            "selection": {"rule": "threshold", "ratio": 1.05, "revival": {"rule": "highest-selected"}},
        },
    },
    "firms.round_weight": {"products": PRICED},
    "firms.generosity_error": {"products": PRICED},
    "firms.ceiling_weight": {"products": PRICED},
    "industry.leave": {"behaviour": {"bidding": BUYS_VOLUME}},
    "industry pipeline": {
        "behaviour": {
            "industry": {"growth": 1.0, "answers": 1.0, "evaluation_months": 3.0, "evaluation_cost": 1e3},
            "bidding": {"model": "rules-of-thumb"},
        }
    },
    "industry pipeline.counted_years": {"behaviour": {"industry": {"evaluation_cost": 1e6}}},
    "collusion": {
        "rules": {"collusion": {"found": 1.0, "lag_months": 6.0}},
        "behaviour": {"bidding": {"model": "collusion-ring", "members": 1.0, "weighs": 0.0}},
    },
    "collusion.leniency": {"rules": {"collusion": {"found": 0.0}}},
    "bidding collusion-ring": {"behaviour": {"bidding": {"weighs": 0.0}}},
    **{
        f"bidding collusion-ring.{name}": {
            "rounds": {"first": {"drugs": None}, "second": {"drugs": None}},
            "rules": {"collusion": {"found": 0.4}},
            "behaviour": {"bidding": {"members": 1.0, "weighs": 1.0}},
        }
        for name in ("weighs", "interest")
    },
    "integrity": {"behaviour": {"choice": {"commission": 1.0}}},
    "bidding.focal": {"rules": {"selection": LINES}},
    "bidding.maverick_depth": {"behaviour": {"bidding": {"maverick": 0.5}}},
    "bidding.cost_risk": {"behaviour": {"bidding": {"risk_aversion": 5.0}}},
    "bidding.hold_out": {"products": ALONE, "behaviour": {"firms": {"extra_bidders": 0.0}, "bidding": {"hungry": 1.0}}},
    "bidding.linked": {
        "rules": {"members": ["south"]},
        "products": PRICED,
        "laws": {"national": {"changes": {"platform": {"link": 1.0}}}},
    },
    "bidding.unpublished": {"rules": {"publication": "none"}},
    "bidding": {"rounds": {"first": {"drugs": ["alpha"]}, "second": {"drugs": ["alpha"]}}},
    "bidding.lost": {"behaviour": {"bidding": {"originator_kept": 1.0}}},
    **{
        f"bidding {name}": {"rounds": {"first": {"drugs": None}, "second": {"drugs": None}}}
        for name in ("rules-of-thumb", "ewa", "learned-beliefs")
    },
    "bidding equilibrium": {
        "rounds": {"second": None},
        "products": CHEAP,
        "behaviour": {"bidding": {"originator_exposure": 0.1, "originator_kept": 0.2, "walk_away": 0.05}},
    },
    **{
        f"bidding equilibrium.{name}": {"behaviour": {"bidding": {"solver": "closed"}}}
        for name in ("belief_markup", "belief_spread", "belief_error", "draws")
    },
    "bidding equilibrium.originator_threat": {
        "products": [*CHEAP, {**CHEAP[3], "manufacturer": "brand-2", "pre_share": 0.2}],
        "behaviour": {"bidding": {"solver": "closed", "stays_out": 0.0}},
    },
    "bidding equilibrium.originator_exposure_spread": {
        "behaviour": {"bidding": {"originator_exposure": 2.0, "originator_kept": 0.0, "walk_away": 0.01}}
    },
    "bidding equilibrium.offer_margin": {
        "rules": {"selection": {"ratio": 1.02}},
        "behaviour": {"bidding": {"generic_kept": 0.0, "lost": 0.0}},
    },
    "bidding equilibrium.lost": {"behaviour": {"bidding": {"originator_kept": 1.0, "stays_out": 0.0}}},
    "bidding equilibrium.limit_price": {
        "products": ALONE,
        "behaviour": {"bidding": {"solver": "closed"}, "firms": {"extra_bidders": 0.0, "cost_median": 0.05}},
    },
    "bidding equilibrium.focal": {"rules": {"selection": LINES}, "behaviour": {"bidding": {"solver": "closed"}}},
    "reporting": {"rules": {"allocation": BRANDS}},
    "choice": {
        "laws": {"national": {"changes": {"hospital_payment": {"rule": "case"}, "platform": {"red": 1.5}}}},
        "products": PRICED,
    },
    "hospital_payment case": {
        "rules": {"term": term(36)},
        "laws": {"national": {"changes": {"hospital_payment": {"rebase_years": 1}}}},
    },
    "hospital_payment budget.overspend": {"behaviour": {"losers": {"model": "keep"}}, "products": PRICED},
    "supply_security": {
        "laws": {
            "national": {
                "changes": {
                    "supply_security": {
                        "emergency_after": 0,
                        "neighbours_after": 0,
                        "imports_after": 0,
                        "reserve_months": {"usual": 1.0, "prone": 1.0},
                    }
                }
            }
        }
    },
    "supply_security.urgency": {
        "laws": {
            "national": {
                "changes": {"supply_security": {"emergency_after": 40, "urgency": {"usual": 0.5, "prone": 0.5}}}
            }
        }
    },
    **dict.fromkeys(("supply.foreseen", "supply.candour"), NOTICED),
    "supply.kept_back": {"laws": {"national": {"changes": {"supply_security": {"emergency_after": 0}}}}},
    **dict.fromkeys(("supply.site_rate", "supply.site_months"), SITED),
    "platform": {
        "products": PRICED,
        "laws": {"national": {"changes": {"platform": {"online_rate": 0.9, "yellow": 1.5, "red": 2.0}}}},
    },
    "platform.link_months": {"laws": {"national": {"changes": {"platform": {"link": 1.0}}}}},
    "markup": {"laws": {"national": {"changes": {"markup": {"rate": 0.1}}}}},
    "retention.on_cases": {"laws": {"national": {"changes": {"hospital_payment": {"rule": "case"}}}}},
    "classes": {"drugs": CLASSED, "behaviour": {"classes": {"turning": 0.5}}},
    "finance": {"behaviour": {"choice": {"leaving": 0.3}}},
    "choice.habit": {
        "laws": {"later": {"from": "2019-06-01", "changes": {"assessment": {"gate_completion": 0.1}}}},
        "behaviour": {"choice": {"task": 10.0}},
    },
    "choice.wards": {"drugs": [{**drug, "inpatient_share": 0.5} for drug in DRUGS]},
    "choice.mark_pull": WATCHED,
    "watch": WATCHED,
    "watch.access_month": {
        "laws": {"national": {"changes": {"watch": {"red": 0.0, "yellow": 0.0}}}},
        "behaviour": {"choice": {"breadth": 0.0}},
    },
    "retention.pooled": {"behaviour": {"choice": {"model": "task-first", "first": 0.2}}},
    "reporting.penalty_weight": {
        "laws": {"national": {"changes": {"reporting": {"over_fine": 0.5, "under_fine": 0.1}}}}
    },
    "review.under_from": {"laws": {"national": {"changes": {"reporting": {"under_fine": 0.5}}}}},
    "review": {"behaviour": {"reporting": {"model": "newsvendor"}}},
    "supply": {
        "behaviour": {
            "supply": {
                "lead_months": 2,
                "repair_crews": 1,
                "breaches": 1.0,
                "failed_batches": 0.02,
                "flaw_sensitivity": 1.0,
                "coverage": 0.5,
            }
        },
        "laws": {"national": {"changes": {"quality": {"inspections": 2}}}},
    },
    "quality": {"behaviour": {"supply": FLAWED}},
    "credit": {"behaviour": {"supply": FLAWED}, "laws": RATED},
    **{key: {"behaviour": {"conduct": {"misconduct": 3.0}}} for key in ("credit.deposit", "credit.lasts")},
    "credit.behind": {
        "products": [{**p, "bid": 0.3} for p in BASE["products"]],
        "behaviour": {"bidding": {"model": "recorded"}, "conduct": {"misconduct": 0.7}},
        "laws": {"national": {"changes": {"credit": UNBARRED}}},
    },
    "conduct": {"behaviour": {"conduct": {"misconduct": 1.0}}},
    "supply alternating-renewal": {"behaviour": {"supply": FRAGILE}},
    "supply reliability-blocks": {
        "behaviour": {"supply": {"plant": {"rate": 2.0, "copies": 2}, "line": {"rate": 2.0}}}
    },
    "supply.exit_rate": {"behaviour": {"bidding": BUYS_VOLUME}},
    "supply.repair_crews": {"products": OWNED, "rules": {"entry": {"related_as_one": False}}},
    "supply alternating-renewal.repair_crews": {"behaviour": {"supply": {"rate_oral": 6.0, "default_rate": 0.0}}},
    "supply reliability-blocks.repair_crews": {"behaviour": {"supply": {"line": {"rate": 9.0}, "default_rate": 0.0}}},
    "supply.spare_use": {"behaviour": {"supply": {"committed_capacity": 4.0, "lead_months": 0}}},
    "supply.cash_bound": {**WAITING, "behaviour": {"supply": {"credit_months": 0.0}}},
    "supply.credit_months": {**WAITING, "behaviour": {"supply": {"cash_bound": 0.0}}},
    "supply.fill_rate": {"behaviour": {"supply": {"fill_rate": 0.9}}},
    "supply.batches": {"behaviour": {"supply": {"fill_rate": 0.9}}},
    "entry": {"products": OWNED, "rules": {"entry": {"minimum_firms": 4}}},
    "entry.below_cost_statement": {"behaviour": {"bidding": BUYS_VOLUME}},
    "conversion fixed": {"rules": {"conversion": {"multiples": {"1.5": 1.3}}}},
    "shortlist per-maker": {
        "products": OWNED,
        "rules": {"entry": {"related_as_one": False}, "shortlist": {"most": 3, "most_per_maker": 1}},
    },
    "shortlist table": {"rules": {"shortlist": {"places_by_firms": [1, 1, 2, 2, 3]}}},
    "selection bargained": {"rules": {"selection": {"outright": 0, "floor_share": 0.9}}},
    "selection lowest": {"rules": {"selection": {"cut": 0.5}}},
    "selection threshold": {"rules": {"selection": LINES}},
    "selection threshold.low_lines": {"rules": {"selection": {"ratio": 1.0}}},
    "grading by-lines": {
        "rules": {
            "grading": {"a_line": 0.4, "b_line": 0.7},
            "share": {"rule": "by-grade", "table": {"A1": 1.0, "A": 0.8, "B": 0.6, "C": 0.4}, "overall": 0.7},
        }
    },
    "share by-grade": {
        "rules": {
            "allocation": BRANDS,
            "grading": {"rule": "by-lines", "a_line": 0.4, "b_line": 0.7},
            "share": {"table": {"A1": 1.0, "A": 0.8, "B": 0.6, "C": 0.4}, "overall": 0.7, "moved": 0.2},
        }
    },
    "share by-incumbency": {"rules": {"share": {"incumbent": 0.7, "newcomer": 0.5, "classes": {"antibiotic": 0.6}}}},
    "share by-winners": {"rules": {"share": {"table": {"1": 0.5, "2": 0.6}, "classes": {"antibiotic": {"1": 0.4}}}}},
    "term by-winners": {"rules": {"term": {**term(12), "classes": {"antibiotic": {"1": 6}}}}},
    "term until": {"rules": {"term": {"end": "2019-10-31"}}},
    "contract": {"rules": {"term": term(24), "contract": {"use_floor": 0.9, "agreed_floor": 0.7}}},
    "failure": {"rules": {"failure": {"damages": {"1": 0.1, "61": 0.3}}}},
    "payment": {"laws": {"national": {"changes": {"payment": {"direct_settlement": True, "direct_days": 90}}}}},
    "payment days.settlement_days": {"laws": {"national": {"changes": {"payment": {"direct_settlement": False}}}}},
    "distribution": REMOTE,
    "distribution.invoice_fee": {"laws": {"national": {"changes": {"distribution": {"invoices": 3}}}}},
    "distribution on-credit": {"laws": {"national": {"changes": {"distribution": {"pay_days": 0}}}}},
    "assessment points": {
        "laws": {"national": {"changes": {"assessment": {"gate_completion": 0.5}, "retention": {"rule": "linear"}}}}
    },
    "capacity newsvendor": {"rules": {"failure": {"damages": {"61": 0.2, "101": 0.5}}}},
    "ingredients": {"behaviour": {"supply": {"ingredients": {"price_spread": 0.8, "price_jumps": 1.0}}}},
    "ingredients.hedged": {"behaviour": {"firms": {"own_api_share": 1.0}}},
    "ingredients shared-sources": {"behaviour": {"supply": {"ingredients": {"rate": 2.0}}}},
    "second-chance named": {"rules": {"shortlist": {"rule": "table", "places_by_firms": [1, 1, 2, 2, 2]}}},
    "rules rules": {"rules": {"members": ["north", "south"]}},
    "rules rules.publication": {"behaviour": {"bidding": {"model": "learned-beliefs"}}},
}


def scene(part: str, parameter: str, chosen: Mapping[str, Any]) -> dict[str, Any]:
    """The scenario in which a parameter of a part ("kind name") acts; ``chosen`` says what chooses the part."""
    kind, tree = part.partition(" ")[0], copy.deepcopy(BASE)
    merge(tree, chosen)
    for name in (kind, f"{kind}.{parameter}", part, f"{part}.{parameter}"):
        merge(tree, SCENES.get(name, {}))
    return tree


def merge(into: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Put nested maps on top of others; another rule or model begins anew, None takes away, all else is replaced."""
    for key, value in more.items():
        old = into.get(key)
        if value is None:
            into.pop(key, None)
        elif isinstance(value, dict) and isinstance(old, dict):
            if any(tag in value and value[tag] != old.get(tag) for tag in ("rule", "model")):
                old.clear()
            merge(old, value)
        else:
            into[key] = copy.deepcopy(value)
