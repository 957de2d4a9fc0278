"""Which column of somebody's table is which column of a market: proposed by `propose`, edited by a person, read again.

tables:
  returns:
    file: return.csv
    header: [3, 4]
    rows: [5, 44]
    columns:
      A: {says: 通用名, is: drug}
      J: {says: 首年需求量 / 湖北省, is: reported, place: hubei}
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from vbp_sim.errors import InputError
from vbp_sim.scenario.limits import Id
from vbp_sim.scenario.parts import Frozen
from vbp_sim.scenario.problems import check
from vbp_sim.scenario.rewrite import block, simple
from vbp_sim.scenario.yaml_source import read

Role = Literal[
    "drug", "strength", "form", "unit", "class", "trend", "ceiling", "drug_price", "qualified",
    "manufacturer", "owner", "originator", "pre_price", "pre_share", "capacity", "cost", "bid", "selected", "regions",
    "province", "reported", "population", "tertiary", "secondary", "primary", "ignore",
]  # fmt: skip

#: roles that say something of a drug, of one manufacturer's product, of a place
OF_DRUG = ("strength", "form", "unit", "class", "trend", "ceiling", "drug_price", "qualified")
OF_PRODUCT = ("owner", "originator", "pre_price", "pre_share", "capacity", "cost", "bid", "selected", "regions")
OF_PLACE = ("population", "tertiary", "secondary", "primary")


class Column(Frozen):
    """What a column holds."""

    says: str = Field("", description="the header as it stands in the file, for people")
    is_: Role = Field(alias="is", description="the column of a market that it is, or ignore")
    place: str = Field("", description="id of the place whose reported volumes it holds")
    times: float = Field(1, gt=0, le=1e12, description="what a number in it counts: 10000 for 万")


class TableMap(Frozen):
    """Where a table stands in a file, and what its columns are."""

    file: str = Field(description="file, relative to this one")
    sheet: str = Field("", description="sheet of a workbook; left out: the text file itself")
    header: tuple[int, ...] = Field(description="rows of the header, from 1", min_length=1, max_length=5)
    rows: tuple[int, int] = Field(description="first and last row below it")
    skip: tuple[int, ...] = Field((), description="rows in between that are left out: totals, repeated headers, notes")
    columns: dict[str, Column] = Field(description="columns by their letter, as spreadsheets have them", min_length=1)


class MarketMap(Frozen):
    """All that a mapping may say."""

    tables: dict[Id, TableMap] = Field(description="the tables, by any name", min_length=1)
    drugs_apart_by: Literal["name", "name and strength"] = Field(
        "name", description="what makes a drug of its own: its name, or name and strength"
    )
    forms: dict[str, str] = Field(default_factory=dict, description="the market's word for each dosage form")
    places: dict[str, str] = Field(default_factory=dict, description="ids of places that are named otherwise")


def read_mapping(file: Path) -> MarketMap:
    """Read a mapping; InputError with all that is wrong."""
    mapping, problems = check(read(file), MarketMap)
    if problems or mapping is None:
        raise InputError(*problems)
    return mapping


def text_of(mapping: MarketMap) -> str:
    """A mapping as YAML, one column a line."""
    lines = ["tables:\n"]
    for name, table in mapping.tables.items():
        lines.append(block({name: None}, 2).replace(": null", ":"))
        for key, value in _dumped(table).items():
            if key != "columns":
                lines.append(block({key: value}, 4))
        lines.append("    columns:\n")
        for letter, column in table.columns.items():
            lines.append(block({letter: _dumped(column)}, 6))
    rest = {key: value for key, value in _dumped(mapping).items() if key != "tables"}
    return "".join(lines) + block(rest)


def _dumped(model: Frozen) -> Mapping[str, Any]:
    values = model.model_dump(by_alias=True, exclude_defaults=True, exclude_unset=False)
    return {key: simple(value) for key, value in values.items()}


def index_of(name: str) -> int:
    """The column that spreadsheets call A, B, ..., Z, AA, from 0; -1 if it is none."""
    index = 0
    for sign in name.upper():
        if not "A" <= sign <= "Z":
            return -1
        index = 26 * index + ord(sign) - 64
    return index - 1
