"""What rules and engine wrote as facts, said as a sentence in the language in use.

    said(fact("down", days=12))  # down for 12 days
    said(reason, called)  # firms by the names that ``called("manufacturer", id)`` gives

A text that is no text of facts, or has one that this version does not know, is shown as it is: older runs hold
sentences.
"""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import Any

import numpy as np

from vbp_sim.facts import Fact, Value, area_of, read
from vbp_sim.report.words.language import say, text_of

#: values that are names, by the kind of name
NAMES = {"firm": "manufacturer", "company": "manufacturer"}

Called = Callable[[str, str], str]


def itself(kind: str, id: str) -> str:
    """The name of a thing where its id is its name."""
    return id


def said(text: str, called: Called = itself) -> str:
    """The sentence of a text of facts; any other text as it is, also where values are not those of their fact."""
    facts = read(text)
    if not facts or not all(area_of(fact.id) for fact in facts):
        return text
    try:
        return "".join(_said(fact, called) for fact in facts)
    except (LookupError, ValueError, TypeError):
        return text


def _said(fact: Fact, called: Called) -> str:
    words = {name: _word(name, value, called) for name, value in fact.values.items()}
    return _FORMATTER.vformat(text_of(f"{area_of(fact.id)}.{fact.id}"), (), words)


def _word(name: str, value: Value, called: Called) -> Value:
    """A value as a sentence takes it: names by what they are called, answers as a word."""
    if isinstance(value, bool):
        return say("words.accepted" if value else "words.refused")
    return called(NAMES[name], value) if isinstance(value, str) and name in NAMES else value


class _Numbers(string.Formatter):
    """Writes numbers without an exponent where a message says nothing else."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, float) and not format_spec:
            return np.format_float_positional(value, trim="-")
        return str(super().format_field(value, format_spec))


_FORMATTER = _Numbers()
