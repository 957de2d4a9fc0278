"""Policies, shipped ones by name and a user's own by path: read, checked, and put on a scenario.

>>> load_policy("larger-share").policy.expects["completion"].sign
'down'
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vbp_sim.errors import InputError, Problem, nearest
from vbp_sim.rules.library import rule_ids
from vbp_sim.runs.load import library_file, load_scenario, policies, shipped
from vbp_sim.runs.metrics import METRICS, known_ids
from vbp_sim.runs.metrics.metric import RENEWALS
from vbp_sim.scenario.load import Origins, Scenario
from vbp_sim.scenario.policy import Policy
from vbp_sim.scenario.problems import check, in_order
from vbp_sim.scenario.tree import Node, children, leaves
from vbp_sim.scenario.yaml_source import read

#: what stands for every shipped policy that can be compared in a scenario
ALL = "all"


@dataclass(frozen=True)
class Loaded:
    """A policy, the tree of its file, and how it was named: by id if it is shipped, else by path."""

    policy: Policy
    tree: Node
    named: str

    @property
    def origins(self) -> Origins:
        """Where each of its values stands."""
        return Origins({address: node.origin() for address, node in leaves(self.tree)})

    def misfit(self, scenario: Scenario) -> Problem | None:
        """Why it cannot be compared in a scenario: it is meant for others, or a variant there has its name."""
        spec, top, meant = scenario.spec, children(self.tree), self.policy.meant
        what = ""
        if meant == "renewals" and not renews(scenario):
            what = f"the policy is meant for renewals, and in {spec.scenario} no drug has one"
        elif not isinstance(meant, str):
            here = {spec.scenario, *(str(getattr(each.rules, "id", "")) for each in spec.rounds.values())}
            if here.isdisjoint(meant):
                what = f"the policy is meant for {', '.join(meant)}, none of which is in {spec.scenario}"
        if what:
            return top["for"].problem(what, "leave it out, or copy it and say for what it is meant")
        if self.policy.policy in spec.variants:
            what = f"{spec.scenario} has a variant '{self.policy.policy}' of its own"
            return top["policy"].problem(what, "give one of them another name")
        return None


@dataclass(frozen=True)
class Applied:
    """Policies and the scenarios with each of them, by id; and why some of ``all`` are left out."""

    loaded: dict[str, Loaded]
    scenarios: dict[str, Scenario]
    left_out: dict[str, str]


def policy_ids() -> tuple[str, ...]:
    """Ids of the shipped policies, sorted."""
    return tuple(sorted(file.stem for file in policies().glob("*.yaml")))


def load_policy(name: str | Path) -> Loaded:
    """Read a policy by its name or its path. Raises `InputError` with all that is wrong in its file."""
    file = library_file(str(name), policies(), "policy")
    tree = read(file)
    policy, problems = check(tree, Policy)
    if policy is not None:
        problems += _strangers(policy, tree)
    if policy is None or problems:
        raise InputError(*in_order(problems))
    return Loaded(policy, tree, policy.policy if file.parent == policies() else str(name))


def applied(names: Sequence[str | Path], base: Scenario, sets: Sequence[str] = ()) -> Applied:
    """The scenario ``base``, read with ``sets``, with each of some policies; ``all`` stands for every shipped one.

    Raises `InputError` for a policy that is unknown, named twice, not meant for the scenario, or wrong in it; with
    ``all`` such a policy is left out.
    """
    found = Applied({}, {}, {})
    for name in names:
        for each in policy_ids() if name == ALL else (name,):
            loaded = load_policy(each)
            id = loaded.policy.policy
            if name == ALL and id in found.loaded:
                continue
            try:
                if id in found.loaded:
                    raise InputError(Problem(f"--policies {id}", "is named twice", "leave one out"))
                if misfit := loaded.misfit(base):
                    raise InputError(misfit)
                found.scenarios[id] = load_scenario(base.path, id, sets, {id: loaded.tree})
                found.loaded[id] = loaded
            except InputError as error:
                if name != ALL:
                    raise
                found.left_out[id] = error.problems[0].what
    return found


def check_policy(name: str | Path) -> tuple[Loaded, int]:
    """Read a policy and try it on every shipped scenario that it fits, and on experiments that it is meant for; the
    policy, and how many these are."""
    loaded, fits = load_policy(name), 0
    problems: list[Problem] = []
    meant = () if isinstance(loaded.policy.meant, str) else loaded.policy.meant
    named = [file for file in shipped().glob("experiments/*.yaml") if file.stem in meant]
    for file in sorted([*shipped().glob("*.yaml"), *named]):
        scenario = load_scenario(file)
        try:
            if not loaded.misfit(scenario):
                load_scenario(file, loaded.policy.policy, asked={loaded.policy.policy: loaded.tree})
                fits += 1
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(*in_order(list(dict.fromkeys(problems))))
    return loaded, fits


def renews(scenario: Scenario) -> bool:
    """Whether any two rounds tender one drug in one place."""
    seen: set[tuple[str, str]] = set()
    for name, each in scenario.spec.rounds.items():
        drugs = each.drugs or [drug.id for drug in scenario.markets[scenario.market_of[name]].drugs]
        cells = set(itertools.product(drugs, scenario.taking_part(name)))
        if not seen.isdisjoint(cells):
            return True
        seen |= cells
    return False


def _strangers(policy: Policy, tree: Node) -> list[Problem]:
    """Metrics, scenarios and rule sets that the file names and that there are not."""
    metrics = [*known_ids(), *(f"{id}@{RENEWALS}" for id in known_ids() if "round" in METRICS[id].cuts)]
    top = children(tree)
    problems = [
        node.problem(f"there is no metric '{id}'", nearest(id, metrics), key=True)
        for id, node in children(top["expects"]).items()
        if id not in metrics
    ]
    files = (*shipped().glob("*.yaml"), *shipped().glob("experiments/*.yaml"))
    known = sorted({*(file.stem for file in files), *rule_ids()})
    strange = [node for node in children(top["for"]).values() if node.value not in known]
    return problems + [
        node.problem(f"no scenario and no rule set is called '{node.value}'", nearest(str(node.value), known))
        for node in strange
    ]
