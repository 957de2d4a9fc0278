"""Platform: what of hospitals' purchases goes through procurement platforms, and what prices may be on them.

    online_rate   part of purchases that is made, watched and counted on the platform; the rest is bought elsewhere
    outside_cap   price of a selected product where it is not the supplier, over its selected price
    link          price of a product anywhere over the price at which it was selected somewhere, after some months
    yellow, red   price over the selected one from which a product that was not selected is marked

Example: `platform: {rule: cap, outside_cap: 1.5, online_rate: 0.95, red: 5}`.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, Literal

import numpy as np
from pydantic import model_validator

from vbp_sim.rules.arrays import FloatArray
from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.parts import Rule, param, wrong

#: weight of a yellow mark over a red one: what use loses by either is 0.3 and 1.2 on the log scale, from memory
YELLOW = 0.25


class Platform(Rule):
    """Kind: what platforms see, and which prices may stand on them."""

    kind: ClassVar[str] = "platform"

    online_rate: Portion = param(
        1.0,
        "part of purchases that goes through the platform; only that part counts in assessments",
        "share",
        "plan targets 0.9 and more for drugs; 0.9 to 0.99 are reported, no page found; 1: all",
        "M",
    )
    offline_price: float = param(
        1.05,
        "price outside the platform of products that were not selected, over their price on it",
        "x",
        "no page found",
        ge=1,
        le=10,
    )
    link: float | None = param(
        None,
        "highest price of a product anywhere over its selected price somewhere; null: prices are not linked",
        "x",
        "drive of 2024 for one price of the same name, maker, form and strength; 1.0 to 1.8",
        "S",
        ge=1,
        le=100,
    )
    link_months: int = param(
        3,
        "months after the start of supply until linked prices come down",
        "months",
        "1 to 6, no page found",
        ge=0,
        le=60,
    )
    yellow: float | None = param(
        None,
        "price over the selected one from which a product gets a yellow mark; null: none",
        "x",
        "Jiangsu 1.8; 13 of 31 provinces mark in 2026",
        "M",
        ge=1,
        le=100,
    )
    red: float | None = param(
        None,
        "price over the selected one from which a product gets a red mark; null: none",
        "x",
        "2 to 10 by province; Jiangsu 2021 to 2023: from 2 x an interview, from 10 x suspended",
        "M",
        ge=1,
        le=100,
    )

    @model_validator(mode="after")
    def marks_in_order(self) -> Platform:
        if self.yellow is not None and self.red is not None and self.yellow > self.red:
            raise wrong("yellow", f"yellow ({self.yellow:g}) lies above red ({self.red:g})")
        return self

    def marks(self, times: FloatArray) -> FloatArray:
        """Return how strongly a price is marked, same shape as ``times``, the price over the selected one: 1 red, a
        quarter yellow, else 0."""
        yellow, red = (np.inf if line is None else line for line in (self.yellow, self.red))
        return np.where(np.asarray(times) >= red, 1.0, np.where(np.asarray(times) >= yellow, YELLOW, 0.0))

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
