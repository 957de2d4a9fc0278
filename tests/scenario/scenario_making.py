"""A small market and scenario in a folder, for tests."""

from __future__ import annotations

from pathlib import Path

PROVINCES = """\
province,name_zh,population,tertiary,secondary,primary,demand_weight
east,东,2000000,3,4,5,0.6
west,西,1000000,1,2,3,0.4
"""
DRUGS = """\
drug,name_zh,form,strength,unit,class,ceiling,pre_price
alpha,甲,tablet,20 mg,tablet,ordinary,6.60,4.1
beta,乙,injection,5 ml,vial,ordinary,15.0,
"""
PRODUCTS = """\
drug,manufacturer,originator
alpha,Old,1
alpha,New,0
alpha,Other,0
beta,New,0
"""
DEMAND = """\
drug,province,reported
alpha,east,1000000
alpha,west,500000
beta,east,20000
beta,west,10000
"""
MARKET = {"provinces.csv": PROVINCES, "drugs.csv": DRUGS, "products.csv": PRODUCTS, "demand.csv": DEMAND}

SCENARIO = """\
scenario: small
market: market
start: 2018-07-01
rounds:
  first:
    rules: pilot-2018
    calendar:
      reporting_start: 2018-09-01
      reporting_end: 2018-09-20
      review_end: 2018-10-20
      document: 2018-11-15
      opening: 2018-12-06
      result: 2018-12-17
      start: 2019-03-20
demand: {growth: 0.1}
variants:
  more: {changes: {demand: {growth: 0.3}}}
  most: {changes: {demand: {growth: 0.5}}}
  over: {changes: {demand: {growth: 0.7}}, replaces: [demand.growth]}
"""


def make_market(folder: Path, encoding: str = "utf-8", **files: str) -> Path:
    """Write a market; ``drugs=...`` replaces the text of drugs.csv."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in MARKET.items():
        (folder / name).write_text(files.get(name.removesuffix(".csv"), text), encoding=encoding)
    return folder


def make_scenario(folder: Path, text: str = SCENARIO, name: str = "small.yaml", **files: str) -> Path:
    """Write a scenario and its market; return the scenario file."""
    make_market(folder / "market", **files)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name
