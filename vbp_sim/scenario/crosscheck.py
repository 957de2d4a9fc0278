"""What no single value can show: checks between the scenario's parts and its markets. One small function each.

Each returns the problems that it found, at the value that has to change.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

from vbp_sim.errors import Problem, nearest
from vbp_sim.scenario import laws
from vbp_sim.scenario.limits import cut
from vbp_sim.scenario.markets import Markets
from vbp_sim.scenario.spec import Spec
from vbp_sim.scenario.tree import Node, find


def crosscheck(spec: Spec, data: Markets, tree: Node) -> list[Problem]:
    """All problems that the checks of this file find."""
    return [problem for check in CHECKS for problem in check(spec, data, tree)]


def drugs_exist(spec: Spec, data: Markets, tree: Node) -> list[Problem]:
    """Every drug that a round tenders is in its market, and stands once in the list."""
    problems = []
    for name, one in spec.rounds.items():
        market = data.of_round(name)
        known = [drug.id for drug in market.drugs]
        for place, drug in enumerate(one.drugs):
            node, _ = find(tree, ("rounds", name, "drugs", str(place)))
            if drug not in known:
                remedy = nearest(drug, known[:20])
                problems.append(node.problem(f"the market {market.name} has no drug '{cut(drug)}'", remedy))
            elif drug in one.drugs[:place]:
                problems.append(node.problem(f"the drug '{drug}' stands twice in this round", "remove one of them"))
    return problems


def ceilings_given(spec: Spec, data: Markets, tree: Node) -> list[Problem]:
    """Every drug that is tendered has a ceiling, or the rule makes one from the price before."""
    problems = []
    reach = _reach(spec, data)
    for name, one in spec.rounds.items():
        rule = getattr(one.rules, "ceiling", None)
        # whether a ceiling follows from an agreement that ends, from the lowest price before, from listing prices
        renews, looks_back, looks_around = (
            getattr(rule, name, False) for name in ("renews", "looks_back", "looks_around")
        )
        market, (drugs, places) = data.of_round(name), reach[name]
        opened = [other for other in reach if spec.rounds[other].calendar.opening < one.calendar.opening]
        before = {drug for other in opened if places & reach[other][1] for drug in reach[other][0]}
        without = [
            drug.id
            for drug in market.drugs
            if drug.id in drugs
            and drug.ceiling is None
            and not (
                drug.pre_price is not None
                and (looks_back or (looks_around and any(p.pre_price for p in market.products_of(drug.id))))
            )
            and not (renews and drug.id in before)
        ]
        if without:
            node, _ = find(tree, ("rounds", name, "drugs"))
            what = f"no ceiling in {market.name}/drugs.csv for {', '.join(without)}"
            if renews or looks_back or looks_around:
                what += ", no pre_price, and no earlier round tenders it in one of this round's places"
            remedy = "add one, or list only drugs that have one"
            problems.append(node.problem(f"round '{name}': {what}", remedy, key=True))
    return problems


def starts_before_first_round(spec: Spec, data: Markets, tree: Node) -> list[Problem]:
    """The simulation begins before the first round does."""
    name, one = min(spec.rounds.items(), key=lambda item: item[1].calendar.reporting_start)
    if spec.start <= one.calendar.reporting_start:
        return []
    node, _ = find(tree, ("start",))
    first = one.calendar.reporting_start
    what = f"start: {spec.start} lies after the reporting_start of round '{name}' ({first})"
    return [node.problem(what, f"start on {first} or earlier")]


def no_drug_starts_twice(spec: Spec, data: Markets, tree: Node) -> list[Problem]:
    """No two rounds start the supply of one drug in one place on the same day."""
    problems = []
    reach = _reach(spec, data)
    for earlier, name in itertools.combinations(spec.rounds, 2):
        one = spec.rounds[name]
        places = reach[earlier][1] & reach[name][1]
        both = [drug for drug in drugs_of(spec, data, name) if drug in reach[earlier][0]]
        if spec.rounds[earlier].calendar.start == one.calendar.start and places and both:
            node, _ = find(tree, ("rounds", name, "calendar", "start"))
            what = f"rounds '{earlier}' and '{name}' both start {', '.join(both)} on {one.calendar.start}"
            where = f" in {', '.join(sorted(places)[:3])}{' and elsewhere' if len(places) > 3 else ''}"
            problems.append(node.problem(what + where, "change one of the dates, the drugs or the members of a round"))
    return problems


def members_in_market(spec: Spec, data: Markets, tree: Node) -> list[Problem]:
    """Where a rule set names places, none is finer than the map, and the round's market reports for one of them."""
    known = [place.id for place in data.merged.provinces]
    problems = []
    for name in spec.rounds:
        node, _ = find(tree, ("rounds", name, "rules"))
        named = members(spec, name)
        for member in named:
            around = [place for place in data.places.above(member) if place in known]
            if around and member not in known:
                what = f"round '{name}': '{member}' lies inside '{around[0]}', which no market of the scenario divides"
                remedy = f"name '{around[0]}', or add a market whose provinces.csv has '{member}'"
                problems.append(node.problem(what, remedy))
        if named and not data.places.within(named, known):
            away = cut(", ".join(named))
            what = f"round '{name}': none of the rule set's members ({away}) is in the market {data.merged.name}"
            problems.append(node.problem(what, f"name members among {', '.join(known)}, or take another market"))
        elif not data.taking_part(name, named):
            what = f"round '{name}': its market {data.of_round(name).name} reports no volume for its members"
            problems.append(node.problem(what, "name other members, or take another market"))
    return problems


def laws_hold(spec: Spec, data: Markets, tree: Node) -> list[Problem]:
    """In every place and month one law is in force, no two contradict each other, and their values go together."""
    places = [p.id for p in data.merged.provinces]
    above = {place: data.places.above(place) for place in places}
    return laws.problems(spec.laws, tree, places, above, spec.start) if spec.laws else []


def drugs_of(spec: Spec, data: Markets, name: str) -> tuple[str, ...]:
    """The drugs that a round tenders; a round that lists none tenders every drug of its market."""
    return spec.rounds[name].drugs or tuple(drug.id for drug in data.of_round(name).drugs)


def members(spec: Spec, name: str) -> tuple[str, ...]:
    """The places that a round's rule set names as members; none: all places of its market."""
    named: tuple[str, ...] = getattr(spec.rounds[name].rules, "members", ())
    return named


def _reach(spec: Spec, data: Markets) -> dict[str, tuple[set[str], set[str]]]:
    """By round, the drugs that it tenders and the places that take part."""
    return {
        name: (set(drugs_of(spec, data, name)), set(data.taking_part(name, members(spec, name))))
        for name in spec.rounds
    }


CHECKS: tuple[Callable[[Spec, Markets, Node], list[Problem]], ...] = (
    drugs_exist,
    ceilings_given,
    starts_before_first_round,
    no_drug_starts_twice,
    members_in_market,
    laws_hold,
)
