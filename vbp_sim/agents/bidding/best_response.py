"""Best response to a belief about rivals: the recommended model of bidders who think.

    rivals' bids ~ median exp(spread z)
    median       = usual cost of the drug's generics x (1 + belief_markup) x exp(belief_error z_i)
    chance of b  ~ exp(payoff(b) / (noise x best payoff)) in the logarithm of b, on a grid with 0.5 and 1 of the ceiling

A firm that would gain less than ``lazy`` of its payoff by bidding below the ceiling bids the ceiling. A firm whose
cost exceeds the ceiling quotes its old price, which is void. A maverick buys volume below its cost, unless bidders
must state that they do not. Originators weigh the same payoff with a large outside market, and may stay out
(`brands`). An offered price is taken if it leaves a margin and pays better than to go without. Where prices elsewhere
are linked to the selected one, what a firm loses there counts too, and who would lose by every bid makes none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from vbp_sim.agents.bidding.addressed import normals, uniforms
from vbp_sim.agents.bidding.beliefs import MEDIANS, Belief, Believed, believed_payoffs
from vbp_sim.agents.bidding.brands import FIT, Brands, without
from vbp_sim.agents.bidding.capacity import with_burdens
from vbp_sim.agents.bidding.case import Case, case_of
from vbp_sim.agents.bidding.interface import Bools, Conditions, Floats, Opening
from vbp_sim.agents.bidding.past import usual_cost
from vbp_sim.agents.bidding.payoffs import GRID, Payoffs, Stakes, soft
from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.parts import param
from vbp_sim.streams import Streams


class BestResponse(Brands):
    """Every firm bids what pays best against the rivals that it expects, under the rules as they are."""

    model: Literal["best-response"] = "best-response"
    belief_markup: float = param(
        0.7934,
        "what firms expect rivals to add to the usual cost (median)",
        "share of the unit cost",
        FIT,
        "I",
        ge=-0.5,
        le=20,
    )
    belief_spread: float = param(
        0.3, "spread of rivals' bids as firms expect it, sd of the logarithm", source=FIT, confidence="I", gt=0, le=3
    )
    belief_error: float = param(
        0.361, "spread of the expected level between firms, sd of the logarithm", source=FIT, confidence="I", ge=0, le=3
    )
    focal: Portion = param(
        0.2, "part of the rivals expected to aim just under the cut that the rules guarantee", "share", FIT, "I"
    )
    originator_threat: Portion = param(
        0.7,
        "chance, as rivals see it, that an originator bids like a generic rather than the ceiling",
        "probability",
        FIT,
        "I",
    )
    noise: float = param(
        0.2647,
        "how far firms miss the best bid: a bid that pays this part less is e times rarer",
        "share of the payoff",
        FIT,
        "I",
        ge=0,
        le=2,
    )
    lazy: Portion = param(0.01, "gain over bidding the ceiling that is not worth the trouble", "share of the payoff")
    rounding: float = param(
        0.03,
        "bids end up to this far under the best point: prices per pack are rounded down",
        "share of the bid",
        ge=0,
        le=0.5,
    )
    aloof: Portion = param(
        0.03,
        "chance that a generic does not compete and quotes its old price",
        "probability",
        "6 of 218 generic bids of the expansion and batch 2 lie more than 5 % over the ceiling [ccpic]",
        "D",
    )
    maverick: Portion = param(0.0402, "chance that a generic buys volume below its cost", "probability", FIT, "I")
    maverick_depth: float = param(0.5, "lowest bid of a maverick over its cost", "share", gt=0, le=1)
    generic_exposure: float = param(
        0.0233, "loss in other channels per unit of price cut, generic", "share", FIT, "I", ge=0, le=10
    )
    generic_kept: float = param(
        0.1048, "net price of a generic outside the tender over the ceiling", "x", FIT, "I", ge=0, le=100
    )
    offer_margin: float = param(
        0.0,
        "least margin over the price that an offered price must leave",
        "share of the price",
        "assumption, 0 to 0.3; no offer was made in the fitted rounds",
        ge=0,
        lt=1,
    )
    lost: float = param(
        0.875,
        "volume that a non-selected product loses per unit of guaranteed share",
        source="use of non-selected products -62 % [B1] at shares of about 0.7",
        confidence="I",
        ge=0,
        le=2,
    )
    shared_capacity: float | None = param(
        None,
        "part of its plant that a firm lets all its drugs of a round promise; null: each drug has a plant of its own",
        "share",
        gt=0,
        le=100,
    )
    risk_aversion: float = param(
        0.0,
        "how much firms fear that costs change: they count 1/2 aversion x risk^2 x years on top of the unit cost",
        "-",
        "assumption; frameworks of long terms with uncertain cost raise bids [B13]",
        ge=0,
        le=100,
    )
    cost_risk: float = param(0.15, "spread by which unit costs change in a year, sd of the logarithm", ge=0, le=2)
    draws: int = param(160, "drawn sets of rivals behind an expected payoff", "draws", ge=16, le=2000)

    def round(self, openings: Sequence[Opening], luck: Streams) -> list[Floats]:
        """See `Bidding.round`: a firm with one plant for several drugs weighs where to use it."""
        if self.shared_capacity is None:
            return super().round(openings, luck)
        found = with_burdens(openings, lambda o: self.expected(o, self.bids(o, luck), luck), self.shared_capacity)
        return super().round(found, luck)

    def bids(self, opening: Opening, luck: Streams) -> Floats:
        """See `Bidding.bids`: every draw is addressed by round, drug and firm."""
        opening, competes = self.field(opening, luck)
        case = self.case(opening)
        cost = (opening.cost if opening.burden is None else opening.cost + opening.burden) / opening.ceiling
        generic = ~opening.originator
        level = self._levels(opening, luck)
        best = np.ones(len(cost))
        stakes = self._stakes(opening, luck)
        for who in (generic, opening.originator):
            if who.any():
                best[who] = self._best(opening, luck, case, cost[who], level[who], stakes, who)
        rounded = np.where(best < 1, 1 - self.rounding * uniforms(opening, luck, "rounding"), 1.0)
        bid = np.where(cost > 1, np.nan, np.maximum(best * rounded, np.minimum(cost, best))) * opening.ceiling
        bid = np.where(generic, self._generic(opening, bid, luck), self._originator(opening, bid, luck))
        return self.quoted(opening, np.where(competes, bid, np.nan), luck)

    def accepts(self, opening: Opening, offers: Floats, luck: Streams) -> Bools:
        """A firm accepts what leaves it a margin, an originator nothing that it would walk away from, and nobody what
        pays less than to go without: at an offered price it is the last of as many winners as there can be.
        """
        opening, _ = self.field(opening, luck)
        case, stakes, price = self.case(opening), self._stakes(opening, luck), offers / opening.ceiling
        cost, last = opening.cost / opening.ceiling, self._last(opening)
        taken = case.volume[last][last - 1] * case.years[last] * (price - cost)
        taken -= stakes.market * stakes.exposure * (1 - price)
        if stakes.elsewhere is not None:
            taken -= stakes.elsewhere.loss(price[:, None])[:, 0]
        enough = taken >= aside(case, last, cost, stakes)
        floor = np.where(opening.originator, self.lowest(opening, luck), 0.0)
        margin = offers * (1 - self.offer_margin) >= opening.cost
        return np.asarray((offers > 0) & (offers >= floor) & margin & enough, dtype=np.bool_)

    def _levels(self, opening: Opening, luck: Streams) -> Floats:
        """What each firm expects rivals to bid, over the ceiling: the usual cost, known to the trade, and a markup."""
        usual = usual_cost(opening.cost / opening.ceiling, opening.originator)
        error = np.exp(self.belief_error * normals(opening, luck, "belief"))
        return np.asarray(usual * (1 + self.belief_markup) * error)

    def expected(self, opening: Opening, bids: Floats, luck: Streams) -> Floats:
        """Units per year that each firm expects to win with these bids (yuan); none with a void one."""
        case, level = self.case(opening), self._levels(opening, luck)
        over, won = bids / opening.ceiling, np.zeros(len(bids))
        for who in (~opening.originator, opening.originator):
            if who.any():
                yearly = self.prospects(opening, case, level[who], who).yearly
                won[who] = [np.interp(b, GRID, row) for b, row in zip(over[who], yearly, strict=True)]
        return np.where(over <= 1, won, 0.0) * needed(opening).reported

    def _best(
        self,
        opening: Opening,
        luck: Streams,
        case: Case,
        cost: Floats,
        level: Floats,
        stakes: Stakes,
        who: Bools,
    ) -> Floats:
        """Best bids of generics or of originators over the ceiling."""
        own = stakes.of(who)
        worth = self.prospects(opening, case, level, who).utility(cost, own)
        worth = np.where(np.minimum(cost[:, None], 1.0) <= GRID, worth, -np.inf)
        top = worth.max(axis=1)
        best = soft(worth, self.noise, uniforms(opening, luck, "choice")[who])
        best = np.where(top - worth[:, -1] <= self.lazy * np.abs(top), 1.0, best)
        if own.elsewhere is None:
            return best
        return np.where(top < aside(case, self._last(opening), cost, own), np.nan, best)

    def _last(self, opening: Opening) -> int:
        """As many winners as there can be."""
        return max(1, min(opening.winners, len(opening.cost)))

    def prospects(self, opening: Opening, case: Case, level: Floats, who: Bools) -> Payoffs:
        """What each bid brings generics or originators (``who``) that expect rivals at ``level`` (firms,)."""
        table = Payoffs(*believed_payoffs(Believed(case, self.belief, self.brands_met(opening, who))))
        place = np.interp(np.log(level), np.log(MEDIANS), np.arange(len(MEDIANS)))
        lower = np.minimum(place.astype(np.intp), len(MEDIANS) - 2)
        return table.at(lower.astype(np.float64), place - lower)

    def brands_met(self, opening: Opening, who: Bools) -> int:
        """How many originators each of ``who`` (one kind) has against it."""
        return int(opening.originator.sum()) - bool(opening.originator[who].any())

    def case(self, opening: Opening) -> Case:
        """The opening as solvers see it."""
        return case_of(needed(opening), opening.ceiling, len(opening.cost), self.lost)

    @property
    def belief(self) -> Belief:
        """What a firm believes of its rivals but for their level."""
        return Belief(self.belief_spread, self.focal, self.originator_threat, self.draws)

    @property
    def risk(self) -> float:
        """What a year of the contract adds to the unit cost, as a share, for fear that costs change."""
        return self.risk_aversion * self.cost_risk**2 / 2

    def _stakes(self, opening: Opening, luck: Streams) -> Stakes:
        brand, elsewhere = opening.originator, opening.elsewhere
        if elsewhere is not None:
            years = self.case(opening).years[self._last(opening)]
            elsewhere = elsewhere.over(opening.ceiling, needed(opening).reported, years, self.linked)
        spread = np.exp(self.originator_exposure_spread * normals(opening, luck, "exposure"))
        return Stakes(
            market=opening.pre_share,
            exposure=np.where(brand, self.originator_exposure * spread, self.generic_exposure),
            kept=np.where(brand, self.originator_kept * opening.pre_price / opening.ceiling, self.generic_kept),
            risk=self.risk,
            elsewhere=elsewhere,
        )

    def _generic(self, opening: Opening, bid: Floats, luck: Streams) -> Floats:
        """Bids of generics with those that stand aloof and those that buy volume."""
        barred = bool(getattr(needed(opening).rules.entry, "below_cost_statement", False))
        buys = (uniforms(opening, luck, "maverick") < self.maverick) & (not barred)
        depth = self.maverick_depth + (1 - self.maverick_depth) * uniforms(opening, luck, "depth")
        bid = np.where(buys, np.minimum(opening.cost * depth, opening.ceiling), bid)
        return np.where(uniforms(opening, luck, "aloof") < self.aloof, np.nan, bid)

    def _originator(self, opening: Opening, bid: Floats, luck: Streams) -> Floats:
        """Bids of originators, never under the price from which they walk away; nan where that is over the ceiling."""
        floor = self.lowest(opening, luck)
        return np.where(floor <= opening.ceiling, np.maximum(bid, floor), np.nan)


def needed(opening: Opening) -> Conditions:
    """The tender document of an opening; without one a firm cannot weigh the rules."""
    if opening.conditions is None:
        raise ValueError(f"the opening of '{opening.drug}' has no conditions to respond to")
    return opening.conditions


def aside(case: Case, winners: int, cost: Floats, stakes: Stakes) -> Floats:
    """What firms keep that are not selected where so many others are, over the contract, (firms,)."""
    return np.asarray(stakes.market * without(case, winners) * np.maximum(0.0, stakes.kept - cost))
