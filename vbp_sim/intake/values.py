"""What people write in cells, to the values of a market: numbers, prices, shares, yes and no, places, forms.

>>> number("￥1,234.50"), number("1.2万"), number("15%")
(Decimal('1234.50'), Decimal('12000.0'), Decimal('0.15'))
>>> place("湖北省"), place("Inner Mongolia"), place("广东（不含广州、深圳）")
('hubei', 'inner-mongolia', 'guangdong-rest')
"""

from __future__ import annotations

import csv
import datetime
import functools
import re
import unicodedata
from decimal import Decimal
from importlib.resources import files
from typing import Any

from vbp_sim.scenario.limits import DIGITS
from vbp_sim.scenario.places import nation

#: cells that say that there is nothing
NOTHING = {"", "-", "--", "---", "/", "\\", "无", "暂无", "空", "n/a", "na", "nan", "null", "none", "nil", "."}
#: how often the unit stands in what is written
TIMES = {"千": 1000, "万": 10_000, "百万": 1_000_000, "千万": 10_000_000, "亿": 100_000_000}

_YES = {"是", "有", "√", "✓", "✔", "y", "yes", "true", "1", "1.0", "t", "原研", "原研药", "参比制剂", "中选", "拟中选",
        "selected", "won", "winner", "originator", "brand", "reference"}  # fmt: skip
_NO = {"否", "无", "×", "✗", "x", "n", "no", "false", "0", "0.0", "f", "仿制", "仿制药", "非原研", "未中选", "落选", "",
       "generic", "lost", "not selected", "-", "/"}  # fmt: skip

_NUMBER = re.compile(
    r"(?:¥|￥|rmb|cny|usd|\$|元)?\s*([-+]?(?:\d{1,3}(?:[, ]\d{3})+|\d+)(?:\.\d+)?|[-+]?\.\d+)(?:e([-+]?\d{1,2}))?\s*"
    r"(百万|千万|千|万|亿)?\s*(%)?\s*(?:元|yuan)?(?:/.{1,6})?\.?",
    re.IGNORECASE,
)


def plain(cell: Any) -> str:
    """The text of a cell: full-width signs as usual ones, one blank for many."""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return repr(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, (datetime.datetime, datetime.date)):
        return cell.isoformat()[:10]
    text = unicodedata.normalize("NFKC", str(cell))
    return re.sub(r"\s+", " ", text).strip()


def empty(cell: Any) -> bool:
    """Whether a cell says that there is nothing."""
    return plain(cell).lower() in NOTHING


def number(cell: Any) -> Decimal | None:
    """A number as people write it, per cent as a part of 1; none if it is no number."""
    text = plain(cell)
    found = _NUMBER.fullmatch(text) if len(text) <= 2 * DIGITS else None
    if found is None:
        return None
    digits, power, times, percent = found.groups()
    value = Decimal(re.sub("[, ]", "", digits)) * TIMES.get(times, 1)
    if power:
        value = value.scaleb(int(power))
    return value / 100 if percent else value


def flag(cell: Any) -> bool | None:
    """Yes or no; none if it is neither."""
    text = plain(cell).lower()
    return True if text in _YES else False if text in _NO else None


def date(cell: Any) -> bool:
    """Whether a cell is a date, in digits or in Chinese."""
    if isinstance(cell, (datetime.datetime, datetime.date)):
        return True
    return bool(re.fullmatch(r"\d{4}\s*[-/.年]\s*\d{1,2}\s*([-/.月]\s*(\d{1,2}\s*日?)?)?( \d.*)?", plain(cell)))


def place(text: str) -> str:
    """The id of a place of the nation by any usual name of it; empty if none is meant."""
    return _places().get(_bare(text), "")


def form(text: str) -> str:
    """The market's word for a dosage form; empty if it is not known."""
    known, wanted = dict(words("form")), plain(text).lower().replace(" ", "-")
    if wanted in known.values():
        return wanted
    found = [word for word in known if word in wanted]
    return known[max(found, key=len)] if found else ""


def words(kind: str) -> list[tuple[str, str]]:
    """Words of a kind in ``words.csv`` with what they mean, in the order of the file."""
    return [(word, meaning) for each, meaning, word in _words() if each == kind]


@functools.cache
def _words() -> list[tuple[str, str, str]]:
    with files(__package__).joinpath("words.csv").open(encoding="utf-8") as lines:
        return [(row["kind"], row["means"], word) for row in csv.DictReader(lines) for word in row["words"].split("|")]


def _bare(text: str) -> str:
    """A place's name without what only says of which kind it is."""
    text = plain(text).lower().replace("-", " ").replace("_", " ")
    if "不含" in text or "除" in text:
        return re.split(r"[(（]?(?:不含|除)", text)[0].strip("省市() ") + " rest"
    bare = re.sub(r"(特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|省|市)$", "", text)
    return re.sub(r" (province|city|municipality|autonomous region)$", "", bare).strip()


@functools.cache
def _places() -> dict[str, str]:
    known = {}
    for id, name in nation().names_zh.items():
        known[id.replace("-", " ")] = known[id.replace("-", "")] = id
        known[_bare(name)] = id
    return known | dict(words("place"))
