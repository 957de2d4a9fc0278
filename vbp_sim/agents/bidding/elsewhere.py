"""What a firm sells outside a round, where the law links prices there to the price at which it is selected.

    loss = sum over places of  volume x max(0, price - link x selected price) x max(0, years - delay)

A firm that reckons with it bids higher, or stays away from a small round (levers.md, D.4: the firm internalises the
linkage). What it sells there is taken to stay as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from vbp_sim.rules.arrays import BoolArray, FloatArray, IntArray

#: what models of bidders say of their parameter ``linked``
LINKED = "part of what linked prices cost elsewhere that firms reckon with"
SOURCE = "assumption: no effect on bids is published, so 0 is possible"


@dataclass(frozen=True)
class Elsewhere:
    """Sales of a drug's firms in linked places outside a round; arrays (firms, places) or (places,).

    ``volume`` units per year and ``price`` yuan per unit today; ``link`` the most that a product may cost there over
    its selected price, ``delay`` years from the start of supply until it comes down.
    """

    volume: FloatArray
    price: FloatArray
    link: FloatArray
    delay: FloatArray

    def over(self, ceiling: float, reported: float, years: float, part: float) -> Elsewhere:
        """A part of the same over a contract of so many years, prices over the ceiling, volumes over the reported."""
        lasting = part * np.maximum(0.0, years - self.delay)
        return replace(self, volume=self.volume * lasting / reported, price=self.price / ceiling)

    def of(self, who: BoolArray | IntArray) -> Elsewhere:
        """The same for some of the firms."""
        return replace(self, volume=self.volume[who], price=self.price[who])

    def loss(self, selected: FloatArray) -> FloatArray:
        """What each firm loses if it is selected at these prices (..., firms or 1, prices); (..., firms, prices)."""
        fall = np.maximum(0.0, self.price[:, None, :] - self.link * np.asarray(selected)[..., None])
        return np.asarray((self.volume[:, None, :] * fall).sum(axis=-1))

    def least(self, cost: FloatArray, volume: float) -> FloatArray:
        """Price at which winning ``volume`` at a unit ``cost`` (firms,) brings what is lost here, (firms,)."""
        low, high = cost, np.maximum(cost, (self.price / self.link).max(axis=1))
        for _ in range(50):
            middle = (low + high) / 2
            pays = volume * (middle - cost) >= self.loss(middle[:, None])[:, 0]
            low, high = np.where(pays, low, middle), np.where(pays, middle, high)
        return np.asarray(high)
