"""The typed value of a cell of a market, or why it is refused; in constant time, however large the number claims to be.

>>> read_cell("0.37", Column("bid", "price", "real bid", limits=(MILLIONTH, Decimal(10))))
Decimal('0.37')
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from vbp_sim.errors import nearest, visible
from vbp_sim.scenario.limits import DIGITS, LINE, SHOWN, cut, unfit
from vbp_sim.scenario.market_columns import MILLIONTH, Column

#: what is wrong, and what to do; or what says both, where that is dear
Why = tuple[str, str] | Callable[[], tuple[str, str]]

_NUMBER = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,3})?")
_APART = re.compile(r"\s*[|;；、]\s*")


class Refused(ValueError):
    """A cell is refused: the kind of mistake, and what says what is wrong and what to do, if anybody asks."""

    def __init__(self, kind: str, why: Why) -> None:
        super().__init__(kind, why)
        self.kind = kind
        self.why = why


def read_cell(text: str, column: Column) -> Any:
    """The typed value of a cell that is not empty. Raises `Refused`."""
    if column.limits is not None:
        return _number(text, column, *column.limits)
    if column.cell == "flag":
        if text not in ("0", "1"):
            raise Refused("choice", partial(_neither, text, ("0", "1")))
        return text == "1"
    if column.cell == "ids":
        ids = tuple(part for part in _APART.split(text) if part)
        if len(text) > LINE and any(len(part) > LINE for part in ids):
            raise Refused("long", _long(text))
        return ids
    if len(text) > LINE:
        raise Refused("long", _long(text))
    if column.choices and text not in column.choices:
        raise Refused("choice", partial(_neither, text, column.choices))
    return text


def control(text: str) -> None:
    """Refuse a text that holds a control character."""
    if sign := unfit(text):
        what = f"a control character ({sign}) in '{visible(cut(text))}'"
        raise Refused("control", (what, "remove it, or type the text again"))


def _long(text: str) -> tuple[str, str]:
    return f"a text or id has at most {LINE} characters, here is '{cut(text)}'", "shorten it"


def _neither(text: str, choices: tuple[str, ...]) -> tuple[str, str]:
    return f"{' or '.join(choices)} is wanted, here is '{cut(text)}'", nearest(text[:SHOWN], [*choices])


def _number(text: str, column: Column, least: Decimal, most: Decimal) -> Any:
    if len(text) > DIGITS or not _NUMBER.fullmatch(text):
        remedy = "write it without separators and signs" if any(c.isdigit() for c in text[:DIGITS]) else ""
        raise Refused("number", (f"a number is wanted, here is '{cut(text)}'", remedy))
    number = Decimal(text)
    if least <= number <= most and (not number or abs(number) >= MILLIONTH):
        if column.cell not in ("price", "count"):
            return float(number)
        if not number % (MILLIONTH if column.cell == "price" else 1):
            return number if column.cell == "price" else int(number)
    raise Refused("range", partial(_outside, text, column, least, most))


def _outside(text: str, column: Column, least: Decimal, most: Decimal) -> tuple[str, str]:
    number = Decimal(text)
    remedy = "" if column.required else "correct it, or leave the cell empty if it is not known"
    if not least <= number <= most:
        what = f"must be {column.span}"
        if column.cell == "share" and 1 < number <= 100:
            remedy = f"did you mean {number / 100:.2f}?"
        elif column.cell == "change":
            remedy = "write 5 % a year as 0.05"
    elif abs(number) < MILLIONTH:
        what, remedy = f"must be 0, or at least {MILLIONTH} away from it", "write 0"
    elif column.cell == "price":
        what, remedy = "must have at most 6 decimals", f"write {number.quantize(MILLIONTH):f}"
    else:
        what, remedy = "must be a whole number", f"write {number.to_integral_value():f}"
    return f"{column.name} {what}, here is {text}", remedy
