"""The columns of a market's CSV files: the one source for reading them, `vbp schema market` and the docs."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from typing import Literal, cast

from vbp_sim.scenario.limits import LINE

Cell = Literal["text", "count", "amount", "price", "share", "change", "flag", "ids"]
#: the least and the most that a cell may hold
Limits = tuple[Decimal, Decimal]

#: prices are whole millionths of a yuan; so is the smallest number of a market that is not 0
MILLIONTH = Decimal("0.000001")
#: columns that a file may have, those that are not read included
MOST_COLUMNS = 200
#: rows that a file may have
MOST_ROWS = {"provinces.csv": 5_000, "drugs.csv": 10_000, "products.csv": 500_000, "demand.csv": 2_000_000}

#: what a cell of each type may hold, without its limits
MEANING: dict[Cell, str] = {
    "text": f"text of at most {LINE} characters",
    "count": "whole number",
    "amount": "number",
    "price": "number of at most 6 decimals",
    "share": "number",
    "change": "number",
    "flag": "0 or 1",
    "ids": "ids with | between them",
}


@dataclass(frozen=True)
class Column:
    """One column. ``required``: it must be there and no cell of it may be empty; ``choices``: what a text may be.

    ``limits``: the least and the most that a number may be; every column of numbers has them. ``example``: a cell of
    one row, with invented numbers.
    """

    name: str
    cell: Cell
    description: str
    unit: str = "-"
    required: bool = False
    choices: tuple[str, ...] = ()
    limits: Limits | None = None
    example: str = ""

    @property
    def span(self) -> str:
        """Its limits for people: ``from 0 to 1``; empty for a column without numbers."""
        return "from {:,f} to {:,f}".format(*self.limits) if self.limits is not None else ""

    @property
    def holds(self) -> str:
        """What a cell may hold, for people: ``number from 0 to 1``."""
        return f"{MEANING[self.cell]} {self.span}".rstrip()


def _declared() -> dict[str, tuple[Column, ...]]:
    """The columns of each file, as ``market_columns.csv`` declares them."""
    found: dict[str, tuple[Column, ...]] = {}
    with files(__package__).joinpath("market_columns.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            column = Column(
                row["column"],
                cast(Cell, row["cell"]),
                row["description"],
                row["unit"],
                bool(row["required"]),
                tuple(filter(None, row["choices"].split("|"))),
                (Decimal(row["least"]), Decimal(row["most"])) if row["most"] else None,
                row["example"],
            )
            found[row["file"]] = (*found.get(row["file"], ()), column)
    return found


FILES = _declared()
