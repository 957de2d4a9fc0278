"""Costs anchored at earlier prices where they are known, and at the ceiling otherwise.

    generosity G         = geometric mean of ceiling / reference over the market's drugs
                           x exp(generosity_error x its standard error x z), one z for the round
    level of drug d      = ceiling / G^round_weight
    w                    = ceiling_weight x (1 - G)^fade, from 0 to 1
    anchor of drug d     = level^w x reference^(1 - w) x (firms / 4.5)^-(entry x (1 - w))
    usual cost of drug d = cost_median x anchor x level^-cheapness x (volume / 10^7)^-scale
    cost of its firm i   = usual cost x exp(drug_spread z_d + firm_spread z_i) x type

``reference`` is the geometric mean of the generics' own earlier prices, where none is known the level. Why: within a
round a drug with a low ceiling is a cheap one, but all ceilings of a round were set with one generosity, which says
nothing of costs. Against the ceiling the median bid moves from round to round, against earlier prices it does not. A
regression with effects within and between groups tells the two apart (Mundlak 1978). Ceilings far under earlier
prices were won in a tender and tell costs; ceilings near them only repeat them. So does the number of firms: a price
that was won knows who competes, a listed one does not, and firms come where a drug is cheap to make for its price.
A cheap tablet costs a larger part of its price, because filling and packing cost the same for all; large volumes cost
less per unit [B6].
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from vbp_sim.agents.firms.two_level_costs import TwoLevelCosts
from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.market import Drug, Market
from vbp_sim.scenario.parts import param
from vbp_sim.streams import Streams

#: qualified firms at which entry neither raises nor lowers the usual cost: their mean over the fitted rounds
USUAL_FIRMS = 4.5

_FIT = "fitted to the expansion and batch 2 by `vbp calibrate` (docs/calibration.md)"


class AnchoredCosts(TwoLevelCosts):
    """Costs hang on what a product and its rivals sold for before, on the ceiling, the unit price and the volume."""

    model: Literal["anchored-costs"] = "anchored-costs"  # type: ignore[assignment]
    cost_median: float = param(
        0.181,
        "median unit cost of a generic over ceiling and earlier price, at 1 yuan and 10 million units a year",
        source=_FIT,
        confidence="I",
        gt=0,
        lt=2,
    )
    ceiling_weight: float = param(
        1.73,
        "how far the ceiling, rather than earlier prices, anchors the cost, times (1 - generosity)^fade",
        "elasticity",
        _FIT,
        "I",
        ge=0,
        le=4,
    )
    fade: float = param(
        1.0,
        "how the weight of ceilings fades as they come near earlier prices; 0: not at all",
        source="held at 1, as the gap itself, in the fit on expansion and batch 2 (docs/calibration.md)",
        confidence="I",
        ge=0,
        le=5,
    )
    round_weight: Portion = param(
        1.0,
        "how far the common generosity of the market's ceilings is left out: 0 ceilings tell costs as they stand, "
        "1 only their differences between drugs do",
        "elasticity",
        _FIT,
        "I",
    )
    generosity_error: float = param(
        1.0,
        "standard errors by which the common generosity, a mean over few drugs, may be off; 0: taken as it stands",
        source="1: as the sample says",
        ge=0,
        le=5,
    )
    cheapness: Portion = param(
        0.2476, "how the cost's part of the price falls with the price of a unit", "elasticity", _FIT, "I"
    )
    scale: Portion = param(
        0.06,
        "how the unit cost falls with the drug's yearly volume",
        "elasticity",
        "assumption, 0.05 to 0.10; fitted within them (docs/calibration.md)",
        "I",
    )
    entry: float = param(
        0.41,
        "how the usual cost falls with the number of qualified firms, where earlier prices anchor it",
        "elasticity",
        _FIT,
        "I",
        ge=0,
        le=2,
    )
    drug_spread: float = param(
        0.47, "spread of costs between drugs, sd of the logarithm", source=_FIT, confidence="I", ge=0, le=2
    )
    firm_spread: float = param(
        0.344, "spread of costs between firms, sd of the logarithm", source=_FIT, confidence="I", ge=0, le=2
    )

    def _usual(self, market: Market, luck: Streams) -> Callable[[Drug, int], float]:
        """See `TwoLevelCosts`."""
        generosity, place = self._generosity(market, luck), {drug.id: d for d, drug in enumerate(market.drugs)}
        weight = min(1.0, self.ceiling_weight * max(0.0, 1 - generosity) ** self.fade)
        measure = generosity**self.round_weight

        def usual(drug: Drug, firms: int) -> float:
            volume, price = max(1.0, float(market.reported[place[drug.id]].sum())), earlier_price(market, drug)
            level = float(drug.ceiling) / measure if drug.ceiling is not None else price or self._brand(market, drug)
            crowd = (firms / USUAL_FIRMS) ** -self.entry
            anchor = level**weight * ((price or level) * crowd) ** (1 - weight)
            return float(self.cost_median * anchor * level**-self.cheapness * (volume / 1e7) ** -self.scale)

        return usual

    def _bounds(self, drug: Drug) -> tuple[float, float]:
        """See `TwoLevelCosts`: costs are no part of the ceiling."""
        return 0.0, np.inf

    def _generosity(self, market: Market, luck: Streams) -> float:
        """How far above earlier prices the market's ceilings are as a whole; 1 where no drug has both."""
        ratios = [
            np.log(float(drug.ceiling) / price)
            for drug in market.drugs
            if drug.ceiling is not None and (price := earlier_price(market, drug))
        ]
        if not ratios:
            return 1.0
        error = float(np.std(ratios, ddof=1)) / len(ratios) ** 0.5 if len(ratios) > 1 else 0.0
        off = self.generosity_error * error * float(luck.normal("firms.generosity"))
        return float(np.exp(np.mean(ratios) + off))

    def _brand(self, market: Market, drug: Drug) -> float:
        """What generics may have sold for before, by the originators' prices."""
        known = [float(p.pre_price) for p in market.products_of(drug.id) if p.pre_price is not None]
        return float(np.median(known)) / self.originator_premium if known else 1.0


def earlier_price(market: Market, drug: Drug) -> float | None:
    """Geometric mean of the generics' own earlier prices, yuan per unit; None where none is known."""
    known = [float(p.pre_price) for p in market.products_of(drug.id) if p.pre_price and not p.originator]
    return float(np.exp(np.log(known).mean())) if known else None
