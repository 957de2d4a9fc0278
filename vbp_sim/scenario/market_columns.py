"""The columns of a market's CSV files: the one source for reading them, `vbp schema market` and the docs."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from vbp_sim.scenario.limits import LINE
from vbp_sim.scenario.market import SHORTAGE_CLASSES

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


def _from(least: str, most: str) -> Limits:
    return Decimal(least), Decimal(most)


PRICE = _from("0.000001", "10000000")
VOLUME = _from("0", "1000000000000")
INSTITUTIONS = _from("0", "100000")
SHARE = _from("0", "1")


@dataclass(frozen=True)
class Column:
    """One column. ``required``: it must be there and no cell of it may be empty; ``choices``: what a text may be.

    ``limits``: the least and the most that a number may be; every column of numbers has them.
    """

    name: str
    cell: Cell
    description: str
    unit: str = "-"
    required: bool = False
    choices: tuple[str, ...] = ()
    limits: Limits | None = None

    @property
    def span(self) -> str:
        """Its limits for people: ``from 0 to 1``; empty for a column without numbers."""
        return "from {:,f} to {:,f}".format(*self.limits) if self.limits is not None else ""

    @property
    def holds(self) -> str:
        """What a cell may hold, for people: ``number from 0 to 1``."""
        return f"{MEANING[self.cell]} {self.span}".rstrip()


FILES: dict[str, tuple[Column, ...]] = {
    "provinces.csv": (
        Column("province", "text", "id of the place: a province, a city apart from it, or the rest", required=True),
        Column("name_zh", "text", "name in Chinese"),
        Column("population", "amount", "inhabitants", "persons", required=True, limits=_from("1", "2000000000")),
        Column(
            "tertiary", "count", "tertiary hospitals that take part", "institutions", required=True, limits=INSTITUTIONS
        ),
        Column(
            "secondary",
            "count",
            "secondary hospitals that take part",
            "institutions",
            required=True,
            limits=INSTITUTIONS,
        ),
        Column(
            "primary",
            "count",
            "primary institutions that take part",
            "institutions",
            required=True,
            limits=INSTITUTIONS,
        ),
        Column(
            "demand_weight",
            "amount",
            "weight of its demand, by which another market's row for its parent is split; left out: its population",
            limits=_from("0", "1000000"),
        ),
        Column("parent", "text", "id of the place that it lies in, where the nation does not know it"),
        Column(
            "remoteness",
            "share",
            "how far from distributors, 0 to 1; left out: by the density of the place, 0 where the nation knows it not",
            "share",
            limits=SHARE,
        ),
    ),
    "drugs.csv": (
        Column("drug", "text", "id of the drug, one competition unit of a tender", required=True),
        Column("name_zh", "text", "name in Chinese"),
        Column("form", "text", "dosage form, such as tablet or injection"),
        Column("strength", "text", "representative strength, such as 10 mg"),
        Column("unit", "text", "what prices and volumes count, such as tablet", required=True),
        Column("class", "text", "class that a rule set may treat apart"),
        Column("kind", "text", "drug or consumable; left out: drug", choices=("drug", "consumable")),
        Column(
            "trend", "change", "yearly change of the need for it, left out: 0", "share/year", limits=_from("-0.5", "1")
        ),
        Column("inpatient_share", "share", "part of its use in wards; left out: 0", "share", limits=SHARE),
        Column(
            "class_atc",
            "text",
            "class of the molecule: its ATC code of level 4, or another id; with ddd and equivalence, or left out",
        ),
        Column(
            "ddd", "amount", "units of the drug in one defined daily dose", "units/DDD", limits=_from("0.0001", "10000")
        ),
        Column(
            "equivalence",
            "share",
            "part of its patients whom other molecules of the class serve as well; 0: nobody moves",
            "share",
            limits=SHARE,
        ),
        Column(
            "shortage_class",
            "text",
            "how soon a shortage of it is answered, and what is laid up; left out: prone for injections, else usual",
            choices=SHORTAGE_CLASSES,
        ),
        Column("ceiling", "price", "highest valid bid", "yuan/unit", limits=PRICE),
        Column(
            "cost",
            "price",
            "usual unit cost of its generics; left out: from ceiling and earlier prices",
            "yuan/unit",
            limits=PRICE,
        ),
        Column("pre_price", "price", "lowest price paid before the round", "yuan/unit", limits=PRICE),
        Column(
            "qualified",
            "count",
            "firms that may bid, where products.csv does not name all of them; left out: those named if the market has "
            "bids, else a random number more",
            "firms",
            limits=_from("1", "300"),
        ),
    ),
    "products.csv": (
        Column("drug", "text", "id of the drug", required=True),
        Column("manufacturer", "text", "id of the manufacturer", required=True),
        Column("name_zh", "text", "name of the manufacturer in Chinese"),
        Column("owner", "text", "company that owns the manufacturer; firms of one owner may count as one"),
        Column("originator", "flag", "1 for the originator's product", required=True),
        Column("pre_price", "price", "own price before the round", "yuan/unit", limits=PRICE),
        Column("pre_share", "share", "share of the drug's volume before the round", "share", limits=SHARE),
        Column("capacity", "amount", "what it can make in a year", "units/year", limits=_from("0", "10000000000000")),
        Column("cost", "price", "marginal cost", "yuan/unit", limits=PRICE),
        Column("bid", "price", "real bid; with it the tender can replay what happened", "yuan/unit", limits=PRICE),
        Column("selected", "flag", "1 if it was really selected"),
        Column("regions", "ids", "provinces that it really got"),
        Column("site", "text", "place of production, where known; products of one site stand still together"),
        Column("api_maker", "text", "maker of its active ingredient, where known; its buyers stand still together"),
    ),
    "demand.csv": (
        Column("drug", "text", "id of the drug", required=True),
        Column("province", "text", "id of the province", required=True),
        Column(
            "reported",
            "amount",
            "reported volume of the province for one year",
            "units/year",
            required=True,
            limits=VOLUME,
        ),
    ),
}
