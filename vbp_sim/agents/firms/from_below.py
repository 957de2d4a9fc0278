"""What a unit costs at the least, from what is in it: a floor under every cost that is drawn.

    floor = (strength in kg x price of the ingredient x exp(ingredient_spread z_drug) + conversion of the form) x 1.13

It binds where a model that takes costs as a part of the price would make a tablet for nothing. It holds where the
market gives form and strength. Ingredient, conversion, packing and tax as in Hill, Barber and Gotham 2018 [B6]; 0.13 is
value-added tax. It is off unless prices are given: see docs/calibration.md.

Example: `firms: {model: anchored-costs, ingredient_price: 50, conversion_oral: 0.02}`.
"""

from __future__ import annotations

import re

import numpy as np

from vbp_sim.agents.firms.interface import Firms
from vbp_sim.scenario.market import Drug
from vbp_sim.scenario.parts import param
from vbp_sim.streams import Streams

#: kilograms of the units in which strengths are given
KILOGRAMS = {"kg": 1.0, "g": 1e-3, "mg": 1e-6, "ug": 1e-9, "\u03bcg": 1e-9, "\u00b5g": 1e-9, "mcg": 1e-9}
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(kg|mg|ug|mcg|g|\u03bcg|\u00b5g)\b")
VAT = 1.13


class FromBelow(Firms):
    """Costs with a floor made of ingredient and conversion."""

    ingredient_price: float = param(
        0.0,
        "median price of active ingredient by which a floor under costs is reckoned; 0 = none",
        "yuan per kg",
        "assumption; common bulk ingredients sell for 20 to 200, potent ones for thousands",
        ge=0,
        le=1e8,
    )
    ingredient_spread: float = param(
        1.0, "spread of ingredient prices between drugs, sd of the logarithm", source="assumption", ge=0, le=4
    )
    conversion_oral: float = param(
        0.0,
        "making and packing of an oral unit at the least, before tax",
        "yuan per unit",
        "assumption: 0.02 fits, as the lowest bid for a tablet in expansion and batch 2 is 0.033 [ccpic]",
        ge=0,
        le=1e6,
    )
    conversion_injection: float = param(
        0.0,
        "making and packing of an injection at the least, before tax",
        "yuan per unit",
        "assumption: 0.2 to 0.5 is usual",
        ge=0,
        le=1e6,
    )

    def least(self, drug: Drug, luck: Streams) -> float:
        """Least cost of a unit of a drug, yuan; 0 where its form or strength is unknown."""
        mass = kilograms(drug.strength)
        if drug.kind != "drug" or mass is None:
            return 0.0
        price = self.ingredient_price * float(np.exp(self.ingredient_spread * luck.normal("firms.ingredient", drug.id)))
        conversion = self.conversion_oral if drug.form.startswith("oral") else self.conversion_injection
        return (mass * price + conversion) * VAT


def kilograms(strength: str) -> float | None:
    """Mass of active ingredient of a unit; None if the strength gives none.

    >>> kilograms("150mg+12.5mg") == 162.5e-6
    True
    """
    parts = _PART.findall(strength)
    return sum(float(number) * KILOGRAMS[unit] for number, unit in parts) if parts else None
