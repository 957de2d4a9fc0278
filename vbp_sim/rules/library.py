"""The shipped rule sets and laws, by id. Each is one YAML file; one extends another where it changes little.

>>> "pilot-2018" in rule_ids(), "law-2019" in law_ids()
(True, True)
"""

from __future__ import annotations

import functools
from pathlib import Path

from vbp_sim.errors import InputError, Problem, nearest
from vbp_sim.rules.local.law import LocalLaw
from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.scenario.load import load_part

#: folder of the shipped rule sets; also what the scenario loader mounts at ``rounds.*.rules``
DATA = Path(__file__).parent / "data"
#: folder of the shipped laws; mounted at ``laws.*.rules``
LAWS = DATA / "laws"


def rule_ids() -> tuple[str, ...]:
    """Ids of the shipped rule sets, sorted."""
    return _ids(DATA)


def law_ids() -> tuple[str, ...]:
    """Ids of the shipped laws, sorted."""
    return _ids(LAWS)


@functools.cache
def rule_set(id: str) -> RuleSet:
    """Return a shipped rule set. Raises `InputError` if there is none of that id."""
    _known(id, rule_ids(), "rule set")
    return load_part(DATA / f"{id}.yaml", RuleSet, DATA)[0]


@functools.cache
def law(id: str) -> LocalLaw:
    """Return a shipped law. Raises `InputError` if there is none of that id."""
    _known(id, law_ids(), "law")
    return load_part(LAWS / f"{id}.yaml", LocalLaw, LAWS)[0]


def _ids(folder: Path) -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in folder.glob("*.yaml")))


def _known(id: str, ids: tuple[str, ...], what: str) -> None:
    if id not in ids:
        raise InputError(Problem(id, f"there is no {what} '{id}'", nearest(id, list(ids))))
