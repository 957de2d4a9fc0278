"""What the products of a drug cost before its contract, and what is left of the drug once some are selected."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vbp_sim.agents.firms.interface import Products


@dataclass(frozen=True)
class Others:
    """The non-selected side of a drug: originators' part of the volume, and the prices of both parts, yuan per unit."""

    originator_part: float
    originator_price: float
    generic_price: float

    @property
    def price(self) -> float:
        """Volume-weighted mean price."""
        return self.originator_part * self.originator_price + (1 - self.originator_part) * self.generic_price


class EarlierPrices:
    """Prices and shares of every drug; ``price`` (products,) is the one before the contract in force, yuan per unit.

    In a first contract that is the price before the round, later the price at which the product was last selected.
    Before any round: ``untouched`` the whole of each drug, ``mean`` (drugs,) its mean price. Volume that no qualified
    product held belongs to generics that may not bid, at the mean earlier price of the qualified ones.
    """

    def __init__(self, products: Products, drugs: int) -> None:
        self._products = products
        self.price = products.pre_price.copy()
        self._others: dict[tuple[int, tuple[int, ...]], Others] = {}
        self.untouched = [self.others(d, ()) for d in range(drugs)]
        self.mean = np.array([drug.price for drug in self.untouched])

    def settle(self, product: int, price: float) -> None:
        """A contract is over in which a product was supplied at a price."""
        self.price[product] = price
        self._others.clear()

    def others(self, drug: int, selected: tuple[int, ...]) -> Others:
        """Return the side of a drug that remains when the products ``selected`` are taken out."""
        known = self._others.get((drug, selected))
        if known is None:
            known = self._others[drug, selected] = self._without(drug, selected)
        return known

    def _without(self, drug: int, selected: tuple[int, ...]) -> Others:
        p = self._products
        mine = p.of(drug)
        generics = mine[~p.originator[mine]]
        rest = mine[~np.isin(mine, selected)]
        rest_generic, rest_originator = rest[~p.originator[rest]], rest[p.originator[rest]]
        usual = float(p.pre_price[generics if generics.size else mine].mean())
        unqualified = max(0.0, 1 - float(p.pre_share[mine].sum()))
        generic = float(p.pre_share[rest_generic].sum()) + unqualified
        originator = float(p.pre_share[rest_originator].sum())
        both = generic + originator
        return Others(
            originator_part=originator / both if both > 0 else 0.0,
            originator_price=_mean(self.price[rest_originator], p.pre_share[rest_originator], usual),
            generic_price=_mean(
                np.append(self.price[rest_generic], usual), np.append(p.pre_share[rest_generic], unqualified), usual
            ),
        )


def _mean(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
          weights: np.ndarray[tuple[int, ...], np.dtype[np.float64]], otherwise: float) -> float:
    total = float(weights.sum())
    return float((values * weights).sum() / total) if total > 0 else otherwise
