"""Named parts: a model or a rule that YAML chooses by name, with its parameters.

A part is a frozen pydantic class: its fields are the parameters that YAML may set, its methods do the work.
The field ``model`` (behaviour) or ``rule`` (law) holds the name. A new part is one new file in the folder of
its kind, or a plug-in (see `plugins`): when its module is found, the parts that it defines are registered. Subclassing
registers nothing, so that trying an idea in a notebook changes no scenario.

    class Newsvendor(Reporting):
        model: Literal["newsvendor"] = "newsvendor"
        cost_ratio: float = param(10.0, "loss per unit agreed and not bought over ...", source="...")
"""

from __future__ import annotations

import functools
import importlib
import importlib.metadata
import inspect
import operator
import pkgutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, ClassVar, TypeGuard, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, TypeAdapter
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from vbp_sim.errors import InputError, Problem
from vbp_sim.scenario.market import Market
from vbp_sim.scenario.yaml_source import shown

#: packages whose modules hold parts; named here as text so that this room imports nothing above it
HOMES = ("vbp_sim.rules", "vbp_sim.agents")
#: entry points of installed packages whose modules hold parts
GROUP = "vbp_sim.parts"

P = TypeVar("P", bound="Part")


class Frozen(BaseModel):
    """Base of all that is read from YAML: unknown keys are errors, and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True, allow_inf_nan=False)


class Part(Frozen):
    """Base of all named parts. A direct subclass is a *kind* (interface); its subclasses are the choices."""

    kind: ClassVar[str] = ""
    tag: ClassVar[str] = "model"
    registry: ClassVar[dict[str, list[type[Part]]]] = {}

    @classmethod
    def part_name(cls) -> str:
        """Name under which YAML chooses this part."""
        field = cls.model_fields.get(cls.tag)
        return str(field.default) if field is not None else cls.kind

    def inert(self, market: Market) -> str:
        """Why the part does not act, or not fully, in a run of a market: a sentence; empty if it does."""
        return ""


class Rule(Part):
    """Base of the kinds of which rule sets and laws are made: YAML names their parts under ``rule``."""

    tag: ClassVar[str] = "rule"


@dataclass(frozen=True)
class Chosen:
    """Marks a field as a choice among the parts of a kind; ``default`` is used if YAML names none."""

    kind: str
    default: str = ""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The choice is made at each validation, because plug-ins come and go while a model stays."""
        return core_schema.no_info_plain_validator_function(self._validated)

    def _validated(self, value: Any) -> Any:
        discover()
        choices = tuple(Part.registry.get(self.kind, ()))
        if not choices:
            raise TypeError(f"no part of kind '{self.kind}' is registered")
        tag = choices[0].tag
        if tag and isinstance(value, dict) and tag not in value and self.default:
            value = {tag: self.default, **value}
        return _among(choices).validate_python(value)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """A part without a tag may also be named by a text; a part that is not the default needs its tag."""
        discover()
        parts = Part.registry[self.kind]
        parts[0].model_rebuild()
        lone = core_schema.union_schema([parts[0].__pydantic_core_schema__])
        made = handler(lone if len(parts) == 1 else _among(tuple(parts)).core_schema)
        if parts[0].tag == "":
            return {"anyOf": [{"type": "string"}, made]}
        if "oneOf" not in made:
            return made
        tag = parts[0].tag
        refs = dict(made["discriminator"]["mapping"])
        choices = [{"$ref": ref} | ({} if name == self.default else {"required": [tag]}) for name, ref in refs.items()]
        return {"anyOf": choices}


@functools.lru_cache(maxsize=256)
def _among(choices: tuple[type[Part], ...]) -> TypeAdapter[Any]:
    """What validates a choice among these parts, told apart by their tag."""
    if len(choices) == 1:
        return TypeAdapter(choices[0])
    union: Any = Annotated[functools.reduce(operator.or_, choices), Field(discriminator=choices[0].tag)]
    return TypeAdapter(union)


