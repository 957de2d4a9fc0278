"""The form beside a page: what can be chosen, and what is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from vbp_sim.explore.query import State
from vbp_sim.report.words.language import say, told


@dataclass(frozen=True)
class Option:
    """One value that can be chosen; ``label`` is what people read, ``without`` leads to the page without it."""

    value: str
    label: str
    chosen: bool
    without: str = ""


@dataclass(frozen=True)
class Part:
    """One part of the form: boxes to tick, a list to choose one from, or a number to type.

    ``chosen``: whether the person chose, or sees what is shown by default.
    """

    name: str
    kind: Literal["boxes", "list", "number"]
    title: str
    options: tuple[Option, ...] = ()
    value: str = ""
    hint: str = ""
    chosen: bool = False

    @property
    def summary(self) -> str:
        """How many are chosen, in words."""
        chosen = sum(option.chosen for option in self.options)
        if not chosen or chosen == len(self.options):
            return told("explore.all_of", len(self.options))
        return say("explore.some_of", chosen=chosen, all=len(self.options))


def boxes(name: str, state: State, title: str, label: Callable[[str], str] = str) -> Part:
    """Boxes for a field that takes several values."""
    shown, allowed = state.all(name), state.fields[name].allowed or ()
    options = tuple(
        Option(v, label(v), v in shown, state.link(**{name: [c for c in shown if c != v]})) for v in allowed
    )
    return Part(name, "boxes", title, options, chosen=name in state.given)


def choose(name: str, state: State, title: str, label: Callable[[str], str] = str, blank: str = "") -> Part:
    """A list for a field that takes one value; ``blank`` is the text of choosing none, if that is possible."""
    now = state.one(name)
    none = (Option("", blank, not now),) if blank else ()
    options = (*none, *(Option(v, label(v), v == now) for v in state.fields[name].allowed or ()))
    return Part(name, "list", title, options, chosen=name in state.given)


def number(name: str, state: State, title: str, hint: str) -> Part:
    """A number to type; ``hint`` shows what it is if none is typed."""
    return Part(name, "number", title, value=state.one(name), hint=hint, chosen=name in state.given)
