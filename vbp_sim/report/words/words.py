"""Numbers as people read them, and texts cut and wrapped; in plain ASCII for terminals if it is English.

Charts turn the hyphen into a minus sign.

>>> money(2_345_678_901), percent(0.6234), compact(2776.97)
('2.35 billion yuan', '62 %', '2,777')
"""

from __future__ import annotations

import functools
import math
import re
import textwrap
import unicodedata
from datetime import date
from typing import Any

from vbp_sim.report.words.language import say, told

_WIDE, _CLOSING = r"\u2e80-\u2fff\u3040-\u9fff\uf900-\ufaff", "，。、；：？！）》”’】…％%～"
#: what a line may not break: a Chinese character, or a word or number, with the signs that go with it
_UNITS = re.compile(
    rf"[（《“‘【]*(?:[{_WIDE}]|[^\s{_WIDE}{_CLOSING}（《“‘【]+(?:(?<=\d)[{_WIDE}])?)[{_CLOSING}]*|[{_CLOSING}（《“‘【]+|\s+"
)


def percent(share: float, decimals: int = 0) -> str:
    """A share as per cent."""
    return say("words.percent", number=per_cent(share, decimals))


def per_cent(share: float, decimals: int = 0) -> str:
    """A share as per cent without the sign."""
    return f"{_zero(share * 100, decimals):.{decimals}f}"


def compact(number: float) -> str:
    """A number with at most three significant digits behind the point and thousands separated."""
    if number == 0 or not math.isfinite(number):
        return f"{number:g}"
    if abs(number) >= 100:
        return f"{number:,.0f}"
    return f"{number:.3g}"


def few(number: float) -> str:
    """A mean of counts: whole if it is whole, else with one decimal."""
    return f"{number:,.0f}" if round(float(number), 9).is_integer() else f"{number:,.1f}"


def money(yuan: float) -> str:
    """An amount of yuan in the largest unit that leaves a whole number in front."""
    return amount(scaled(yuan), say("words.yuan"))


def amount(number: str, unit: str) -> str:
    """A number, or the word for its scale, with its unit."""
    return say("words.amount", number=number, unit=unit) if number and unit else number or unit


def span(low: str, high: str) -> str:
    """From one number to another."""
    return say("words.range", low=low, high=high)


def scale(number: float) -> tuple[float, str]:
    """The largest step (thousand, million; 万, 亿) that leaves at least 1, and its word; else 1 and ""."""
    for size, word in _scales(say("words.scales")):
        if abs(number) >= 0.9995 * size:
            return size, word
    return 1.0, ""


def scaled(number: float) -> str:
    """A number in the steps of `scale`, three significant digits."""
    size, word = scale(number)
    return amount(compact(number / size), word)


def counted(number: int, noun: str) -> str:
    """``1 drug``, ``31 drugs``; the noun is a message of the area ``counts``."""
    return told(f"counts.{noun.replace(' ', '_')}", number)


def sentence(text: str) -> str:
    """A text that begins with a capital letter."""
    return text[0].upper() + text[1:]


def listed(parts: list[str]) -> str:
    """Texts one after the other, parted by commas."""
    return say("words.comma").join(parts)


def clauses(parts: list[str]) -> str:
    """Parts of a sentence, parted by semicolons."""
    return say("words.semicolon").join(parts)


def day(given: Any) -> str:
    """A date (``date``, datetime64 or ISO text) as people write it; a text that is no date as it is."""
    try:
        found = date.fromisoformat(str(given)[:10])
    except ValueError:
        return str(given)
    return say("words.day", year=found.year, month=found.month, day=found.day)


def short(text: str, limit: int) -> str:
    """The text on one line, cut to the width of ``limit`` letters with an ellipsis."""
    line = " ".join(text.split())
    if width(line) <= limit:
        return line
    kept = ""
    for character in line:
        if width(kept + character) > limit - 1:
            break
        kept += character
    return kept.rstrip() + "…"


def width(text: str) -> int:
    """Columns of a terminal that the text takes; Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def padded(text: str, columns: int, *, right: bool = False) -> str:
    """The text with blanks behind it, or before it, so that it takes so many columns."""
    blanks = " " * (columns - width(text))
    return blanks + text if right else text + blanks


def wrapped(text: str, columns: int) -> list[str]:
    """The text as lines of at most so many columns; Chinese breaks between characters, not before a comma."""
    if width(text) == len(text):
        return textwrap.wrap(text, columns)
    lines = [""]
    for unit in _UNITS.findall(text):
        if lines[-1] and width(lines[-1] + unit.rstrip()) > columns:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
        lines[-1] += unit.lstrip() if not lines[-1] else unit
    return [line.rstrip() for line in lines if line.strip()]


@functools.cache
def _scales(said: str) -> tuple[tuple[float, str], ...]:
    """The steps of large numbers, the largest first, as the message has them: ``1e9 billion, 1e6 million``."""
    steps = (step.split() for step in said.split(", "))
    return tuple((float(size), word) for size, word in steps)


def _zero(number: float, decimals: int) -> float:
    """Avoid a negative zero after rounding."""
    return 0.0 if round(number, decimals) == 0 else number
