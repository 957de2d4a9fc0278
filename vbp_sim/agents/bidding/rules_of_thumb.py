"""Rules of thumb, fitted roughly to the real bids of the 2019 expansion.

A generic counts its serious rivals: other generics, and originators that the ceiling does not scare away. If there are
no more bidders than winners, nobody can lose, and it bids a little under the ceiling. Otherwise it bids its cost plus a
markup; but the only generic of a drug may hold out, because without an award it keeps selling at its old price. An
originator takes part only if the ceiling is not too far below its own earlier price, because a low price here is seen
elsewhere; else it quotes its old price, which is void. What the fit is based on: docs/calibration.md.

Nobody goes under the price at which an equal share of the guaranteed volume brings what linked prices cost elsewhere
(`Elsewhere`); a firm for which that is over the ceiling stays out.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from vbp_sim.agents.bidding.addressed import normals, uniforms
from vbp_sim.agents.bidding.case import case_of
from vbp_sim.agents.bidding.elsewhere import LINKED, SOURCE
from vbp_sim.agents.bidding.interface import Bidding, Bools, Floats, Opening
from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.parts import param
from vbp_sim.streams import Streams

_FIT = "fitted by hand to the 102 bids of the 2019 expansion (docs/calibration.md)"


class RulesOfThumb(Bidding):
    """Ceiling-minus where nobody can lose, cost-plus where somebody must; originators hold their price."""

    model: Literal["rules-of-thumb"] = "rules-of-thumb"
    safe_discount: Portion = param(
        0.025,
        "mean discount under the ceiling, for each serious rival, where there are no more rivals than winners",
        "share of the ceiling",
        _FIT,
        "I",
    )
    hungry: Portion = param(
        0.06, "chance that a firm bids cost-plus although nobody can lose", "probability", _FIT, "I"
    )
    markup: float = param(
        2.4,
        "median markup of a cost-plus bid if there are as many winners as bidders",
        "share of the unit cost",
        _FIT,
        "I",
        ge=0,
        le=20,
    )
    rivalry: float = param(
        0.7,
        "how the markup falls with bidders per winner: markup x (winners / bidders) ^ rivalry",
        "elasticity",
        _FIT,
        "I",
        ge=0,
        le=3,
    )
    markup_spread: float = param(0.5, "spread of the markup, sd of the logarithm", source=_FIT, ge=0, le=3)
    hold_out: Portion = param(
        0.5,
        "chance that the only generic of a drug bids near the ceiling and refuses any lower price",
        "probability",
        "6 of the 14 pilot drugs with one generic failed; not all that hold out do (docs/calibration.md)",
        "I",
    )
    walk_away: float = param(
        0.32,
        "median of the lowest price that an originator accepts, over its own earlier price",
        source=_FIT,
        confidence="I",
        gt=0,
        le=1,
    )
    walk_away_spread: float = param(0.5, "spread of that price, sd of the logarithm", source=_FIT, ge=0, le=3)
    originator_discount: Portion = param(
        0.06, "mean discount under the ceiling of an originator that takes part", "share of the ceiling", _FIT, "I"
    )

    maverick: Portion = param(0.0, "chance that a generic buys volume below its cost", "probability")
    maverick_depth: float = param(0.5, "lowest bid of a maverick over its cost", "share", gt=0, le=1)
    linked: Portion = param(1.0, LINKED, "share", SOURCE)

    def bids(self, opening: Opening, luck: Streams) -> Floats:
        """See `Bidding.bids`: draws are addressed by round, drug and firm; a generic never bids below its cost."""
        contested = self._bidders(opening) > opening.winners
        eager = (uniforms(opening, luck, "hungry") < self.hungry) | contested
        bold = eager & ~self._holds_out(opening, luck)
        generic = np.where(bold, self._markup_bid(opening, luck), self._safe_bid(opening, luck))
        least = np.maximum(opening.cost, self._reserve(opening))
        generic = np.where(least > opening.ceiling, np.nan, np.maximum(generic, least))
        generic = np.where(self._buys(opening, luck), self._below_cost(opening, luck), generic)
        return np.where(opening.originator, self._originator_bid(opening, luck), generic)

    def accepts(self, opening: Opening, offers: Floats, luck: Streams) -> Bools:
        """A generic accepts what covers its cost unless it holds out; an originator what it would not refuse."""
        floor = np.where(opening.originator, self._floor(opening, luck), opening.cost)
        floor = np.maximum(floor, self._reserve(opening))
        willing = ~self._holds_out(opening, luck)
        return np.asarray((offers > 0) & (offers >= floor) & willing, dtype=np.bool_)

    def _reserve(self, opening: Opening) -> Floats:
        """Price under which winning costs each firm more by linked prices than it brings, yuan; 0 = none are linked."""
        if opening.elsewhere is None or opening.conditions is None:
            return np.zeros_like(opening.cost)
        qualified = len(opening.cost)
        case = case_of(opening.conditions, opening.ceiling, qualified, 0.0, scaled=False)
        winners = max(1, min(opening.winners, qualified))
        elsewhere = opening.elsewhere.over(1.0, opening.conditions.reported, case.years[winners], self.linked)
        return elsewhere.least(opening.cost, sum(case.volume[winners]) / winners * case.years[winners])

    def _buys(self, opening: Opening, luck: Streams) -> Bools:
        """Who buys volume below cost: nobody where bidders must state that they do not."""
        rules = opening.conditions.rules if opening.conditions is not None else None
        barred = rules is not None and bool(getattr(rules.entry, "below_cost_statement", False))
        return np.asarray((uniforms(opening, luck, "maverick") < self.maverick) & (not barred))

    def _below_cost(self, opening: Opening, luck: Streams) -> Floats:
        depth = self.maverick_depth + (1 - self.maverick_depth) * uniforms(opening, luck, "depth")
        return np.asarray(np.minimum(opening.cost * depth, opening.ceiling))

    def _bidders(self, opening: Opening) -> int:
        """Generics, and originators whose usual lowest price lies within the ceiling."""
        tempted = opening.originator & (opening.pre_price * self.walk_away <= opening.ceiling)
        return int((~opening.originator | tempted).sum())

    def _holds_out(self, opening: Opening, luck: Streams) -> Bools:
        only = int((~opening.originator).sum()) == 1
        return ~opening.originator & only & (uniforms(opening, luck, "hold-out") < self.hold_out)

    def _safe_bid(self, opening: Opening, luck: Streams) -> Floats:
        discount = self.safe_discount * (self._bidders(opening) - 1) * -np.log(uniforms(opening, luck, "discount"))
        return np.asarray(opening.ceiling * np.clip(1 - discount, 0.05, 1.0))

    def _markup_bid(self, opening: Opening, luck: Streams) -> Floats:
        room = min(1.0, opening.winners / max(1, self._bidders(opening)))
        markup = self.markup * room**self.rivalry * np.exp(self.markup_spread * normals(opening, luck, "markup"))
        return np.asarray(np.minimum(opening.ceiling, opening.cost * (1 + markup)))

    def _floor(self, opening: Opening, luck: Streams) -> Floats:
        z = normals(opening, luck, "walk-away")
        return np.asarray(opening.pre_price * self.walk_away * np.exp(self.walk_away_spread * z))

    def _originator_bid(self, opening: Opening, luck: Streams) -> Floats:
        floor = np.maximum(self._floor(opening, luck), self._reserve(opening))
        discount = self.originator_discount * -np.log(uniforms(opening, luck, "discount"))
        inside = np.minimum(opening.ceiling, np.maximum(floor, opening.ceiling * (1 - discount)))
        aloof = opening.pre_price * (0.85 + 0.15 * uniforms(opening, luck, "old-price"))
        return np.where(floor <= opening.ceiling, inside, aloof)
