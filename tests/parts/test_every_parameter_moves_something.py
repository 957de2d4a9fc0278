"""Every parameter acts: for each one there is a small scenario in which another value changes a table of the run.

This is about software, not science: one posting or one event is enough. Only what a run declares as not simulated may
move nothing. `parts_scenes` says in which scenario a part acts where the common one does not show it.
"""

from __future__ import annotations

import copy
import json
import math
import os
import types
import typing
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from annotated_types import Ge, Gt, Le, Lt
from parts_scenes import BASE, scene
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from seats import Address, chosen_fields, put, seats
from small import Tables, write_scenario

from vbp_sim.engine.simulation import simulate
from vbp_sim.errors import InputError, RunError
from vbp_sim.rules.dated import Dated
from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.runs.load import load_scenario
from vbp_sim.runs.run import not_simulated
from vbp_sim.scenario.parts import Part
from vbp_sim.scenario.spec import Calendar, Demand, Finance

#: what is written for people: the name, the day and the evidence of a whole rule set or law
WORDS = {*Dated.model_fields, "date"}

#: parameters that add up to a whole with another one of their part
TOGETHER = {
    "completion_points": "on_time_points",
    "nonselected_points": "on_time_points",
    "other_points": "on_time_points",
    "on_time_points": "other_points",
}

#: what is no named part
SECTIONS: dict[str, tuple[Address, type[BaseModel]]] = {
    "rules rules": (("rules",), RuleSet),
    "demand": (("demand",), Demand),
    "finance": (("finance",), Finance),
    "calendar": (("rounds", "first", "calendar"), Calendar),
}


class Outcome:
    """What a run of a scenario gives: its tables, and what it says it leaves out. No tables: it is refused."""

    def __init__(self, folder: Path, tree: Mapping[str, Any]) -> None:
        content = copy.deepcopy(dict(tree))
        rules, demand = content.pop("rules"), content.pop("demand", {})
        for one in content["rounds"].values():
            one["rules"] = rules
        file = write_scenario(folder, **content)
        file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), "demand": demand}), "utf-8")
        self.tables: Tables = {}
        self.left_out: set[str] = set()
        self.refused = ""
        try:
            scenario = load_scenario(file)
            self.left_out = set(not_simulated(scenario))
            self.tables = simulate(scenario, 0)
        except (InputError, RunError) as error:
            self.refused = str(error)

    def differs(self, other: Outcome) -> bool:
        """Whether any value of any table is another one."""
        return any(
            not np.array_equal(values, other.tables[table][column], equal_nan=values.dtype.kind == "f")
            for table, columns in self.tables.items()
            for column, values in columns.items()
        )


def everywhere() -> dict[str, tuple[Address, type[BaseModel], dict[str, Any]]]:
    """Every part that has parameters, by kind and name: where it sits, and what a scenario says to choose it."""
    found: dict[str, tuple[Address, type[BaseModel], dict[str, Any]]] = {
        name: (address, model, {}) for name, (address, model) in SECTIONS.items()
    }
    for kind, seat in seats().items():
        for part in Part.registry[kind]:
            chosen: dict[str, Any] = {}
            for address, name in (*seat.around, ((*seat.address, part.tag), part.part_name())):
                put(chosen, _of_all_rounds(address), name)
            found[f"{kind} {part.part_name()}"] = (_of_all_rounds(seat.address), part, chosen)
    return {name: one for name, one in found.items() if [*parameters(one[1])]}


def _of_all_rounds(address: Address) -> Address:
    return ("rules", *address[3:]) if address[0] == "rounds" else address


def inherited(name: str) -> set[str]:
    """The parameters that a part has from another part of its kind, where they act already."""
    part, kind = EVERYWHERE[name][1], name.split()[0]
    others = [other for other in Part.registry.get(kind, ()) if other is not part and issubclass(part, other)]
    return {parameter for other in others for parameter, _ in parameters(other)}


def parameters(model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    """The parameters of a part, without its name, the parts that it holds and the words about it."""
    skipped = {name for name, _ in chosen_fields(model)} | {getattr(model, "tag", "")}
    skipped |= WORDS if issubclass(model, Dated) else set()
    yield from ((name, field) for name, field in model.model_fields.items() if name not in skipped)


def others(field: FieldInfo, value: Any) -> list[Any]:
    """Other values for a field, as YAML has them; a few may be refused."""
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return _other_tables(field, value)
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, (list, tuple)):
        return [list(value)[:-1], list(value)[1:], list(value)[::-1]]
    kinds = typing.get_args(field.annotation)
    named = [field.annotation, *kinds]
    if choices := [one for kind in named if typing.get_origin(kind) is Literal for one in typing.get_args(kind)]:
        return [other for other in choices if other != value]
    if field.annotation is date:
        day = date.fromisoformat(str(value))
        return [(day + timedelta(days)).isoformat() for days in (14, -14, 62)]
    kinds = set(typing.get_args(field.annotation)) or {field.annotation}
    return [*_other_numbers(field, 1 if value is None else value, float in kinds), *[None] * (types.NoneType in kinds)]


