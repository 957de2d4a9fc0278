"""Facts: what rules and engine say of an event or an award, as ids with values and in no language.

    fact("down", days=12)  # [{"id":"down","days":12}]
    joined(fact("over_line", line=0.4), fact("revival", price=0.3, accepted=True))  # two facts, one after the other
    read(text)  # (Fact("over_line", {"line": 0.4}), Fact("revival", ...))

A text of facts is one JSON array of objects in one canonical form: no blanks, whole numbers without a point, the
values in the order declared below. The columns ``events.text`` and ``bids.reason`` hold such texts;
`vbp_sim.report.words.sentences` says them in either language, from the message of each id.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import NamedTuple, SupportsFloat

Value = str | int | float | bool

#: every fact that can be written: by area of messages, by id, the names of its values in their order
FACTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "happenings": {
        "reporting": (),
        "reported": (),
        "sent_on": (),
        "document": (),
        "awarded": ("of",),
        "regret": (),
        "result": (),
        "supplied": (),
        "next_contract": (),
        "voided": (),
        "year_end": ("year",),
        "retained": ("year",),
        "gives_up": (),
        "barred": ("company", "months"),
        "unserved": (),
        "replacement": ("firm",),
        "recall": ("days",),
        "down": ("days",),
        "short": (),
        "others": (),
        "source_down": ("name", "days", "firms"),
        "source_back": ("name",),
        "under_cost": ("times",),
        "ingredient_dear": (),
        "bids_no_more": (),
        "filed": ("months",),
        "agreed": (),
        "found": ("members", "months"),
        "owed": (),
        "over_cap": (),
        "marked": ("yellow", "red"),
        "interviewed": (),
        "interviewed_often": (),
        "deducted": ("year",),
        "reserve": (),
        "bought_elsewhere": (),
        "notice": (),
        "late_notice": (),
        "kept_back": (),
        "site_down": ("name", "days", "firms"),
        "site_back": ("name",),
    },
    "reasons": {
        "group": ("letter",),
        "no_quote": (),
        "above": ("bid", "ceiling"),
        "as_one": ("firm",),
        "not_tendered": ("qualified", "needed"),
        "bid": ("rank", "n", "places", "bid"),
        "lowest": (),
        "times": ("times", "lowest"),
        "under": ("cut",),
        "won": (),
        "lost": (),
        "not_shortlisted": (),
        "struck": (),
        "over_ratio": ("ratio", "line"),
        "over_line": ("line",),
        "bargain_line": ("line",),
        "bargained": ("accepted", "line"),
        "score": ("score", "place", "n"),
        "sole": ("accepted", "line"),
        "inquiry": ("accepted", "line"),
        "revival": ("price", "accepted"),
        "second_chance": ("price", "accepted"),
        "provinces": ("n",),
        "note": ("text",),
    },
}

_KNOWN = {id: (area, names) for area, facts in FACTS.items() for id, names in facts.items()}
_BEGIN = '[{"id":'


class Fact(NamedTuple):
    """One fact, as it was written."""

    id: str
    values: Mapping[str, Value]


def fact(id: str, **values: Value | SupportsFloat) -> str:
    """The text of one fact. ValueError: the id is not declared, has other values, or a number is not finite."""
    area, names = _KNOWN.get(id, ("", ()))
    if not area or set(values) != set(names):
        allowed = f"takes {', '.join(names) or 'no values'}" if area else "is not declared"
        raise ValueError(f"the fact '{id}' {allowed}, and was given {', '.join(values) or 'none'}")
    written = {"id": id, **{name: _plain(values[name]) for name in names}}
    return json.dumps([written], ensure_ascii=False, separators=(",", ":"))


def joined(*texts: str) -> str:
    """Several facts as one text, one after the other; empty ones are left out, other words become a note."""
    given = [text if text.startswith(_BEGIN) else fact("note", text=text) for text in texts if text]
    return f"[{','.join(text[1:-1] for text in given)}]" if given else ""


def read(text: str) -> tuple[Fact, ...]:
    """The facts of a text; none where it is no text of facts, such as a sentence of an older run."""
    if not text.startswith(_BEGIN):
        return ()
    try:
        return tuple(Fact(found.pop("id"), found) for found in json.loads(text))
    except (ValueError, AttributeError, KeyError):
        return ()


def area_of(id: str) -> str:
    """The area of messages in which a fact is said; empty if this version does not know it."""
    return _KNOWN.get(id, ("", ()))[0]


def _plain(value: Value | SupportsFloat) -> Value:
    """A value as JSON has it; whole numbers of any type become an int."""
    if isinstance(value, str | int):
        return value
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{value} is no number that a fact can hold")
    return int(number) if number.is_integer() else number
