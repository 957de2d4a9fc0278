"""What can go wrong, and how it is said: one message with the place, what was seen, what is allowed, what to do.

`InputError` means that the user's input is wrong (exit code 2), `RunError` that a run failed (exit code 1).
Every exception can be rebuilt from its own ``args``, because SimPy re-creates the exception of a failed
event from them, and because exceptions cross process borders by pickle.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

#: what steers a terminal or hides text, and stands in no text: C0 but for the end of a line, DEL, C1, separators of
#: lines and paragraphs, bidirectional overrides and isolates, surrogates, no characters
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def visible(text: str) -> str:
    """A text with a sign in place of each control character."""
    return CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in the input.

    ``place`` is ``file:line:column`` or ``--set path``; ``what`` says what was seen and what is allowed;
    ``remedy`` says what to do (empty where ``what`` already says it); ``excerpt`` is the source line.
    """

    place: str
    what: str
    remedy: str = ""
    excerpt: str = ""
    column: int = 0

    def __str__(self) -> str:
        text = f"{self.place}: {self.what}"
        if self.remedy:
            text += f"\n    {self.remedy}"
        if self.excerpt:
            text += f"\n    | {self.excerpt}"
            if self.column:
                text += f"\n    | {' ' * (self.column - 1)}^"
        return visible(text)


class VbpError(Exception):
    """Base of every error that this program raises on purpose."""


class InputError(VbpError):
    """The input is wrong. ``args`` are the `Problem` records, all that were found at once."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(p for p in self.args if isinstance(p, Problem))

    def __str__(self) -> str:
        return "\n".join(str(p) for p in self.problems)


class RunError(VbpError):
    """A run could not be finished although its input was right (a full disk, a killed worker)."""


def library(module: str, called: str, extra: str, place: str, instead: str = "") -> Any:
    """Import a library that comes with an extra; InputError that says how to install it, or what to do ``instead``."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        remedy = f"install it: pip install 'vbp-sim[{extra}]'{instead}"
        raise InputError(Problem(place, f"{called} is not installed here", remedy)) from error


def nearest(word: str, allowed: list[str]) -> str:
    """Return ``did you mean 'x'?`` for the closest of the allowed words, or the whole list if none is close."""
    from difflib import get_close_matches

    close = get_close_matches(word, allowed, n=1, cutoff=0.6)
    if close:
        return f"did you mean '{close[0]}'?"
    return "allowed: " + ", ".join(allowed) if allowed else ""


def check_names(given: Iterable[str], known: Iterable[str], option: str, what: str) -> None:
    """InputError for every name given to an option that is not known: ``what`` is wrong with it, and the nearest."""
    allowed = list(known)
    wrong = [Problem(f"{option} {name}", what, nearest(name, allowed)) for name in given if name not in allowed]
    if wrong:
        raise InputError(*wrong)
