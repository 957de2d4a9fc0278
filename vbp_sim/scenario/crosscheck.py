"""What no single value can show: checks between the scenario's parts and its market. One small function each.

Each returns the problems that it found, at the value that has to change.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from vbp_sim.errors import Problem, nearest
from vbp_sim.scenario import laws
from vbp_sim.scenario.market import Market
from vbp_sim.scenario.spec import Spec
from vbp_sim.scenario.tree import Node, find


def crosscheck(spec: Spec, market: Market, tree: Node) -> list[Problem]:
    """All problems that the checks of this file find."""
    return [problem for check in CHECKS for problem in check(spec, market, tree)]


def drugs_exist(spec: Spec, market: Market, tree: Node) -> list[Problem]:
    """Every drug that a round tenders is in the market, and stands once in the list."""
    known = [drug.id for drug in market.drugs]
    problems = []
    for name, one in spec.rounds.items():
        for place, drug in enumerate(one.drugs):
            node, _ = find(tree, ("rounds", name, "drugs", str(place)))
            if drug not in known:
                remedy = nearest(drug, known[:20])
                problems.append(node.problem(f"the market {market.name} has no drug '{drug}'", remedy))
            elif drug in one.drugs[:place]:
                problems.append(
                    node.problem(f"the drug '{drug}' stands twice in this round", "remove one of them")
                )
    return problems


@runtime_checkable
class CeilingRule(Protocol):
    """What this check asks of the rule for ceilings, in micro-yuan."""

    def price(self, published: int, before: int = 0) -> int:
        """The ceiling that follows from a published one (0: none) and from the price before (0: unknown)."""


def ceilings_given(spec: Spec, market: Market, tree: Node) -> list[Problem]:
    """Every drug that is tendered has a ceiling, or the rule makes one from the price before."""
    problems = []
    missing = [drug for drug in market.drugs if drug.ceiling is None]
    for name, one in spec.rounds.items():
        rule = getattr(one.rules, "ceiling", None)
        derived = isinstance(rule, CeilingRule) and rule.price(0, 10**6) > 0
        unknown = {drug.id for drug in missing if not (derived and (drug.pre_price or _earlier(spec, name)))}
        without = [drug for drug in drugs_of(spec, market, name) if drug in unknown]
        if without:
            node, _ = find(tree, ("rounds", name, "drugs"))
            what = f"no ceiling in {market.name}/drugs.csv for {', '.join(without)}"
            problems.append(
                node.problem(f"round '{name}': {what}", "add one, or list only drugs that have one", key=True)
            )
    return problems


def _earlier(spec: Spec, name: str) -> bool:
    """Whether another round ends before this one, whose prices are then the prices before."""
    opening = spec.rounds[name].calendar.opening
    return any(one.calendar.opening < opening for one in spec.rounds.values())


def starts_before_first_round(spec: Spec, market: Market, tree: Node) -> list[Problem]:
    """The simulation begins before the first round does."""
    name, one = min(spec.rounds.items(), key=lambda item: item[1].calendar.reporting_start)
    if spec.start <= one.calendar.reporting_start:
        return []
    node, _ = find(tree, ("start",))
    first = one.calendar.reporting_start
    what = f"start: {spec.start} lies after the reporting_start of round '{name}' ({first})"
    return [node.problem(what, f"start on {first} or earlier")]


def no_drug_starts_twice(spec: Spec, market: Market, tree: Node) -> list[Problem]:
    """No two rounds start the supply of one drug on the same day."""
    seen: dict[tuple[str, object], str] = {}
    problems = []
    for name, one in spec.rounds.items():
        both: dict[str, list[str]] = {}
        for drug in drugs_of(spec, market, name):
            earlier = seen.setdefault((drug, one.calendar.start), name)
            if earlier != name:
                both.setdefault(earlier, []).append(drug)
        for earlier, drugs in both.items():
            node, _ = find(tree, ("rounds", name, "calendar", "start"))
            what = f"rounds '{earlier}' and '{name}' both start {', '.join(drugs)} on {one.calendar.start}"
            problems.append(node.problem(what, "change one of the dates, or the drugs of a round"))
    return problems


def members_in_market(spec: Spec, market: Market, tree: Node) -> list[Problem]:
    """Where a rule set names the provinces of an alliance, the market has at least one of them."""
    known = [province.id for province in market.provinces]
    problems = []
    for name, one in spec.rounds.items():
        members: tuple[str, ...] = getattr(one.rules, "members", ())
        if members and not set(members) & set(known):
            node, _ = find(tree, ("rounds", name, "rules"))
            named = ", ".join(members)
            what = f"round '{name}': none of the rule set's members ({named}) is in the market {market.name}"
            problems.append(node.problem(what, f"name members among {', '.join(known)}, or take another market"))
    return problems


def laws_hold(spec: Spec, market: Market, tree: Node) -> list[Problem]:
    """In every place and month one law is in force, no two contradict each other, and their values go together."""
    return laws.problems(spec.laws, tree, [p.id for p in market.provinces], {}, spec.start) if spec.laws else []


def drugs_of(spec: Spec, market: Market, name: str) -> tuple[str, ...]:
    """The drugs that a round tenders; a round that lists none tenders every drug of the market."""
    return spec.rounds[name].drugs or tuple(drug.id for drug in market.drugs)


CHECKS: tuple[Callable[[Spec, Market, Node], list[Problem]], ...] = (
    drugs_exist,
    ceilings_given,
    starts_before_first_round,
    no_drug_starts_twice,
    members_in_market,
    laws_hold,
)
