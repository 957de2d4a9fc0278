"""Every product of a replication, and what each market of the scenario says of it.

The same manufacturer's version of a drug is one product in all markets: one plant, one cost, one owner. Its earlier
price and share are those of the market from which a place comes.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from vbp_sim.agents.firms.interface import Firms, Products
from vbp_sim.agents.industry import Industry
from vbp_sim.scenario.load import Scenario
from vbp_sim.streams import Streams

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Listed:
    """What the markets say; arrays (markets, products).

    ``here``: the product belongs to the market; ``price`` before any round (yuan per unit) and ``share`` of the drug's
    volume; ``real_bid`` nan and ``real_selected`` -1 where unknown.
    """

    here: Bools
    price: Floats
    share: Floats
    real_bid: Floats
    real_selected: Ints


def products_of(
    scenario: Scenario, firms: Firms, industry: Industry, years: float, luck: Streams
) -> tuple[Products, Listed]:
    """All products that ever may bid in ``years``, entrants behind the others, and what each market says of them."""
    drugs = tuple(d.id for d in scenario.market.drugs)
    parts = [_on(drugs, firms.products(market, luck), tuple(d.id for d in market.drugs)) for market in scenario.markets]
    known = _union(parts)
    everything = industry.entering(known, drugs, years, luck)
    return everything, _listed(everything, len(known.drug), parts)


def _on(drugs: tuple[str, ...], products: Products, own: tuple[str, ...]) -> Products:
    """Products with drugs counted as in the scenario's market instead of their own."""
    index = np.array([drugs.index(name) for name in own], dtype=np.int64)
    return replace(products, drug=index[products.drug])


def _keys(products: Products) -> list[tuple[int, str]]:
    return list(zip(products.drug.tolist(), products.manufacturer, strict=True))


def _union(parts: list[Products]) -> Products:
    """Each product once, as the first market has it; drug by drug in the order of the scenario's market."""
    if len(parts) == 1:
        return parts[0]
    first: dict[tuple[int, str], tuple[int, int]] = {}
    for k, part in enumerate(parts):
        for i, key in enumerate(_keys(part)):
            first.setdefault(key, (k, i))
    order = sorted(first.values(), key=lambda at: int(parts[at[0]].drug[at[1]]))
    columns: dict[str, object] = {}
    for field in fields(Products):
        values = [getattr(parts[k], field.name)[i] for k, i in order]
        whole = getattr(parts[0], field.name)
        columns[field.name] = tuple(values) if isinstance(whole, tuple) else np.array(values, dtype=whole.dtype)
    return Products(**columns)  # type: ignore[arg-type]


def _listed(products: Products, known: int, parts: list[Products]) -> Listed:
    """Lay what each market says on the axis of all products; entrants belong to all markets of their drug."""
    n = len(products.drug)
    place = {key: i for i, key in enumerate(_keys(products))}
    here = np.zeros((len(parts), n), dtype=np.bool_)
    price = np.tile(products.pre_price, (len(parts), 1))
    share = np.zeros((len(parts), n))
    bid, won = np.full((len(parts), n), np.nan), np.full((len(parts), n), -1, dtype=np.int64)
    for k, part in enumerate(parts):
        at = np.array([place[key] for key in _keys(part)], dtype=np.intp)
        here[k, at], price[k, at], share[k, at] = True, part.pre_price, part.pre_share
        bid[k, at], won[k, at] = part.real_bid, part.real_selected
        here[k, known:] = np.isin(products.drug[known:], part.drug)
    return Listed(here, price, share, bid, won)
