"""Every parameter acts: for each one there is a small scenario in which another value changes a table of the run.

This is about software, not science: one posting or one event is enough. `SCENES` says in which scenario a part acts
where the common one does not show it.
"""

from __future__ import annotations

import copy
import math
import types
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from annotated_types import Ge, Gt, Le, Lt
from parts_scenes import BASE, SCENES
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from seats import Address, chosen_fields, put, seats
from small import Tables, write_scenario

from vbp_sim.engine.simulation import simulate
from vbp_sim.errors import InputError
from vbp_sim.rules.dated import Dated
from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.runs.load import load_scenario
from vbp_sim.scenario.parts import Part
from vbp_sim.scenario.spec import Demand, Finance

#: what is written for people: the name and the evidence of a whole rule set or law
WORDS = {*Dated.model_fields, "date"}


def everywhere() -> dict[str, tuple[Address, type[BaseModel], dict[str, Any]]]:
    """By name: where a part sits, the part, and a scenario that chooses it."""
    found: dict[str, tuple[Address, type[BaseModel], dict[str, Any]]] = {}
    for kind, seat in seats().items():
        for part in Part.registry[kind]:
            tree = copy.deepcopy(BASE)
            for address, name in seat.around:
                put(tree, shared(address), name)
            address = shared(seat.address)
            put(tree, address, {part.tag: part.part_name()})
            found[f"{kind} {part.part_name()}"] = (address, part, tree)
    found["rules rules"] = (("rules",), RuleSet, copy.deepcopy(BASE))
    for name, section in (("demand", Demand), ("finance", Finance)):
        found[name] = ((name,), section, copy.deepcopy(BASE))
    for name, (_, _, tree) in found.items():
        merge(tree, copy.deepcopy(SCENES.get(name, {})))
    return {name: one for name, one in found.items() if [*fields(one[1])]}


def shared(address: Address) -> Address:
    """The rules of all rounds instead of those of the first."""
    return ("rules", *address[3:]) if address[0] == "rounds" else address


def merge(into: dict[str, Any], more: Mapping[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            merge(into[key], value)
        else:
            into[key] = value


def fields(model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    """The parameters of a part, without its name, the parts that it holds and the words about it."""
    skipped = {name for name, _ in chosen_fields(model)} | {getattr(model, "tag", "")}
    skipped |= WORDS if issubclass(model, Dated) else set()
    yield from ((name, field) for name, field in model.model_fields.items() if name not in skipped)


def others(field: FieldInfo, value: Any) -> list[Any]:
    """Other legal values of a field, as YAML has them, those that are likely to show first."""
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json")
    if isinstance(value, Mapping):
        changed = [{**value, key: other} for key in value for other in others(field, value[key])]
        return [*changed, *({k: v for k, v in value.items() if k != key} for key in value)]
    if isinstance(value, bool):
        return [not value]
    kinds = typing.get_args(field.annotation) or (field.annotation,)
    if typing.get_origin(field.annotation) is Literal:
        return [other for other in kinds if other != value]
    if isinstance(value, (list, tuple)):
        return [list(value)[:-1], list(value)[1:]]
    if value is None:
        value, nothing = 1, []
    else:
        nothing = [None] if types.NoneType in kinds else []
    limits = dict[type, float]((type(m), next(iter(vars_of(m)))) for m in field.metadata if isinstance(m, (Ge, Gt, Le, Lt)))
    low, high = limits.get(Ge, limits.get(Gt, -math.inf)), limits.get(Le, limits.get(Lt, math.inf))
    tries = [2 * value, value / 2, (value + high) / 2, (value + low) / 2, value + 1, value - 1, high, low]
    whole = isinstance(value, int) and float not in kinds
    tries = [round(t) if whole else t for t in tries if math.isfinite(t)]
    legal = [t for t in tries if low <= t <= high and t != value and not (Gt in limits and t == low)]
    return [*dict.fromkeys(legal), *nothing]


def vars_of(limit: Any) -> Iterator[float]:
    yield from (float(getattr(limit, name)) for name in ("ge", "gt", "le", "lt") if hasattr(limit, name))


def run(folder: Path, tree: Mapping[str, Any]) -> Tables | None:
    """The tables of a scenario; None if it is refused."""
    content = dict(copy.deepcopy(tree))
    rules = content.pop("rules")
    for one in content["rounds"].values():
        one["rules"] = {**rules, **one.get("rules", {})}
    try:
        scenario = load_scenario(write_scenario(folder, **content))
    except InputError:
        return None
    return simulate(scenario, 0)


def differ(a: Tables, b: Tables) -> bool:
    return any(
        len(a[t][c]) != len(b[t][c]) or not np.array_equal(a[t][c], b[t][c], equal_nan=a[t][c].dtype.kind == "f")
        for t in a
        for c in a[t]
    )


def value_at(tree: Mapping[str, Any], address: Address, field: FieldInfo) -> Any:
    for key in address:
        tree = tree.get(key, {})
        if not isinstance(tree, Mapping):
            return tree
    return tree or field.get_default(call_default_factory=True)


def moves(folder: Path, tree: dict[str, Any], base: Tables, address: Address, field: FieldInfo) -> bool:
    for other in others(field, value_at(tree, address, field)):
        changed = copy.deepcopy(tree)
        put(changed, address, other)
        tables = run(folder, changed)
        if tables is not None and differ(base, tables):
            return True
    return False


EVERYWHERE = everywhere()


@pytest.mark.parametrize("name", EVERYWHERE)
def test_every_parameter_moves_something(name: str, tmp_path: Path) -> None:
    address, part, tree = EVERYWHERE[name]
    base = run(tmp_path, tree)
    assert base is not None, "the scenario of this part is refused"
    idle = [n for n, field in fields(part) if not moves(tmp_path, tree, base, (*address, n), field)]
    assert idle == []
