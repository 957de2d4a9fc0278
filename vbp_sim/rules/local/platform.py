"""Platform: what provincial procurement platforms allow a price to be.

Example: `platform: {rule: cap, outside_cap: 1.5}`.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, Literal

import numpy as np

from vbp_sim.rules.arrays import FloatArray
from vbp_sim.scenario.parts import Rule, param


class Platform(Rule):
    """Kind: which prices may stand on a platform."""

    kind: ClassVar[str] = "platform"

    @abstractmethod
    def outside_price(self, selected_price: FloatArray, highest_selected: FloatArray) -> FloatArray:
        """Return the highest price of a selected product where it is not the supplier, yuan per unit, same
        shape; infinite where there is no limit.

        ``selected_price`` is its own, ``highest_selected`` the drug's highest selected price.
        """


class Cap(Platform):
    """A multiple of the product's own selected price, or the drug's highest selected price if that is more."""

    rule: Literal["cap"] = "cap"
    outside_cap: float | None = param(
        None,
        "highest price outside the supply province over the price inside; null: no limit",
        "x",
        "[E5]: 1.5 with batches 8 and 9, encouraged before",
        "S",
        ge=1,
        le=100,
    )

    def outside_price(self, selected_price: FloatArray, highest_selected: FloatArray) -> FloatArray:
        """See `Platform.outside_price`."""
        cap = np.inf if self.outside_cap is None else self.outside_cap
        return np.maximum(cap * np.asarray(selected_price), highest_selected)
