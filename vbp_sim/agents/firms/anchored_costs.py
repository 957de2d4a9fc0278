"""Costs anchored at earlier prices where they are known, and at the ceiling otherwise.

    anchor of drug d     = (w ceiling^-bend + (1 - w) reference^-bend)^(-1/bend)
    usual cost of drug d = cost_median x anchor x ceiling^-cheapness x (volume / 10^7)^-scale
    cost of its firm i   = usual cost x (own price / reference)^own x exp(drug_spread z_d + firm_spread z_i) x type

``reference`` is the geometric mean of the generics' own earlier prices, else the ceiling; w is ``ceiling_weight``
where a reference is known. Why: against the ceiling the median selected price moves from round to round, against the
firm's own earlier price it hardly does; a cheap tablet costs a larger part of its price, because filling and packing
cost the same for all; large volumes cost less per unit [B6].
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
        0.134,
        "median unit cost of a generic over ceiling and earlier price, at 1 yuan and 10 million units a year",
        source=_FIT,
        confidence="I",
        gt=0,
        lt=2,
    )
    ceiling_weight: float = param(
        0.3503,
        "how far the ceiling, rather than earlier prices, anchors the cost",
        unit="elasticity",
        source=_FIT,
        confidence="I",
        ge=0,
        le=1,
    )
    bend: float = param(
        0.6204,
        "weight of the lower of ceiling and earlier price: 0 geometric mean, 1 harmonic mean, large the lower alone",
        source=_FIT,
        confidence="I",
        ge=0,
        le=10,
    )
    own_weight: float = param(
        0.3188,
        "how far a firm's own earlier price tells its cost from its rivals'",
        unit="elasticity",
        source=_FIT,
        confidence="I",
        ge=0,
        le=1,
    )
    cheapness: float = param(
        0.1555,
        "how the cost's part of the price falls with the price of a unit",
        unit="elasticity",
        source=_FIT,
        confidence="I",
        ge=0,
        le=1,
    )
    scale: float = param(
        0.0748,
        "how the unit cost falls with the drug's yearly volume",
        unit="elasticity",
        source="assumption, 0.05 to 0.10; fitted within them (docs/calibration.md)",
        confidence="I",
        ge=0,
        le=1,
    )
    drug_spread: float = param(
        0.4699, "spread of costs between drugs, sd of the logarithm", source=_FIT, confidence="I", ge=0, le=2
    )
    firm_spread: float = param(
        0.2734, "spread of costs between firms, sd of the logarithm", source=_FIT, confidence="I", ge=0, le=2
    )

    def products(self, market: Market, luck: Streams) -> Products:
        """See `Firms.products`; a cost that the market gives stays."""
        filled = super().products(market, luck)
        usual = np.array([self._usual(market, d, drug) for d, drug in enumerate(market.drugs)])
        reference = np.array([self._reference(market, drug) for drug in market.drugs])
        known = _known_prices(market, filled)
        generic = ~filled.originator & ~np.isnan(known)
        own = np.where(generic, known / reference[filled.drug], 1.0) ** self.own_weight
        anchored = filled.cost * usual[filled.drug] * own
        given = _given(market, filled)
        return replace(filled, cost=np.where(np.isnan(given), anchored, given))

    def _usual(self, market: Market, d: int, drug: Drug) -> float:
        reference, volume = self._reference(market, drug), max(1.0, float(market.reported[d].sum()))
        ceiling = float(drug.ceiling) if drug.ceiling is not None else reference
        anchor = mean_of_powers(ceiling, reference, self.ceiling_weight, -self.bend)
        return float(self.cost_median * anchor * ceiling**-self.cheapness * (volume / 1e7) ** -self.scale)

    def _reference(self, market: Market, drug: Drug) -> float:
        """Usual earlier price of the drug's generics, yuan per unit."""
        known = [p for p in market.products_of(drug.id) if p.pre_price is not None]
        generic = [float(p.pre_price) for p in known if not p.originator and p.pre_price]
        brand = [float(p.pre_price) for p in known if p.originator and p.pre_price]
        if generic:
            return float(np.exp(np.log(generic).mean()))
        if drug.ceiling is not None:
            return float(drug.ceiling)
        return float(np.median(brand)) / self.originator_premium if brand else 1.0

    def _cost(self, drug: Drug, product: Product, luck: Streams) -> float:
        """A firm's cost over the usual cost of its drug."""
        z_drug = float(luck.normal("firms.cost-drug", drug.id))
        z_firm = float(luck.normal("firms.cost", drug.id, product.manufacturer))
        factor = float(np.exp(self.drug_spread * z_drug + self.firm_spread * z_firm))
        if product.originator:
            return factor * self.originator_factor
        return factor * self.own_api_factor if self._own_api(product, luck) else factor


def mean_of_powers(a: float, b: float, weight: float, power: float) -> float:
    """Weighted power mean of two prices; power 0 is the geometric mean, -1 the harmonic one."""
    if abs(power) < 1e-9:
        return float(a**weight * b ** (1 - weight))
    return float((weight * a**power + (1 - weight) * b**power) ** (1 / power))


def _known_prices(market: Market, filled: Products) -> Floats:
    prices = {(p.drug, p.manufacturer): float(p.pre_price) for p in market.products if p.pre_price is not None}
    return _looked_up(market, filled, prices)


def _given(market: Market, filled: Products) -> Floats:
    costs = {(p.drug, p.manufacturer): float(p.cost) for p in market.products if p.cost is not None}
    return _looked_up(market, filled, costs)


def _looked_up(market: Market, filled: Products, values: dict[tuple[str, str], float]) -> Floats:
    keys = zip(filled.drug.tolist(), filled.manufacturer, strict=True)
    return np.array([values.get((market.drugs[d].id, m), np.nan) for d, m in keys])
