"""What hospitals get and pay beside fee for service, kept a second time from `use` and the laws, month after month.

Right where everybody delivers what is ordered, because use is valued by the parts that firms have of the orders.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from books import Books, Sums

from vbp_sim.rules.local.hospital_payment import Budget, Case
from vbp_sim.scenario.load import Scenario
from vbp_sim.scenario.market import LEVELS

FLOWS = (
    "reimbursement", "bundle", "rebased", "markup_self", "markup_fund", "compensation", "staff_pay", "surplus_kept",
    "overspend_shared",
)  # fmt: skip


def hospital_flows(scenario: Scenario, books: Books) -> dict[str, Sums]:
    """Flows by (month, round, place, level)."""
    found: dict[str, Sums] = {name: defaultdict(float) for name in FLOWS}
    books.care()
    finance = scenario.spec.finance
    care: dict[int, dict[tuple[str, str], dict[str, tuple[float, float, float]]]] = defaultdict(dict)
    for month, drug, place, level, *values in books.worth:
        care[month].setdefault((drug, place), {})[level] = (values[0], values[1], values[2])
    share = finance.fund_share * finance.insured_share
    supplied: dict[tuple[str, str], int] = defaultdict(int)
    history: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    weight: dict[tuple[str, str], float] = defaultdict(lambda: 1.0)
    wards = {drug.id: drug.inpatient_share for drug in scenario.market.drugs}
    groups = {place: level_parts(scenario, place) for place in books.places}
    usual = {place: share * need_a_month(scenario, books, place) for place in books.places}
    base, budget = dict(usual), dict.fromkeys(books.places, 0.0)
    year: dict[str, dict[str, list[float]]] = {place: defaultdict(lambda: [0.0, 0.0]) for place in books.places}
    for m in range(books.first, books.last + 1):
        for (drug, place), levels in care[m].items():
            law, markup = books.law(place, m).hospital_payment, books.law(place, m).markup
            name = books.round(drug, place, m)
            part = float(law.by_case(np.array([wards[drug]]))[0])
            earlier = {level: share * books.untouched(drug) * used for level, (used, _, _) in levels.items()}
            w, cut = weight[drug, place], law.budget_cut if isinstance(law, Case) else 0.0
            freed = (1 - cut) * part * (1 - w) * sum(earlier.values())
            for level, (_, spend, covered) in levels.items():
                key = (m, name, place, level)
                found["reimbursement"][key] += (1 - part) * covered
                found["bundle"][key] += part * earlier[level] * w
                found["rebased"][key] += freed * groups[place][level]
                found["markup_self"][key] += markup.rate * (spend - covered)
                found["markup_fund"][key] += markup.rate * (1 - part) * covered
                found["compensation"][key] += markup.compensation * max(0.0, 0.15 - markup.rate) * spend
                gain = part * (earlier[level] * w - covered) + freed * groups[place][level]
                gain = gain if part else 0.0
                gain += markup.rate * (spend - part * covered)
                found["staff_pay"][key] += markup.tied * max(gain, 0.0)
                if isinstance(law, Budget):
                    year[place][level][0] += covered
                    year[place][level][1] += earlier[level]
            if books.at(drug, place, m) is not None:
                supplied[drug, place] += 1
                past = history[drug, place]
                past[0] += sum(covered for _, _, covered in levels.values())
                past[1] += sum(earlier.values())
                if supplied[drug, place] % 12 == 0:
                    ratio = past[0] / past[1] if past[1] > 0 else 1.0
                    if isinstance(law, Case) and supplied[drug, place] >= 12 * law.rebase_years:
                        weight[drug, place] = 1 - law.rebased * max(1 - ratio, 0)
                    history[drug, place] = [0.0, 0.0]
        held = [p for p in books.places if isinstance(books.law(p, m).hospital_payment, Budget)]
        for place in held:
            law = books.law(place, m).hospital_payment
            assert isinstance(law, Budget)
            budget[place] += base[place] * (1 + law.growth) ** ((m - books.first) / 12)
        if held and (m % 12 == 11 or m == books.last):
            for place in held:
                _settle(found, books, m, place, budget, base, year[place], groups[place])
            budget = dict.fromkeys(books.places, 0.0)
            year = {place: defaultdict(lambda: [0.0, 0.0]) for place in books.places}
    return found


def _settle(
    found: dict[str, Sums],
    books: Books,
    m: int,
    place: str,
    budget: dict[str, float],
    base: dict[str, float],
    year: dict[str, list[float]],
    groups: dict[str, float],
) -> None:
    """What a consortium keeps or shares at the end of a year."""
    law, tied = books.law(place, m).hospital_payment, books.law(place, m).markup.tied
    assert isinstance(law, Budget)
    left = budget[place] - sum(spent for spent, _ in year.values())
    worth = sum(earlier for _, earlier in year.values())
    for level in LEVELS:
        part = year[level][1] / worth if worth > 0 else groups[level]
        kept, key = law.keep * max(left, 0) * part, (m, "", place, level)
        found["surplus_kept"][key] += kept
        found["overspend_shared"][key] += law.overspend * min(max(-left, 0), law.limit * budget[place]) * part
        found["staff_pay"][key] += tied * kept
    base[place] -= law.rebased * max(left, 0) / 12


def level_parts(scenario: Scenario, place: str) -> dict[str, float]:
    """What each level has of all that hospitals of a place do."""
    row = next(p for p in scenario.market.provinces if p.id == place)
    counts = {"tertiary": row.tertiary, "secondary": row.secondary, "primary": row.primary}
    share = {level: scenario.spec.demand.level_share[level] * (counts[level] > 0) for level in LEVELS}
    return {level: value / sum(share.values()) for level, value in share.items()}


def need_a_month(scenario: Scenario, books: Books, place: str) -> float:
    """A month's need before any report at earlier prices, yuan."""
    at = books.places.index(place)
    volumes = scenario.market.reported[:, at] / scenario.spec.demand.reporting_ratio / 12
    return float(sum(v * books.untouched(drug) for v, drug in zip(volumes, books.drugs, strict=True)))
