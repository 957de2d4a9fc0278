"""Every number that a scenario may set has limits, and a value outside them is an error with its place in the file."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from seats import RULES, Address, Seat, put, seats
from small import write_scenario

from vbp_sim.errors import InputError
from vbp_sim.runs.load import load_scenario
from vbp_sim.scenario.parts import Part
from vbp_sim.scenario.spec import Demand, Finance


def numbers(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Fields of a model that hold one number."""
    return {name: f for name, f in model.model_fields.items() if kinds(f) & {int, float} and bool not in kinds(f)}


def kinds(field: FieldInfo) -> set[Any]:
    if isinstance(field.annotation, types.UnionType) or typing.get_origin(field.annotation) is typing.Union:
        return set(typing.get_args(field.annotation))
    return {field.annotation}


def below(field: FieldInfo) -> float | None:
    """A value under the lower limit; None if there is no limit."""
    for limit in field.metadata:
        if isinstance(limit, Ge):
            return float(limit.ge) - 1  # type: ignore[arg-type]
        if isinstance(limit, Gt):
            return float(limit.gt)  # type: ignore[arg-type]
    return None


def above(field: FieldInfo) -> float | None:
    """A value over the upper limit; None if there is no limit."""
    for limit in field.metadata:
        if isinstance(limit, Le):
            return 2 * abs(float(limit.le)) + 1  # type: ignore[arg-type]
        if isinstance(limit, Lt):
            return float(limit.lt)  # type: ignore[arg-type]
    return None


def parts() -> list[tuple[Seat, type[BaseModel], str]]:
    """Everything in a scenario that has numbers: the parts of every kind, and the sections without a choice."""
    found: list[tuple[Seat, type[BaseModel], str]] = [
        (seats()[kind], part, f"{kind}: {part.part_name()}") for kind in seats() for part in Part.registry[kind]
    ]
    found += [(Seat(("demand",)), Demand, "demand"), (Seat(("finance",)), Finance, "finance")]
    return [(seat, part, name) for seat, part, name in found if numbers(part)]


EVERYWHERE = parts()
NAMES = [name for _, _, name in EVERYWHERE]


def written(folder: Path, tree: dict[str, Any]) -> tuple[Path, dict[Address, int]]:
    """Write a scenario with one key on each line; return its file and the line of every key."""
    write_scenario(folder)
    lines: list[str] = []
    at: dict[Address, int] = {}

    def lay(node: dict[str, Any], address: Address) -> None:
        for key, value in node.items():
            at[(*address, key)] = len(lines) + 1
            inner = isinstance(value, dict)
            lines.append(f"{'  ' * len(address)}{key}:{'' if inner else f' {value}'}")
            if inner:
                lay(value, (*address, key))

    lay(tree, ())
    file = folder / "wrong.yaml"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file, at


def scenario_with(seat: Seat, part: type[BaseModel], values: Mapping[str, Any]) -> dict[str, Any]:
    calendar = {
        step: f"2018-0{i}-01"
        for i, step in enumerate(
            ("reporting_start", "reporting_end", "review_end", "document", "opening", "result", "start"), start=2
        )
    }
    tree: dict[str, Any] = {
        "scenario": "wrong",
        "market": "market",
        "start": "2018-01-01",
        "rounds": {"first": {"rules": {"extends": "expansion-2019"}, "calendar": calendar}},
    }
    for address, name in seat.around:
        put(tree, address, name)
    if isinstance(part, type) and issubclass(part, Part):
        put(tree, (*seat.address, part.tag), part.part_name())
    for name, value in values.items():
        put(tree, (*seat.address, name), value)
    return tree


def places_of(folder: Path, seat: Seat, part: type[BaseModel], values: Mapping[str, Any]) -> dict[str, list[str]]:
    """What is said of each of the wrong values, by its line; 20 at a time, because at most 30 are named."""
    if len(values) > 20:
        first = dict([*values.items()][:20])
        rest = {name: value for name, value in values.items() if name not in first}
        return {**places_of(folder, seat, part, first), **places_of(folder, seat, part, rest)}
    file, at = written(folder, scenario_with(seat, part, values))
    with pytest.raises(InputError) as refused:
        load_scenario(file)
    said: dict[str, list[str]] = {name: [] for name in values}
    for name in values:
        line = at[(*seat.address, name)]
        for problem in refused.value.problems:
            path, seen, column = problem.place.rsplit(":", 2)
            if path.endswith("wrong.yaml") and int(seen) == line and int(column) > 0:
                said[name].append(problem.what)
    return said


@pytest.mark.parametrize("one", EVERYWHERE, ids=NAMES)
@pytest.mark.parametrize("outside", [below, above], ids=["too-small", "too-large"])
def test_a_value_outside_its_limits_is_an_error_with_its_place(
    one: tuple[Seat, type[BaseModel], str], outside: Any, tmp_path: Path
) -> None:
    seat, part, _ = one
    limited = {name: value for name, f in numbers(part).items() if (value := outside(f)) is not None}
    values = {n: int(v) if int in kinds(part.model_fields[n]) else v for n, v in limited.items()}
    if values:
        unsaid = [name for name, what in places_of(tmp_path, seat, part, values).items() if not what]
        assert unsaid == []


@pytest.mark.parametrize("one", EVERYWHERE, ids=NAMES)
@pytest.mark.parametrize("value", ["many", ".nan", ".inf"])
def test_what_is_no_number_is_an_error_with_its_place(
    one: tuple[Seat, type[BaseModel], str], value: str, tmp_path: Path
) -> None:
    seat, part, _ = one
    said = places_of(tmp_path, seat, part, dict.fromkeys(numbers(part), value))
    assert [name for name, what in said.items() if not what] == []


@pytest.mark.parametrize("one", EVERYWHERE, ids=NAMES)
def test_every_number_has_limits(one: tuple[Seat, type[BaseModel], str]) -> None:
    _, part, _ = one
    assert [name for name, f in numbers(part).items() if below(f) is None or above(f) is None] == []


@pytest.mark.parametrize(
    ("address", "value"),
    [
        (("behaviour", "firms", "firm_spread"), -0.1),
        (("behaviour", "bidding"), "{model: best-response, maverick: 1.1}"),
        (("demand", "level_share", "tertiary"), 1.5),
        ((*RULES, "share", "table", '"1"'), 1.5),
        ((*RULES, "share"), "{rule: by-grade, overall: 0.5, table: {}}"),
        ((*RULES, "term", "table", '"1"'), -12),
    ],
)
def test_meanings_that_cannot_be(address: Address, value: float | str, tmp_path: Path) -> None:
    """A negative spread of costs, a probability over 1, shares that add up to more than all, an empty table."""
    tree = scenario_with(Seat(()), BaseModel, {})
    put(tree, address, value)
    file, at = written(tmp_path, tree)
    with pytest.raises(InputError) as refused:
        load_scenario(file)
    lines = {int(problem.place.rsplit(":", 2)[1]) for problem in refused.value.problems}
    assert lines & {at[address[:n]] for n in range(1, len(address) + 1)}
