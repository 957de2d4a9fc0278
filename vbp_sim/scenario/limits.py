"""Limits that numbers, texts and ids have wherever they stand: in a market, a scenario, a rule set, a sweep.

>>> cut("x" * 100)[-4:]
'x...'
>>> unfit("two\\u202elines")
'U+202E'
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from vbp_sim.errors import CONTROL

#: longest piece of a cell or a value that a message shows, characters
SHOWN = 80
#: longest text of a cell, a name or a title, characters
LINE = 300
#: longest number that is read, characters
DIGITS = 40
#: smallest number that is not 0
SMALLEST = 1e-9
#: days that a scenario may name
DAYS: dict[str, Any] = {"ge": date(2000, 1, 1), "le": date(2100, 12, 31)}
#: a number of which only its meaning in a scenario says more
FINITE: dict[str, Any] = {"ge": -1e15, "le": 1e15}

_ID = re.compile(r"[^\W_.-][\w.-]*|_[\w.-]*")


def cut(text: str, width: int = SHOWN) -> str:
    """A text as messages show it: its first characters."""
    return text if len(text) <= width else text[: width - 3] + "..."


def unfit(text: str) -> str:
    """The first control character of a text of one line, as ``U+001B``; empty if there is none."""
    found = CONTROL.search(text) or re.search("\n", text)
    return f"U+{ord(found.group()):04X}" if found else ""


def composed(text: str) -> str:
    """A text in Unicode's composed form (NFC), in which equal texts are equal."""
    return unicodedata.normalize("NFC", text)


def _id(text: str) -> str:
    if len(text) > 100 or not _ID.fullmatch(text):
        what = f"the id '{cut(text)}' is not made of letters, digits, '-', '_' and '.', with a letter or digit first"
        raise PydanticCustomError("id", "{what}", {"what": what})
    return text


def _line(text: str) -> str:
    if "\n" in text.strip():
        raise PydanticCustomError("line", "one line is wanted, here are several")
    return text.strip()


#: id of a variant, a round, a law, a lever: it is typed on command lines and stands in headers of tables
Id = Annotated[str, AfterValidator(_id)]
#: a name or a title: one line
Line = Annotated[str, Field(max_length=LINE), AfterValidator(_line)]
#: values of maps
Portion = Annotated[float, Field(ge=0, le=1)]
Months = Annotated[float, Field(ge=1, le=240)]
Price = Annotated[float, Field(ge=0, le=10_000_000)]
Multiple = Annotated[float, Field(gt=0, le=1000)]
Weight = Annotated[float, Field(ge=0, le=1e15)]
Places = Annotated[int, Field(ge=1, le=300)]
