"""The columns of a market's CSV files: the one source for reading them, `vbp schema market` and the docs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Cell = Literal["text", "count", "amount", "price", "share", "change", "flag", "ids"]

#: what a cell of each type may hold
MEANING: dict[Cell, str] = {
    "text": "text",
    "count": "whole number, 0 or more",
    "amount": "number, 0 or more",
    "price": "number, more than 0",
    "share": "number from 0 to 1",
    "change": "number from -0.5 to 1",
    "flag": "0 or 1",
    "ids": "ids with | between them",
}


@dataclass(frozen=True)
class Column:
    """One column. ``required``: it must be there and no cell of it may be empty; ``choices``: what a text may be."""

    name: str
    cell: Cell
    description: str
    unit: str = "-"
    required: bool = False
    choices: tuple[str, ...] = ()


FILES: dict[str, tuple[Column, ...]] = {
    "provinces.csv": (
        Column("province", "text", "id of the place: a province, a city apart from it, or the rest", required=True),
        Column("name_zh", "text", "name in Chinese"),
        Column("population", "amount", "inhabitants", "persons", required=True),
        Column("tertiary", "count", "tertiary hospitals that take part", "institutions", required=True),
        Column("secondary", "count", "secondary hospitals that take part", "institutions", required=True),
        Column("primary", "count", "primary institutions that take part", "institutions", required=True),
        Column(
            "demand_weight",
            "amount",
            "weight of its demand, by which another market's row for its parent is split; left out: its population",
        ),
        Column("parent", "text", "id of the place that it lies in, where the nation does not know it"),
    ),
    "drugs.csv": (
        Column("drug", "text", "id of the drug, one competition unit of a tender", required=True),
        Column("name_zh", "text", "name in Chinese"),
        Column("form", "text", "dosage form, such as tablet or injection"),
        Column("strength", "text", "representative strength, such as 10 mg"),
        Column("unit", "text", "what prices and volumes count, such as tablet", required=True),
        Column("class", "text", "class that a rule set may treat apart"),
        Column(
            "kind", "text", "drug or consumable; left out: drug", choices=("drug", "consumable")
        ),
        Column("trend", "change", "yearly change of the need for it, left out: 0", "share/year"),
        Column("ceiling", "price", "highest valid bid", "yuan/unit"),
        Column("pre_price", "price", "lowest price paid before the round", "yuan/unit"),
        Column(
            "qualified",
            "count",
            "firms that may bid, where products.csv does not name all of them; left out: those named if the market has "
            "bids, else a random number more",
            "firms",
        ),
    ),
    "products.csv": (
        Column("drug", "text", "id of the drug", required=True),
        Column("manufacturer", "text", "id of the manufacturer", required=True),
        Column("name_zh", "text", "name of the manufacturer in Chinese"),
        Column("owner", "text", "company that owns the manufacturer; firms of one owner may count as one"),
        Column("originator", "flag", "1 for the originator's product", required=True),
        Column("pre_price", "price", "own price before the round", "yuan/unit"),
        Column("pre_share", "share", "share of the drug's volume before the round", "share"),
        Column("capacity", "amount", "what it can make in a year", "units/year"),
        Column("cost", "price", "marginal cost", "yuan/unit"),
        Column("bid", "price", "real bid; with it the tender can replay what happened", "yuan/unit"),
        Column("selected", "flag", "1 if it was really selected"),
        Column("regions", "ids", "provinces that it really got"),
    ),
    "demand.csv": (
        Column("drug", "text", "id of the drug", required=True),
        Column("province", "text", "id of the province", required=True),
        Column(
            "reported", "amount", "reported volume of the province for one year", "units/year", required=True
        ),
    ),
}
