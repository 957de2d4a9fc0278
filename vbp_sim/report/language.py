"""What charts, reports and tables say, in the reader's language.

Every label and sentence is a message in ``messages/AREA.yaml``, the languages side by side, and has the name AREA.ID:

    with speaking("zh"):
        say("waterfall.paid_now")

Names that come from a scenario or a market are not translated.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from importlib.resources import files

import yaml

#: languages by code, with their own name
LANGUAGES = {"en": "English", "zh": "中文"}

_current: ContextVar[str] = ContextVar("language", default="en")


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


def say(message: str, **values: object) -> str:
    """A message in the language in use, with ``values`` in its places. KeyError: there is no such message."""
    area, _, name = message.partition(".")
    return messages(area)[name][language()].format(**values)


@functools.cache
def messages(area: str) -> Mapping[str, Mapping[str, str]]:
    """All messages of an area: by id, by language."""
    text = (files("vbp_sim.report") / "messages" / f"{area}.yaml").read_text(encoding="utf-8")
    read: Mapping[str, Mapping[str, str]] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return read


def areas() -> list[str]:
    """Names of all areas."""
    return sorted(f.name.removesuffix(".yaml") for f in (files("vbp_sim.report") / "messages").iterdir())
