"""How a company decides about its originators: compete, quote over the ceiling, say nothing, hand the brand over.

    gain of drug d   = (best payoff - what staying out keeps) / sales of the brand before, over the contract
    it competes if     ln(gain / hurdle) > hurdle_spread z,   z = sqrt(company) z_owner + sqrt(1 - company) z_drug

A brand that would gain little beside what it sells today stays out, because its price is seen elsewhere; z_owner is
one draw for all drugs of a company in a round, so that its drugs stay out together. What it does then: by chance it
makes no quote, or hands the brand to a firm that bids like a generic; else it quotes its old price, which is void.
One that competes never goes under its earlier price times a lowest part, below which prices abroad would suffer.
"""

from __future__ import annotations

import numpy as np

from vbp_sim.agents.bidding.addressed import normals, uniforms
from vbp_sim.agents.bidding.case import Case
from vbp_sim.agents.bidding.interface import Bidding, Bools, Floats, Opening
from vbp_sim.scenario.parts import param
from vbp_sim.streams import Streams

FIT = "fitted to the expansion and batch 2 by `vbp calibrate` (docs/calibration.md)"


class Brands(Bidding):
    """What originators weigh beside the tender."""

    originator_exposure: float = param(
        0.4468,
        "loss in other channels and countries per unit of price cut, originator (median)",
        unit="share",
        source=FIT,
        confidence="I",
        ge=0,
        le=10,
    )
    originator_exposure_spread: float = param(0.8, "spread of that between firms, sd of the logarithm", ge=0, le=3)
    originator_kept: float = param(
        0.0,
        "net price of an originator outside over its own earlier price",
        unit="x",
        source=FIT,
        confidence="I",
        ge=0,
        le=100,
    )
    walk_away: float = param(
        0.2031,
        "median of the lowest price that an originator accepts, over its own earlier price",
        source=FIT,
        confidence="I",
        gt=0,
        le=1,
    )
    walk_away_spread: float = param(0.5, "spread of that price, sd of the logarithm", source=FIT, ge=0, le=3)
    hurdle: float = param(
        0.0,
        "gain over the brand's earlier sales for which half of the originators compete; 0: all do",
        unit="share of the sales",
        source=FIT,
        confidence="I",
        ge=0,
        le=10,
    )
    hurdle_spread: float = param(
        1.5, "spread of that between brands, sd of the logarithm", source=FIT, confidence="I", ge=0, le=5
    )
    company: float = param(
        0.5,
        "part of that spread that a company's drugs of one round share",
        unit="share of the variance",
        source="assumption; the originators of the expansion and batch 2 are too few to tell",
        ge=0,
        le=1,
    )
    silent: float = param(
        0.0,
        "chance that an originator that stays out makes no quote at all",
        unit="probability",
        source="0 of 22 in the expansion and batch 2 [ccpic]",
        confidence="D",
        ge=0,
        le=1,
    )
    handed_over: float = param(
        0.0,
        "chance that the company of an originator that stays out hands the brand to a firm that bids like a generic",
        unit="probability",
        source="assumption; no case is known from the fitted rounds",
        ge=0,
        le=1,
    )

    def competing(self, opening: Opening, luck: Streams, gain: Floats) -> Bools:
        """Which firms (all of the opening) compete for this ``gain`` (firms,) over their earlier sales."""
        if self.hurdle == 0:
            return np.ones(len(gain), dtype=np.bool_)
        together = np.array([float(luck.normal("bidding.company", opening.round, c)) for c in opening.company])
        z = self.company**0.5 * together + (1 - self.company) ** 0.5 * normals(opening, luck, "brand")
        return np.asarray(np.log(np.maximum(gain, 1e-12) / self.hurdle) > self.hurdle_spread * z)

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


def without(case: Case, winners: int) -> tuple[float, float]:
    """If others win, at most ``winners``: what an equal earlier share keeps of its volume over the contract (years),
    and the years of the contract.
    """
    k = max(0, min(winners, case.qualified - 1))
    years = case.years[max(k, 1)]
    return max(0.0, 1 - case.lost * case.share[k]) * years, years
