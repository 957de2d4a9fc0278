"""What the models expect at an address: the names allowed there, and the part that stands by default.

>>> at(Spec, ("demand", "growth")).type
<class 'float'>
"""

from __future__ import annotations

import types
from dataclasses import dataclass
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from vbp_sim.scenario.parts import Chosen, Part, discover


@dataclass(frozen=True)
class Spot:
    """One place that a file may fill: its type, and the mark of a part that is chosen by name."""

    type: Any
    mark: Chosen | None = None

    def names(self, part: str = "") -> list[str]:
        """Keys allowed here; for a chosen part those of the part with that name, or of the default part."""
        model = self.model(part)
        return [field.alias or name for name, field in model.model_fields.items()] if model else []

    def parts(self) -> dict[str, type[Part]]:
        """The parts that may stand here, by name."""
        if self.mark is None:
            return {}
        discover()
        return {part.part_name(): part for part in Part.registry.get(self.mark.kind, [])}

    def model(self, part: str = "") -> type[BaseModel] | None:
        """The model that a map at this place must follow, if it is one."""
        if self.mark is not None:
            parts = self.parts()
            only = next(iter(parts.values())) if len(parts) == 1 else None
            return parts.get(part or self.mark.default) or only
        return self.type if isinstance(self.type, type) and issubclass(self.type, BaseModel) else None

    def tag(self) -> str:
        """The key that names the part here: ``model``, ``rule``, or empty."""
        parts = self.parts()
        return next(iter(parts.values())).tag if parts else ""

    def below(self, step: str, part: str = "") -> Spot | None:
        """The place one step further, or None where no such step exists."""
        model = self.model(part)
        if model is not None:
            for name, field in model.model_fields.items():
                if step in (name, field.alias):
                    return spot(field.annotation, field)
            return None
        origin, arguments = get_origin(self.type), get_args(self.type)
        if origin is dict:
            return spot(arguments[1])
        if origin in (tuple, list) and arguments:
            return spot(arguments[0])
        return None


def spot(annotation: Any, field: FieldInfo | None = None) -> Spot:
    """Look through ``Annotated`` and ``| None`` to the type itself."""
    marks = [m for m in (field.metadata if field else ()) if isinstance(m, Chosen)]
    while get_origin(annotation) is Annotated:
        annotation, *metadata = get_args(annotation)
        marks += [m for m in metadata if isinstance(m, Chosen)]
    if get_origin(annotation) in (Union, types.UnionType):
        known = [a for a in get_args(annotation) if a is not types.NoneType]
        if len(known) == 1:
            return Spot(spot(known[0]).type, marks[0] if marks else spot(known[0]).mark)
    return Spot(annotation, marks[0] if marks else None)


def at(model: type[BaseModel], address: tuple[str, ...]) -> Spot | None:
    """The place at an address, with the default part wherever one is chosen."""
    here: Spot | None = spot(model)
    for step in address:
        if here is None:
            return None
        here = here.below(step)
    return here


def default_part(model: type[BaseModel], address: tuple[str, ...]) -> str:
    """Name of the part that stands at an address where the file names none; empty where no part stands."""
    here = at(model, address)
    return here.mark.default if here is not None and here.mark is not None else ""
