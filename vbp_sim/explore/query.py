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


class WrongAddress(InputError):
    """An address chooses what there is not, or what does not go together."""


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


#: so many mistakes of an address are told, and so many characters of each
MISTAKES, SAID = 10, 200

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
    """Read the pairs of an address, in any order; WrongAddress lists what is wrong. Empty values are none."""
    found: dict[str, list[str]] = {}
    problems: list[Problem] = []
    for name, value in dict.fromkeys(items):
        problem = _wrong(name, value, fields)
        if problem is None and value:
            found.setdefault(name, []).append(value)
            if len(found[name]) > 1 and not fields[name].many:
                problem = _said(f"{name}={value}", say("explore.twice"))
        if problem is not None:
            problems.append(problem)
            if len(problems) == MISTAKES:
                break
    if problems:
        raise WrongAddress(*problems)
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


def _wrong(name: str, value: str, fields: Mapping[str, Field]) -> Problem | None:
    """What is wrong with a pair by itself."""
    if name not in fields:
        return _said(name, say("explore.no_field"), nearest(name, [n for n, f in fields.items() if not f.inner]))
    allowed = fields[name].allowed
    if not value or (_is_number(value) if allowed is None else value in allowed):
        return None
    if allowed is None:
        return _said(f"{name}={value}", say("explore.no_number"))
    return _said(f"{name}={value}", say("explore.no_value"), nearest(value, list(allowed)))


def _said(place: str, what: str, remedy: str = "") -> Problem:
    place, remedy = (text if len(text) <= SAID else f"{text[:SAID]}…" for text in (place, remedy))
    return Problem(place, what, remedy)


def _is_number(value: str) -> bool:
    try:
        return math.isfinite(float(value))
    except ValueError:
        return False
