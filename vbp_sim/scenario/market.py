"""A market: provinces, drugs, products and reported volumes, as read from a folder of CSV files.

Prices are exact `Decimal` yuan per unit, as the text has them. Missing optional values are ``None`` and are
filled by the scenario's distributions when a run starts, replication by replication.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np
import numpy.typing as npt

LEVELS = ("tertiary", "secondary", "primary")
#: how likely a drug is to be short, and how soon a shortage is answered
ShortageClass = Literal["usual", "prone", "children"]


@dataclass(frozen=True)
class Province:
    """A place: a province, a city apart from it, or the rest. Counts are institutions that take part.

    ``parent`` is the place that it lies in, as the nation or the market has it; empty for a province. ``remoteness``
    runs from 0 to 1, as the market or the nation has it.
    """

    id: str
    name_zh: str
    population: float
    tertiary: int
    secondary: int
    primary: int
    demand_weight: float
    parent: str = ""
    remoteness: float = 0.0


@dataclass(frozen=True)
class Drug:
    """One competition unit. ``ceiling`` and ``pre_price`` (lowest price paid before) are yuan per ``unit``.

    ``qualified`` is the number of firms that may bid, where the market says it; ``all_named`` if it does not, but its
    bids are known, so that products.csv names all of them. ``kind`` is drug or consumable; ``trend`` the yearly change
    of the need for it, as a share; ``inpatient_share`` the part of its use in wards; ``cost`` the usual unit cost of
    its generics, yuan. ``class_atc`` is the class of molecules that serve the same patients (empty: none is known),
    ``ddd`` units of the drug in one defined daily dose, ``equivalence`` the part of its patients whom others of the
    class serve as well. ``shortage_class`` is usual, prone to shortages, or a children's strength.
    """

    id: str
    name_zh: str
    form: str
    strength: str
    unit: str
    drug_class: str
    ceiling: Decimal | None
    pre_price: Decimal | None
    qualified: int | None = None
    all_named: bool = False
    kind: str = "drug"
    trend: float = 0.0
    inpatient_share: float = 0.0
    cost: Decimal | None = None
    class_atc: str = ""
    ddd: float | None = None
    equivalence: float = 0.0
    shortage_class: ShortageClass = "usual"


@dataclass(frozen=True)
class Product:
    """One manufacturer's version of a drug; optional values are ``None`` where the market does not give them.

    ``pre_price`` and ``cost`` yuan per unit, ``pre_share`` share of the drug's volume before the round,
    ``capacity`` units per year; ``owner`` the company that the manufacturer belongs to (empty if it
    stands alone); ``site`` where it is made and ``api_maker`` who makes its active ingredient (empty: not known);
    ``name_zh`` the manufacturer's name in Chinese; ``bid``, ``selected`` and ``regions`` are what really happened.
    """

    drug: str
    manufacturer: str
    originator: bool
    pre_price: Decimal | None = None
    pre_share: float | None = None
    capacity: float | None = None
    cost: Decimal | None = None
    bid: Decimal | None = None
    selected: bool | None = None
    regions: tuple[str, ...] = ()
    owner: str = ""
    name_zh: str = ""
    site: str = ""
    api_maker: str = ""


@dataclass(frozen=True)
class Market:
    """A market. ``reported``: shape (drugs, provinces), units per year; ``digest``: SHA-256 of the files."""

    name: str
    folder: str
    provinces: tuple[Province, ...]
    drugs: tuple[Drug, ...]
    products: tuple[Product, ...]
    reported: npt.NDArray[np.float64]
    digest: str

    def products_of(self, drug: str) -> tuple[Product, ...]:
        """Products of one drug, in the order of the file."""
        return tuple(p for p in self.products if p.drug == drug)
