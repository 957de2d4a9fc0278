"""What an address chooses: the whole state of a page, so that a link leads to the same page.

state = read([("drug", "alpha"), ("lang", "zh")], {"drug": Field(("alpha", "beta"), many=True), "lang": LANG})
state.all("drug"), state.link(drug=())     # ('alpha',), '/?lang=zh'
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from vbp_sim.errors import InputError, Problem, nearest
from vbp_sim.report.words.language import LANGUAGES, say


@dataclass(frozen=True)
class Field:
    """One thing that can be chosen.

    ``allowed``: its values (None: any number); ``many``: whether several may be given; ``default``: what is shown if
    none is chosen (of a field that takes several, nothing means all); ``inner``: only the page's own links say it.
    """

    allowed: tuple[str, ...] | None
    many: bool = False
    default: tuple[str, ...] = ()
    inner: bool = False


LANG = Field(tuple(LANGUAGES), default=("en",))


@dataclass(frozen=True)
class State:
    """What was chosen, by name of the field: several values in the order of the field, none that is the default."""

    given: Mapping[str, tuple[str, ...]]
    fields: Mapping[str, Field] = dataclasses.field(repr=False, compare=False)

    def all(self, name: str) -> tuple[str, ...]:
        """All values of a field, those that are shown by default if none was chosen."""
        return self.given.get(name) or self.fields[name].default

    def one(self, name: str) -> str:
        """The value of a field that has one; empty if there is none."""
        return next(iter(self.all(name)), "") if name in self.fields else ""

    def number(self, name: str, default: float) -> float:
        """The value of a field of numbers."""
        return float(self.one(name) or default)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The pairs of an address that says this and no more."""
        return [(name, value) for name, values in self.given.items() for value in values]

    def link(self, path: str = "/", /, **changes: str | Sequence[str]) -> str:
        """An address with the same state but for ``changes``; an empty one takes a field out."""
        new = {name: (value,) if isinstance(value, str) else tuple(value) for name, value in changes.items()}
        pairs = [(name, value) for name, values in {**self.given, **new}.items() for value in values if value]
        return f"{path}?{urlencode(pairs)}" if pairs else path


def read(items: Iterable[tuple[str, str]], fields: Mapping[str, Field]) -> State:
    """Read the pairs of an address, in any order; InputError that lists all that is wrong. Empty values are none."""
    found: dict[str, list[str]] = {}
    problems: list[Problem] = []
    for name, value in items:
        if name not in fields:
            problems.append(
                Problem(name, say("explore.no_field"), nearest(name, [n for n, f in fields.items() if not f.inner]))
            )
        elif value and (problem := _wrong(name, value, fields[name])) is not None:
            problems.append(problem)
        elif value and value not in found.setdefault(name, []):
            found[name].append(value)
    for name, values in found.items():
        if len(values) > 1 and not fields[name].many:
            problems.append(Problem(f"{name}={values[1]}", say("explore.twice")))
    if problems:
        raise InputError(*dict.fromkeys(problems))
    chosen = {name: _ordered(found[name], field) for name, field in fields.items() if found.get(name)}
    return State({name: values for name, values in chosen.items() if values != _shown(fields[name])}, fields)


def _shown(field: Field) -> tuple[str, ...] | None:
    """The values of a field that need not be said."""
    return field.default or (field.allowed if field.many else None)


def _ordered(values: list[str], field: Field) -> tuple[str, ...]:
    if field.allowed is None:
        return tuple(values)
    chosen = set(values)
    return tuple(value for value in field.allowed if value in chosen)


def _wrong(name: str, value: str, field: Field) -> Problem | None:
    if field.allowed is None:
        return None if _is_number(value) else Problem(f"{name}={value}", say("explore.no_number"))
    if value in field.allowed:
        return None
    return Problem(f"{name}={value}", say("explore.no_value"), nearest(value, list(field.allowed)))


def _is_number(value: str) -> bool:
    try:
        return math.isfinite(float(value))
    except ValueError:
        return False
