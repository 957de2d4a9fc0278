"""What the products of a drug cost in a place before an agreement, and what is left of the drug once some are
selected."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vbp_sim.agents.firms.interface import Products
from vbp_sim.engine.products import Listed

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Others:
    """The non-selected side of a drug: originators' part of the volume, and the prices of both parts, yuan per unit.

    ``originator_share`` is what originators had of the whole drug before any round, ``earlier_part`` of this side. It
    consists of ``products``
    (indices, -1 = generics that may not bid) with their ``parts`` of its volume, which add up to 1, and their
    ``prices``.
    """

    originator_part: float
    originator_price: float
    generic_price: float
    originator_share: float
    earlier_part: float
    products: tuple[int, ...]
    parts: tuple[float, ...]
    prices: tuple[float, ...]

    @property
    def price(self) -> float:
        """Volume-weighted mean price."""
        return self.originator_part * self.originator_price + (1 - self.originator_part) * self.generic_price


class Prices:
    """Prices outside the agreements in force, by product and place.

    ``before`` (products, places) is the price of a product in a place as long as it is not selected there, yuan per
    unit: at first that before any round, later the one at which it was last selected there. ``mean`` (drugs, places) is
    the drug's mean price before any round, ``untouched`` [drug][place] the whole of it. Volume that no qualified
    product held belongs to generics that may not bid, at the mean earlier price of the qualified ones. Once something
    is selected, originators weigh ``stays`` times as much in the rest.
    """

    def __init__(self, products: Products, listed: Listed, home: npt.NDArray[np.int64], stays: float) -> None:
        self._products, self._listed, self._stays = products, listed, stays
        self.home = np.maximum(home, 0)
        self._of = [products.of(d) for d in range(len(home))]
        each = np.arange(len(products.drug))[:, None]
        self.before = np.ascontiguousarray(listed.price[self.home[products.drug], each])
        self._known: dict[tuple[int, int, tuple[int, ...], bytes], Others] = {}
        drugs, places = home.shape
        self.untouched = [[self.others(d, p, ()) for p in range(places)] for d in range(drugs)]
        self.mean = np.array([[others.price for others in row] for row in self.untouched]).reshape(drugs, places)

    def share(self, drug: int, place: int) -> Floats:
        """Earlier share of every product in the drug's volume, in the market from which the place comes."""
        return np.asarray(self._listed.share[self.home[drug, place]])

    def earlier(self, drug: int, place: int) -> tuple[Ints, Floats, Floats]:
        """Products of a drug before any round, with their shares of its volume and prices; the last one, -1, is all
        generics that may not bid."""
        mine, home = self._of[drug], int(self.home[drug, place])
        share, price = self._listed.share[home][mine], self._listed.price[home][mine]
        generics = ~self._products.originator[mine]
        paid = price[generics] if generics.any() else price
        usual = math.fsum(paid) / len(paid)
        left = max(0.0, 1 - math.fsum(share))
        return np.append(mine, -1), np.append(share, left), np.append(price, usual)

    def settle(self, product: int, place: int, price: float) -> None:
        """An agreement is over in a place in which a product was supplied at a price."""
        self.before[product, place] = price

    def cap(self, product: int, place: int, most: float) -> None:
        """A product may cost no more than this in a place in which it is not the supplier."""
        self.before[product, place] = min(float(self.before[product, place]), most)

    def others(self, drug: int, place: int, selected: tuple[int, ...]) -> Others:
        """Return the side of a drug that remains in a place when the products ``selected`` are taken out."""
        mine, home = self._of[drug], int(self.home[drug, place])
        key = (drug, home, selected, self.before[mine, place].tobytes())
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._without(drug, place, home, selected)
        return known

    def _without(self, drug: int, place: int, home: int, selected: tuple[int, ...]) -> Others:
        p, mine, share = self._products, self._of[drug], self._listed.share[home]
        rest = mine[~np.isin(mine, selected)]
        rest_generic, rest_originator = rest[~p.originator[rest]], rest[p.originator[rest]]
        price = self.before[:, place]
        unqualified, usual = (float(column[-1]) for column in self.earlier(drug, place)[1:])
        generic = math.fsum([*share[rest_generic], unqualified])
        before = math.fsum(share[rest_originator])  # exact, so that the order of rows does not matter
        brands = share[rest_originator] * (self._stays if selected else 1.0)
        originator = math.fsum(brands)
        both = generic + originator
        weights = np.concatenate([brands, share[rest_generic], [unqualified]])
        of_all = weights / both if both > 0 else np.append(np.zeros(len(weights) - 1), 1.0)
        return Others(
            originator_part=originator / both if both > 0 else 0.0,
            originator_price=mean_price(price[rest_originator], share[rest_originator], usual),
            generic_price=mean_price(
                np.append(price[rest_generic], usual), np.append(share[rest_generic], unqualified), usual
            ),
            originator_share=before,
            earlier_part=before / (generic + before) if generic + before > 0 else 0.0,
            products=(*rest_originator.tolist(), *rest_generic.tolist(), -1),
            parts=tuple(of_all.tolist()),
            prices=(*price[rest_originator].tolist(), *price[rest_generic].tolist(), usual),
        )


def mean_price(values: Floats, weights: Floats, otherwise: float) -> float:
    """Mean by volume, ``otherwise`` where there is none."""
    total = math.fsum(weights)
    return math.fsum(values * weights) / total if total > 0 else otherwise
