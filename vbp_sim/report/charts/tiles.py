"""A schematic map of the 31 provinces: one tile each, equal in size, roughly where they lie.

Keys are ISO 3166-2:CN codes. Tiles need no boundary data, hence raise no question of borders.

>>> code("inner-mongolia"), code("CN-SN"), code("贵州"), code("shenzhen"), code("guangdong-rest")
('NM', 'SN', 'GZ', '', 'GD')
"""

from __future__ import annotations

from vbp_sim.report.words.language import language
from vbp_sim.scenario.places import REST

#: ISO code -> (name, row, column)
TILES: dict[str, tuple[str, int, int]] = {
    "HL": ("Heilongjiang", 0, 8),
    "NM": ("Inner Mongolia", 1, 6),
    "JL": ("Jilin", 1, 8),
    "XJ": ("Xinjiang", 2, 0),
    "GS": ("Gansu", 2, 3),
    "NX": ("Ningxia", 2, 4),
    "BJ": ("Beijing", 2, 6),
    "TJ": ("Tianjin", 2, 7),
    "LN": ("Liaoning", 2, 8),
    "QH": ("Qinghai", 3, 2),
    "SN": ("Shaanxi", 3, 4),
    "SX": ("Shanxi", 3, 5),
    "HE": ("Hebei", 3, 6),
    "SD": ("Shandong", 3, 7),
    "XZ": ("Tibet", 4, 1),
    "SC": ("Sichuan", 4, 3),
    "CQ": ("Chongqing", 4, 4),
    "HA": ("Henan", 4, 5),
    "AH": ("Anhui", 4, 6),
    "JS": ("Jiangsu", 4, 7),
    "SH": ("Shanghai", 4, 8),
    "GZ": ("Guizhou", 5, 4),
    "HB": ("Hubei", 5, 5),
    "JX": ("Jiangxi", 5, 6),
    "ZJ": ("Zhejiang", 5, 7),
    "YN": ("Yunnan", 6, 3),
    "GX": ("Guangxi", 6, 4),
    "HN": ("Hunan", 6, 5),
    "GD": ("Guangdong", 6, 6),
    "FJ": ("Fujian", 6, 7),
    "HI": ("Hainan", 7, 5),
}

#: ISO code -> name in Chinese
CHINESE: dict[str, str] = {
    "HL": "黑龙江", "NM": "内蒙古", "JL": "吉林", "XJ": "新疆", "GS": "甘肃", "NX": "宁夏", "BJ": "北京", "TJ": "天津",
    "LN": "辽宁", "QH": "青海", "SN": "陕西", "SX": "山西", "HE": "河北", "SD": "山东", "XZ": "西藏", "SC": "四川",
    "CQ": "重庆", "HA": "河南", "AH": "安徽", "JS": "江苏", "SH": "上海", "GZ": "贵州", "HB": "湖北", "JX": "江西",
    "ZJ": "浙江", "YN": "云南", "GX": "广西", "HN": "湖南", "GD": "广东", "FJ": "福建", "HI": "海南",
}  # fmt: skip

#: provinces below which a map says less than ordered bars
FEWEST = 12

_BY_NAME = {name.replace(" ", "").lower(): iso for iso, (name, _, _) in TILES.items()}
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
