"""The shipped rule sets, by id. Each is one YAML file in ``data/``; one extends another where it changes
little.

>>> "pilot-2018" in rule_ids()
True
"""

from __future__ import annotations

import functools
from pathlib import Path

from vbp_sim.errors import InputError, Problem, nearest
from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.scenario.load import load_part

#: folder of the shipped rule sets; also what the scenario loader mounts at ``rounds.*.rules``
DATA = Path(__file__).parent / "data"


def rule_ids() -> tuple[str, ...]:
    """Ids of the shipped rule sets, sorted."""
    return tuple(sorted(path.stem for path in DATA.glob("*.yaml")))


@functools.cache
def rule_set(id: str) -> RuleSet:
    """Return a shipped rule set. Raises `InputError` if there is none of that id."""
    if id not in rule_ids():
        raise InputError(Problem(id, f"there is no rule set '{id}'", nearest(id, list(rule_ids()))))
    return load_part(DATA / f"{id}.yaml", RuleSet, DATA)[0]
