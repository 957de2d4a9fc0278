"""Costs anchored at earlier prices where they are known, and at the ceiling otherwise.

    generosity G         = geometric mean of ceiling / reference over the market's drugs, to the power round_weight
    level of drug d      = ceiling / G
    anchor of drug d     = level^w x reference^(1 - w)
    usual cost of drug d = cost_median x anchor x level^-cheapness x (volume / 10^7)^-scale
    cost of its firm i   = usual cost x exp(drug_spread z_d + firm_spread z_i) x type

``reference`` is the geometric mean of the generics' own earlier prices, where none is known the level; w is
``ceiling_weight``. Why: within a round a drug with a low ceiling is a cheap one, but all ceilings of a round were set
with one generosity, which says nothing of costs. Against the ceiling the median bid moves from round to round, against
earlier prices it does not. A regression with effects within and between groups tells the two apart (Mundlak 1978).
A cheap tablet costs a larger part of its price, because filling and packing cost the same for all; large volumes cost
less per unit [B6].
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from vbp_sim.agents.firms.interface import Floats, Products
from vbp_sim.agents.firms.two_level_costs import TwoLevelCosts
from vbp_sim.scenario.market import Drug, Market, Product
from vbp_sim.scenario.parts import param
from vbp_sim.streams import Streams

_FIT = "fitted to the expansion and batch 2 by `vbp calibrate` (docs/calibration.md)"


class AnchoredCosts(TwoLevelCosts):
    """Costs hang on what a product and its rivals sold for before, on the ceiling, the unit price and the volume."""

    model: Literal["anchored-costs"] = "anchored-costs"  # type: ignore[assignment]
    cost_median: float = param(
        0.1789,
        "median unit cost of a generic over ceiling and earlier price, at 1 yuan and 10 million units a year",
        source=_FIT,
        confidence="I",
        gt=0,
        lt=2,
    )
    ceiling_weight: float = param(
        0.9152,
        "how far the ceiling, rather than earlier prices, anchors the cost",
        unit="elasticity",
        source=_FIT,
        confidence="I",
        ge=0,
        le=1,
    )
    round_weight: float = param(
        1.0,
        "how far the common generosity of the market's ceilings is left out: 0 ceilings tell costs as they stand, "
        "1 only their differences between drugs do",
        unit="elasticity",
        source=_FIT,
        confidence="I",
        ge=0,
        le=1,
    )
    cheapness: float = param(
        0.2486,
        "how the cost's part of the price falls with the price of a unit",
        unit="elasticity",
        source=_FIT,
        confidence="I",
        ge=0,
        le=1,
    )
    scale: float = param(
        0.06,
        "how the unit cost falls with the drug's yearly volume",
        unit="elasticity",
        source="assumption, 0.05 to 0.10; fitted within them (docs/calibration.md)",
        confidence="I",
        ge=0,
        le=1,
    )
    drug_spread: float = param(
        0.4668, "spread of costs between drugs, sd of the logarithm", source=_FIT, confidence="I", ge=0, le=2
    )
    firm_spread: float = param(
        0.3455, "spread of costs between firms, sd of the logarithm", source=_FIT, confidence="I", ge=0, le=2
    )

    def products(self, market: Market, luck: Streams) -> Products:
        """See `Firms.products`; a cost that the market gives stays."""
        filled = super().products(market, luck)
        generosity = self._generosity(market)
        usual = np.array([self._usual(market, d, generosity) for d in range(len(market.drugs))])
        given = _given(market, filled)
        return replace(filled, cost=np.where(np.isnan(given), filled.cost * usual[filled.drug], given))

    def _usual(self, market: Market, d: int, generosity: float) -> float:
        """Usual cost of the drug's generics, yuan per unit."""
        drug, volume = market.drugs[d], max(1.0, float(market.reported[d].sum()))
        price = _earlier_price(market, drug)
        level = float(drug.ceiling) / generosity if drug.ceiling is not None else price or self._brand(market, drug)
        anchor = level**self.ceiling_weight * (price or level) ** (1 - self.ceiling_weight)
        return float(self.cost_median * anchor * level**-self.cheapness * (volume / 1e7) ** -self.scale)

    def _generosity(self, market: Market) -> float:
        """How far above earlier prices the market's ceilings are as a whole; 1 where no drug has both."""
        ratios = [
            np.log(float(drug.ceiling) / price)
            for drug in market.drugs
            if drug.ceiling is not None and (price := _earlier_price(market, drug))
        ]
        return float(np.exp(self.round_weight * np.mean(ratios))) if ratios else 1.0

    def _brand(self, market: Market, drug: Drug) -> float:
        """What generics may have sold for before, by the originators' prices."""
        known = [float(p.pre_price) for p in market.products_of(drug.id) if p.pre_price is not None]
        return float(np.median(known)) / self.originator_premium if known else 1.0

    def _cost(self, drug: Drug, product: Product, luck: Streams) -> float:
        """A firm's cost over the usual cost of its drug."""
        z_drug = float(luck.normal("firms.cost-drug", drug.id))
        z_firm = float(luck.normal("firms.cost", drug.id, product.manufacturer))
        factor = float(np.exp(self.drug_spread * z_drug + self.firm_spread * z_firm))
        if product.originator:
            return factor * self.originator_factor
        return factor * self.own_api_factor if self._own_api(product, luck) else factor


def _earlier_price(market: Market, drug: Drug) -> float | None:
    """Geometric mean of the generics' own earlier prices, yuan per unit; None where none is known."""
    known = [float(p.pre_price) for p in market.products_of(drug.id) if p.pre_price and not p.originator]
    return float(np.exp(np.log(known).mean())) if known else None


def _given(market: Market, filled: Products) -> Floats:
    """Costs that the market gives, per product; nan elsewhere."""
    costs = {(p.drug, p.manufacturer): float(p.cost) for p in market.products if p.cost is not None}
    keys = zip(filled.drug.tolist(), filled.manufacturer, strict=True)
    return np.array([costs.get((market.drugs[d].id, m), np.nan) for d, m in keys])
