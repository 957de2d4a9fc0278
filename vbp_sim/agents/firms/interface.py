"""What a model of firms must do: say who may bid, at what cost, with what earlier price, share and capacity."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.market import Market
from vbp_sim.scenario.parts import Part, param
from vbp_sim.streams import Streams

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Products:
    """Every product that may bid in a replication; arrays of shape (products,).

    ``drug`` index into the market's drugs; ``owner`` company behind the manufacturer ("" = itself); prices and costs
    in yuan per unit; ``pre_share`` of the drug's volume before the round; ``capacity`` in units per year; ``own_api``
    if it makes its active ingredient itself; ``since`` the day of the simulation from which it may bid; ``real_bid`` is
    nan and ``real_selected`` -1 where unknown.
    """

    drug: Ints
    manufacturer: tuple[str, ...]
    owner: tuple[str, ...]
    originator: Bools
    pre_price: Floats
    pre_share: Floats
    cost: Floats
    capacity: Floats
    own_api: Bools
    since: Floats
    real_bid: Floats
    real_selected: Ints

    def of(self, drug: int) -> Ints:
        """Indices of the products of one drug."""
        return np.flatnonzero(self.drug == drug)


def together(drawn: Sequence[Products]) -> tuple[Products, list[Ints]]:
    """Every product of several replications of one market, and where each replication's products stand among them.

    A market that says neither who bid nor how many may has another number of unnamed firms in each replication. What
    differs between replications (costs, prices) is that of the one with most firms for the drug.
    """
    drugs = range(int(drawn[0].drug.max()) + 1)
    most = [max(drawn, key=lambda products: len(products.of(d))) for d in drugs]
    rows = [(products, i) for d, products in zip(drugs, most, strict=True) for i in products.of(d).tolist()]
    place = {(products.drug[i], products.manufacturer[i]): k for k, (products, i) in enumerate(rows)}
    columns: dict[str, Any] = {}
    for field in fields(Products):
        values = [getattr(products, field.name)[i] for products, i in rows]
        columns[field.name] = tuple(values) if field.name in ("manufacturer", "owner") else np.array(values)
    found = [
        np.array([place[key] for key in zip(products.drug, products.manufacturer, strict=True)], dtype=np.int64)
        for products in drawn
    ]
    return Products(**columns), found


class Firms(Part):
    """Kind: costs, earlier prices, earlier shares and capacity of every product."""

    kind: ClassVar[str] = "firms"

    finance_in_cost: Portion = param(
        0.5,
        "part of what waiting for money costs (`interest` of the payment law) that firms count as cost when they bid",
        "share",
        "assumption; 0 to 1, none found",
    )

    @abstractmethod
    def products(self, market: Market, luck: Streams) -> Products:
        """Return the market's products with every gap filled, and unnamed qualified firms added."""
        raise NotImplementedError
