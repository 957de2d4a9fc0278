"""Where every kind of part sits in a scenario, nested ones included, for tests that walk over all of them."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from vbp_sim.rules.local.law import LocalLaw
from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.scenario.parts import Chosen, Part, discover
from vbp_sim.scenario.spec import Behaviour

Address = tuple[str, ...]
RULES: Address = ("rounds", "first", "rules")


@dataclass(frozen=True)
class Seat:
    """Where a part sits in a scenario, and what must be said around it."""

    address: Address
    around: tuple[tuple[Address, str], ...] = ()


def chosen_fields(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """Fields of a model that hold a part, with its kind."""
    for name, field in model.model_fields.items():
        yield from ((name, mark.kind) for mark in field.metadata if isinstance(mark, Chosen))


@functools.cache
def seats() -> Mapping[str, Seat]:
    """A place in a scenario for every kind of part, nested ones included."""
    discover()
    found: dict[str, Seat] = {}
    left = [(kind, Seat(("behaviour", name))) for name, kind in chosen_fields(Behaviour)]
    left += [(kind, Seat((*RULES, name))) for name, kind in chosen_fields(RuleSet)]
    left += [(kind, Seat(("laws", "national", "changes", name))) for name, kind in chosen_fields(LocalLaw)]
    while left:
        kind, seat = left.pop(0)
        if kind in found:
            continue
        found[kind] = seat
        for part in Part.registry[kind]:
            around = (*seat.around, ((*seat.address, part.tag), part.part_name()))
            left += [(k, Seat((*seat.address, name), around)) for name, k in chosen_fields(part)]
    return found


def put(tree: dict[str, Any], address: Address, value: Any) -> None:
    """Set a value of nested maps, made where they are missing."""
    for key in address[:-1]:
        tree = tree.setdefault(key, {})
    tree[address[-1]] = value
