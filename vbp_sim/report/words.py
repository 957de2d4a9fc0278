"""Numbers as people read them, in plain ASCII for terminals; charts turn the hyphen into a minus sign.

>>> money(2_345_678_901), percent(0.6234), compact(2776.97)
('2.35 billion yuan', '62 %', '2,777')
"""

from __future__ import annotations

import math

_SCALES = ((1e9, "billion"), (1e6, "million"), (1e3, "thousand"))


def percent(share: float, decimals: int = 0) -> str:
    """A share as per cent."""
    return f"{_zero(share * 100, decimals):.{decimals}f} %"


def compact(number: float) -> str:
    """A number with at most three significant digits behind the point and thousands separated."""
    if number == 0 or not math.isfinite(number):
        return f"{number:g}"
    if abs(number) >= 100:
        return f"{number:,.0f}"
    return f"{number:.3g}"


def few(number: float) -> str:
    """A mean of counts: whole if it is whole, else with one decimal."""
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,.1f}"


def money(yuan: float) -> str:
    """An amount of yuan in the largest unit that leaves a whole number in front."""
    return f"{scaled(yuan)} yuan"


def scale(number: float) -> tuple[float, str]:
    """The largest of thousand, million and billion that leaves at least 1, and its word; else 1 and ""."""
    for size, word in _SCALES:
        if abs(number) >= 0.9995 * size:
            return size, word
    return 1.0, ""


def scaled(number: float) -> str:
    """A number in thousands, millions or billions, three significant digits."""
    size, word = scale(number)
    return f"{compact(number / size)} {word}".rstrip()


def counted(number: int, noun: str) -> str:
    """``1 drug``, ``31 drugs``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def short(text: str, limit: int) -> str:
    """The text on one line, cut to ``limit`` characters with an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _zero(number: float, decimals: int) -> float:
    """Avoid a negative zero after rounding."""
    return 0.0 if round(number, decimals) == 0 else number