def _other_tables(field: FieldInfo, value: Mapping[str, Any]) -> list[Any]:
    """One entry changed, two that keep their sum, one left out."""
    changed = [{**value, key: other} for key in value for other in others(field, value[key])]
    for a, b in zip(value, [*value][1:], strict=False):
        if isinstance(value[a], float):
            changed.append({**value, a: value[a] - 0.1, b: value[b] + 0.1})
    return [*changed, *({k: v for k, v in value.items() if k != key} for key in value)]


def _other_numbers(field: FieldInfo, value: float, broken: bool) -> list[float]:
    """Numbers within the limits, near ones first: a large step may hide behind a limit elsewhere."""
    low, high, open_low = -math.inf, math.inf, False
    for limit in field.metadata:
        if isinstance(limit, (Ge, Gt)):
            low, open_low = float(getattr(limit, "ge", getattr(limit, "gt", 0))), isinstance(limit, Gt)
        if isinstance(limit, (Le, Lt)):
            high = float(getattr(limit, "le", getattr(limit, "lt", 0)))
    tries = [
        1.5 * value,
        value / 2,
        low,
        value + 1,
        value + 0.1,
        value - 1,
        (value + low) / 2,
        (value + high) / 2,
        high,
    ]
    tries = [t if broken or not math.isfinite(t) else round(t) for t in tries]
    legal = (t for t in tries if math.isfinite(t) and low <= t <= high and not (open_low and t == low))
    return list(dict.fromkeys(legal))


def value_at(tree: Any, address: Address, field: FieldInfo) -> Any:
    """What a scenario says at an address, else the default."""
    for key in address:
        if key not in tree:
            return field.get_default(call_default_factory=True)
        tree = tree[key]
    return tree


class Bench:
    """Runs scenarios in a folder; those without a change are run once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.known: dict[str, Outcome] = {}

    def base(self, tree: Mapping[str, Any]) -> Outcome:
        key = json.dumps(tree, sort_keys=True)
        if key not in self.known:
            self.known[key] = Outcome(self.folder, tree)
        return self.known[key]

    def acts(self, tree: dict[str, Any], address: Address, field: FieldInfo) -> bool:
        """Whether another value changes a table, or a run says that the part is not simulated."""
        base = self.base(tree)
        assert base.tables, base.refused
        value = value_at(tree, address, field)
        for other in others(field, value):
            changed = copy.deepcopy(tree)
            put(changed, address, other)
            partner = TOGETHER.get(address[-1])
            if partner is not None:
                there = (*address[:-1], partner)
                put(
                    changed,
                    there,
                    value_at(tree, there, Part.registry["assessment"][0].model_fields[partner]) + value - other,
                )
            outcome = Outcome(self.folder, changed)
            if outcome.tables and outcome.differs(base):
                return True
            if (outcome.left_out | base.left_out) - self.base(BASE).left_out:
                return True
        return False


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """One bench for all parts; the store of equilibria is shared with other processes of the session."""
    folder = tmp_path_factory.getbasetemp()
    shared = folder.parent if os.environ.get("PYTEST_XDIST_WORKER") else folder
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VBP_CACHE", str(shared / "store-of-parts"))
        yield Bench(tmp_path_factory.mktemp("bench"))


EVERYWHERE = everywhere()
#: what takes a quarter of the time of all parts
DEAR = ("bidding equilibrium",)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name in DEAR else []) for name in EVERYWHERE]
)
def test_every_parameter_moves_something(name: str, bench: Bench) -> None:
    all_act(name, inherited(name), bench)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in EVERYWHERE if inherited(name)])
def test_an_inherited_parameter_moves_something_too(name: str, bench: Bench) -> None:
    all_act(name, {parameter for parameter, _ in parameters(EVERYWHERE[name][1])} - inherited(name), bench)


def all_act(name: str, but: set[str], bench: Bench) -> None:
    """Assert that each parameter of a part, ``but`` for some, acts."""
    address, part, chosen = EVERYWHERE[name]
    idle = []
    for parameter, field in parameters(part):
        if parameter not in but and not bench.acts(scene(name, parameter, chosen), (*address, parameter), field):
            idle.append(parameter)
    assert not idle, f"{name}: {', '.join(idle)}"
