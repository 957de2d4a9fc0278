"""What charts, reports and tables say, in the reader's language.

Every label and sentence is a message in ``messages/AREA.yaml``, the languages side by side, and has the name AREA.ID:

    with speaking("zh"):
        say("waterfall.paid_now")
        say("bids.deepest", share="32%", drug="阿托伐他汀")
        told("counts.drug", 31)  # a text with " | " has a singular and a plural
        term("levels", "tertiary")  # the word for a code from a table; the code itself if there is none
        restate("shipped", "First round")  # a title, source or description that is written in English

What rules and engine tell of events and awards is no text: `vbp_sim.report.words.sentences` says it. Names that come
from a scenario are not translated; `vbp_sim.report.words.names` has what the market says of them.
"""

from __future__ import annotations

import functools
import os
import re
import string
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from importlib.resources import files

#: languages by code, with their own name
LANGUAGES = {"en": "English", "zh": "中文"}

_current: ContextVar[str] = ContextVar("language", default="en")
_SPLIT = " | "


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Say everything inside in the language ``code``, one of `LANGUAGES`."""
    if code not in LANGUAGES:
        raise ValueError(f"no messages in '{code}'; there are {', '.join(LANGUAGES)}")
    token = _current.set(code)
    try:
        yield
    finally:
        _current.reset(token)


def language() -> str:
    """Code of the language in use."""
    return _current.get()


def speak(code: str) -> None:
    """Say everything from here on in a language, up to the end of the `speaking` around it."""
    _current.set(code)


def of_machine() -> str:
    """Code of the language of `VBP_LANG`, else of this machine; English if there are no messages in it."""
    names = ("VBP_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    code = next(filter(None, (os.environ.get(name) for name in names)), "")[:2].lower()
    return code if code in LANGUAGES else "en"


def text_of(message: str) -> str:
    """A message in the language in use, its places open. KeyError: there is no such message."""
    area, _, name = message.partition(".")
    return messages(area)[name][language()]


def say(message: str, **values: object) -> str:
    """A message in the language in use, with ``values`` in its places. KeyError: there is no such message."""
    return text_of(message).format(**values)


def told(message: str, number: float, **values: object) -> str:
    """A message about ``number`` things, its place ``n``: what stands before " | " for one, else what stands after."""
    forms = text_of(message).split(_SPLIT)
    return forms[0 if number == 1 else -1].format(n=f"{number:,}", **values)


def term(area: str, code: str) -> str:
    """The word for a code that comes from a table or a scenario; the code itself if there is none."""
    known = messages(area).get(code)
    return known[language()] if known else code


def restate(area: str, english: str) -> str:
    """A sentence that was written in English, said in the language in use; as it is if no message fits it.

    What stands in the places of the message is restated too, but for names: those in quotes, and ``where``, an address.
    A ``meaning`` is a parameter's.
    """
    if language() == "en":
        return english
    if english.startswith(" "):  # an indented line
        return " " + restate(area, english[1:])
    for name, pattern in _patterns(area):
        found = pattern.fullmatch(english)
        if found:
            texts = messages(area)[name]
            values = found.groupdict()
            if "meaning" in values:
                values["meaning"] = restate("parameters", values["meaning"])
            names = {key for key in values if key == "where" or f"'{{{key}}}'" in texts["en"]}
            told = {key: value if key in names else restate(area, value) for key, value in values.items()}
            return texts[language()].format(**told)
    return english


@functools.cache
def messages(area: str) -> Mapping[str, Mapping[str, str]]:
    """All messages of an area: by id, by language."""
    import yaml

    text = (files("vbp_sim.report.words") / "messages" / f"{area}.yaml").read_text(encoding="utf-8")
    read: Mapping[str, Mapping[str, str]] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return read


def areas() -> list[str]:
    """Names of all areas."""
    return sorted(f.name.removesuffix(".yaml") for f in (files("vbp_sim.report.words") / "messages").iterdir())


@functools.cache
def _patterns(area: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The English of each message of an area as a pattern whose groups are its places."""
    return tuple((name, re.compile(_pattern(texts["en"]), re.DOTALL)) for name, texts in messages(area).items())


def _pattern(text: str) -> str:
    """The English of a message as a pattern whose groups are its places: an address where a place is called ``where``,
    a name in quotes, else anything; where a place stands again, the same.
    """
    pattern, known = "", set[str]()
    for literal, place, _, _ in string.Formatter().parse(text):
        value = "[^ :]+" if place == "where" else "[^']+" if literal.endswith("'") else ".+?"
        group = "" if not place else f"(?P={place})" if place in known else f"(?P<{place}>{value})"
        pattern += re.escape(literal) + group
        known.add(place or "")
    return pattern