def param(
    default: Any, description: str, unit: str = "-", source: str = "assumption", confidence: str = "G", **limits: Any
) -> Any:
    """Declare a parameter: its meaning, its unit, and where its default comes from.

    ``confidence`` is a code of the rulebook: O, Q, S, D, I, M, G or U.

    ``limits`` are pydantic's (``ge``, ``gt``, ``le``, ``lt``, ``min_length``).
    """
    extra: dict[str, Any] = {"unit": unit, "source": source, "confidence": confidence}
    return Field(default, description=description, json_schema_extra=extra, **limits)


def by_default(description: str) -> Any:
    """Declare a choice (see `Chosen`) that need not be made: the default with its own values holds then."""
    return Field(default_factory=dict, validate_default=True, description=description)


def wrong(at: str, what: str) -> PydanticCustomError:
    """The error that a model's validator raises when it knows which of its fields (``at``) is wrong."""
    return PydanticCustomError("wrong", "{what}", {"at": at, "what": what})


def chosen(part: Part, kind: Callable[..., P]) -> P:
    """Return ``part`` as the given kind; a wrong kind is a fault of the program, not of the user.

    ``kind`` is a class; it is typed as callable because `type` would not take an abstract one.
    """
    if not isinstance(kind, type) or not isinstance(part, kind):
        raise TypeError(f"expected a part of kind {kind}, got {type(part).__name__}")
    return cast(P, part)


def discover() -> None:
    """Register the shipped parts and those of installed packages, unless parts are registered already."""
    if not Part.registry:
        enter(())


def enter(modules: Iterable[ModuleType]) -> None:
    """Register the shipped parts, those of installed packages and those of ``modules``, and no others.

    InputError that names both files where two parts of a kind have one name, or a part cannot be chosen by name.
    """
    found: dict[tuple[str, str], type[Part]] = {}
    problems = []
    for part in (*_standing(), *(part for module in modules for part in _choices(module))):
        name = part.part_name() if not part.tag or part.tag in part.model_fields else ""
        other = found.setdefault((part.kind, name), part)
        if not name:
            what = f"{part.__name__} has no name by which a scenario could choose it"
            line = f'{part.tag}: Literal["{part.__name__.lower()}"] = "{part.__name__.lower()}"'
            problems.append(Problem(whereabouts(part), what, f"add a line: {line}"))
        elif other is not part:
            what = f"there is a {part.kind} '{name}' already: {whereabouts(other)}"
            remedy = f"give {part.__name__} another {part.tag}" if part.tag else "leave one out"
            problems.append(Problem(whereabouts(part), what, remedy))
    if problems:
        raise InputError(*problems)
    Part.registry.clear()
    for (kind, _), part in sorted(found.items()):
        Part.registry.setdefault(kind, []).append(part)


def whereabouts(part: type[Part]) -> str:
    """``file:line`` of the class."""
    return f"{shown(Path(inspect.getfile(part)))}:{inspect.getsourcelines(part)[1]}"


def entry_points() -> Sequence[EntryPoint]:
    """What installed packages say of parts that they hold."""
    return sorted(importlib.metadata.entry_points(group=GROUP))


@functools.cache
def _standing() -> tuple[type[Part], ...]:
    """Parts of every module below `HOMES` and of installed packages."""
    modules: list[ModuleType] = []
    for home in HOMES:
        package = importlib.import_module(home)
        names = (module.name for module in pkgutil.walk_packages(package.__path__, home + "."))
        modules += map(importlib.import_module, names)
    for point in entry_points():
        try:
            modules.append(importlib.import_module(point.module))
        except Exception as error:
            who = point.dist.name if point.dist is not None else point.name
            what = f"importing {point.module} raised {type(error).__name__}: {error}"
            raise InputError(Problem(f"package {who}", what, "mend it, or uninstall it")) from error
    return tuple(part for module in modules for part in _choices(module))


def _choices(module: ModuleType) -> list[type[Part]]:
    """The parts that a module defines, and does not only import."""
    return [value for value in vars(module).values() if _is_choice(value) and value.__module__ == module.__name__]


def _is_choice(value: object) -> TypeGuard[type[Part]]:
    """Whether a scenario may choose this: a part that is not abstract, and no kind, unless the kind has no tag."""
    if not (isinstance(value, type) and issubclass(value, Part) and value.kind):
        return False
    return not inspect.isabstract(value) and ("kind" not in value.__dict__ or value.tag == "")
