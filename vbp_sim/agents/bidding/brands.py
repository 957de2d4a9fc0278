"""How a company decides about its originators: compete, quote over the ceiling, say nothing, hand the brand over.

    it stays out of drug d if  z < normal quantile of stays_out,  z = sqrt(company) z_owner + sqrt(1 - company) z_drug

z_owner is one draw for all drugs of a company in a round, so that its drugs stay out together. A brand that stays out
makes no quote or is handed to a firm that bids like a generic, both by chance; else its old price is quoted, which is
void. One that competes never goes under its earlier price times a lowest part, below which prices abroad would suffer;
where that is over the ceiling its quote is void too.
"""

from __future__ import annotations

from dataclasses import replace
from statistics import NormalDist

import numpy as np

from vbp_sim.agents.bidding.addressed import normals, uniforms
from vbp_sim.agents.bidding.case import Case
from vbp_sim.agents.bidding.elsewhere import LINKED, SOURCE
from vbp_sim.agents.bidding.interface import Bidding, Bools, Floats, Opening
from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.parts import param
from vbp_sim.streams import Streams

_NORMAL = NormalDist()
FIT = "fitted to the expansion and batch 2 by `vbp calibrate` (docs/calibration.md)"


class Brands(Bidding):
    """What originators weigh beside the tender."""

    originator_exposure: float = param(
        0.4468,
        "loss in other channels and countries per unit of price cut, originator (median)",
        "share",
        FIT,
        "I",
        ge=0,
        le=10,
    )
    originator_exposure_spread: float = param(0.8, "spread of that between firms, sd of the logarithm", ge=0, le=3)
    originator_kept: float = param(
        0.0, "net price of an originator outside over its own earlier price", "x", FIT, "I", ge=0, le=100
    )
    walk_away: float = param(
        0.1796,
        "median of the lowest price that an originator accepts, over its own earlier price",
        source=FIT,
        confidence="I",
        gt=0,
        le=1,
    )
    walk_away_spread: float = param(0.5, "spread of that price, sd of the logarithm", source=FIT, ge=0, le=3)
    stays_out: Portion = param(
        0.1445,
        "chance that an originator stays out of a drug whose ceiling would allow it to compete",
        "probability",
        FIT,
        "I",
    )
    company: Portion = param(
        0.5,
        "how far a company's drugs of one round stay out together",
        "share of the variance",
        "assumption; the originators of the expansion and batch 2 are too few to tell",
    )
    silent: Portion = param(
        0.0,
        "chance that an originator that stays out makes no quote at all",
        "probability",
        "0 of 22 in the expansion and batch 2 [ccpic]",
        "D",
    )
    handed_over: Portion = param(
        0.0,
        "chance that the company of an originator that stays out hands the brand to a firm that bids like a generic",
        "probability",
        "assumption; no case is known from the fitted rounds",
    )
    linked: Portion = param(1.0, LINKED, "share", SOURCE)

    def field(self, opening: Opening, luck: Streams) -> tuple[Opening, Bools]:
        """The opening as firms come to it, a brand that was handed over among the generics, and who of them competes
        (firms,).
        """
        brand = opening.originator
        if not brand.any():
            return opening, ~brand
        together = np.array([float(luck.normal("bidding.company", opening.round, name)) for name in opening.company])
        z = self.company**0.5 * together + (1 - self.company) ** 0.5 * normals(opening, luck, "brand")
        out = brand & np.array([_NORMAL.cdf(x) < self.stays_out for x in z.tolist()])
        handed = out & (uniforms(opening, luck, "handed-over") < self.handed_over)
        return replace(opening, originator=brand & ~handed), ~out | handed

    def lowest(self, opening: Opening, luck: Streams) -> Floats:
        """The price under which each originator does not go, yuan per unit."""
        z = normals(opening, luck, "walk-away")
        return np.asarray(opening.pre_price * self.walk_away * np.exp(self.walk_away_spread * z))

    def quoted(self, opening: Opening, bid: Floats, luck: Streams) -> Floats:
        """Bids with old prices, which are void, where there is none (nan); nan where an originator says nothing."""
        aloof = np.maximum(
            opening.pre_price * (0.85 + 0.15 * uniforms(opening, luck, "old-price")), opening.ceiling * 1.01
        )
        says_nothing = opening.originator & (uniforms(opening, luck, "silent") < self.silent)
        return np.where(np.isnan(bid), np.where(says_nothing, np.nan, aloof), bid)


def without(case: Case, winners: int) -> float:
    """What is kept, over the contract (years), of the earlier volume of a firm without which at most so many win."""
    k = max(0, min(winners, case.qualified - 1))
    return max(0.0, 1 - case.lost * case.share[k]) * case.years[max(k, 1)]
