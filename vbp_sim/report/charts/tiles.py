"""A schematic map of the 31 provinces: one tile each, equal in size, roughly where they lie.

Keys are ISO 3166-2:CN codes. Tiles need no boundary data, hence raise no question of borders.

>>> code("inner-mongolia"), code("CN-SN"), code("贵州"), code("shenzhen"), code("guangdong-rest")
('NM', 'SN', 'GZ', '', 'GD')
"""

from __future__ import annotations

from vbp_sim.report.words.language import language
from vbp_sim.scenario.places import REST, nation

_MAP = """
 .  .  .  .  .  .  .  . HL
 .  .  .  .  .  . NM  . JL
XJ  .  . GS NX  . BJ TJ LN
 .  . QH  . SN SX HE SD  .
 . XZ  . SC CQ HA AH JS SH
 .  .  .  . GZ HB JX ZJ  .
 .  .  . YN GX HN GD FJ  .
 .  .  .  .  . HI  .  .  .
"""
#: ISO code -> row and column
TILES: dict[str, tuple[int, int]] = {
    iso: (row, column)
    for row, line in enumerate(_MAP.strip("\n").split("\n"))
    for column, iso in enumerate(line.split())
    if iso != "."
}
#: ISO code -> name in Chinese
CHINESE = {iso: nation().names_zh[place] for place, iso in nation().codes.items()}

#: provinces below which a map says less than ordered bars
FEWEST = 12

_BY_NAME = {place.replace("-", ""): iso for place, iso in nation().codes.items()}
_BY_NAME |= {name: iso for iso, name in CHINESE.items()} | {"xizang": "XZ"}


def code(province: str) -> str:
    """ISO code of a province, from its name in English (with any blanks) or Chinese, or its code; empty if none.

    A province without the cities that lie apart stands on its tile.
    """
    iso = province.upper().removeprefix("CN-")
    whole = province.lower().removesuffix(REST).partition("（")[0]
    plain = "".join(c for c in whole if c.isalpha())
    return iso if iso in TILES else _BY_NAME.get(plain, "")


def tile_name(iso: str) -> str:
    """What a tile is called: its code, in Chinese its name."""
    return CHINESE[iso] if language() == "zh" else iso


def mapped(provinces: list[str]) -> list[str]:
    """Codes of provinces, each once, that make a map; empty if one of them is not on it or they are few."""
    codes = [code(p) for p in provinces]
    return codes if all(codes) and len(set(codes)) == len(codes) >= FEWEST else []
