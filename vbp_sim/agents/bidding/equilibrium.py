"""Equilibrium: every generic bids best against rivals who do the same, under the rules as they are.

Costs are log-normal around the usual cost of the drug's generics, who take originators to sit at the ceiling;
originators respond best to the generics. Mavericks and those who stand aloof are as in `best_response`. A case is
solved once (`solve.equilibrium`) and kept on disk (`store`); if its regret is too large, the run is refused.
``solver: closed`` takes the closed form instead, which sees places, shares and years but no ratio, guarantee or
revival.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist
from typing import Literal

import numpy as np
from pydantic import model_validator

from vbp_sim.agents.bidding.addressed import uniforms
from vbp_sim.agents.bidding.best_response import BestResponse
from vbp_sim.agents.bidding.case import Case, most_winners
from vbp_sim.agents.bidding.closed_form import closed_form
from vbp_sim.agents.bidding.interface import Bools, Floats, Opening
from vbp_sim.agents.bidding.past import usual_cost
from vbp_sim.agents.bidding.payoffs import Payoffs, Stakes
from vbp_sim.agents.bidding.solve import LEVELS, Game, Meeting, equilibrium, met_payoffs
from vbp_sim.errors import RunError
from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.parts import param, wrong
from vbp_sim.streams import Streams

#: regret that is aimed at, however much more is accepted
AIM = 0.03
#: parameters that move nothing, by solver: play believes what firms do, the closed form has neither regret nor outside
UNREAD = {
    "play": ("belief_markup", "belief_spread", "belief_error", "focal", "originator_threat", "limit_price"),
    "closed": ("generic_market", "generic_exposure", "generic_kept", "regret_limit"),
}
#: quantiles of costs that are solved for
TYPES = 16
#: usual costs over the ceiling that are solved for: each is this many times the one before
STEP = 1.5


class Equilibrium(BestResponse):
    """Bids from which nobody gains by departing, with the regret measured."""

    model: Literal["equilibrium"] = "equilibrium"  # type: ignore[assignment]
    solver: Literal["play", "closed"] = param("play", "fictitious play with its regret, or the closed form")
    cost_spread: float = param(
        0.38, "spread of costs between firms as the trade knows it, sd of the logarithm", ge=0.01, le=2
    )
    generic_market: Portion = param(
        0.06,
        "earlier share of an incumbent generic in the drug's volume, as the trade takes it; half of them count as such",
        "share",
    )
    regret_limit: float = param(
        0.03, "largest gain from departing with which a solution is accepted", "share of the payoff", gt=0, le=1
    )
    limit_price: float = param(
        0.75,
        "bid of the highest cost where nobody can lose but an originator stands ready (closed form)",
        "share of the ceiling",
        gt=0,
        le=1,
    )

    @model_validator(mode="after")
    def all_are_read(self) -> Equilibrium:
        """A parameter that would move nothing is an error, not a knob."""
        fields = type(self).model_fields
        for name in UNREAD[self.solver]:
            if getattr(self, name) != fields[name].default:
                raise wrong(name, f"plays no part in an equilibrium with solver {self.solver}; leave it out")
        return self

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
        """Equilibrium bids of generics; originators respond best to them."""
        if bool(opening.originator[who].any()):
            return super()._best(opening, luck, case, cost, level, stakes, who)
        usual = float(np.exp(np.log(cost).mean()))
        types = self._types(usual)
        if self.solver == "closed":
            return self._closed(case, cost, types)
        bids, _ = self.solution(case, usual, len(cost))
        luckily = uniforms(opening, luck, "mixture")[who] * (LEVELS - 1)
        low = np.minimum(luckily.astype(np.intp), LEVELS - 2)
        place = np.interp(np.log(cost), np.log(types), np.arange(TYPES))
        below = np.minimum(place.astype(np.intp), TYPES - 2)
        a, b = place - below, luckily - low
        mixed = (1 - a) * ((1 - b) * bids[below, low] + b * bids[below, low + 1]) + a * (
            (1 - b) * bids[below + 1, low] + b * bids[below + 1, low + 1]
        )
        return np.asarray(np.maximum(mixed, np.minimum(cost, 1.0)))

    def solution(self, case: Case, usual: float, generics: int) -> tuple[Floats, float]:
        """Quantiles of the bids (types, quantiles) over the ceiling, and the regret.

        Raises `RunError` if the regret is too large.
        """
        game = self.game(case, usual, generics)
        bids, regret = equilibrium(game)
        if regret[0] > self.regret_limit:
            raise RunError(
                f"no equilibrium of {generics} generics and {game.originators} originators at a usual cost of "
                f"{usual:.2f} of the ceiling: a firm could still gain {regret[0]:.2%} of its payoff, more than "
                f"regret_limit ({self.regret_limit:.2%}). Choose bidding model best-response, or raise regret_limit"
            )
        return bids, float(regret[0])

    def regret(self, openings: Sequence[Opening]) -> float:
        """See `Bidding.regret`: the largest over the drugs for which generics bid."""
        found = [float("nan")]
        for opening in openings if self.solver == "play" else ():
            generics = int((~opening.originator).sum())
            if generics:
                usual = usual_cost(opening.cost / opening.ceiling, opening.originator)
                found.append(self.solution(self.case(opening), usual, generics)[1])
        return float(np.fmax.reduce(found))

    def prospects(self, opening: Opening, case: Case, level: Floats, who: Bools) -> Payoffs:
        """See `BestResponse.prospects`: generics are met in equilibrium, whatever ``level``."""
        generics = int((~opening.originator).sum())
        if self.solver == "closed" or not generics:
            return super().prospects(opening, case, level, who)
        usual = usual_cost(opening.cost / opening.ceiling, opening.originator)
        self.solution(case, usual, generics)
        brand = bool(opening.originator[who].any())
        found = met_payoffs(Meeting(self.game(case, usual, generics), brand, 3 * self.draws))
        return Payoffs(*(np.repeat(a[None, :], int(who.sum()), axis=0) for a in found))

    def game(self, case: Case, usual: float, generics: int) -> Game:
        """The game that is solved for a drug: at the nearest usual cost, all that are not ``generics`` originators."""
        stake = (self.generic_market / 2, self.generic_exposure, self.generic_kept)
        types, aim = tuple(self._types(usual).tolist()), min(self.regret_limit, AIM)
        return Game(case, types, case.qualified - generics, stake, self.risk, aim)

    def _types(self, usual: float) -> Floats:
        """Costs over the ceiling that stand for all generics of a case, rising, shape (TYPES,)."""
        return np.asarray(usual_case(usual) * np.exp(self.cost_spread * normal_quantiles(TYPES)))

    def _closed(self, case: Case, cost: Floats, types: Floats) -> Floats:
        """The closed form between the costs that are solved for."""
        n = len(cost)
        grid = np.linspace(types[0] / 2, max(types[-1] * 1.5, types[0]), 400)
        usual, spread = float(np.exp(np.log(types).mean())), self.cost_spread
        below = np.array([NormalDist().cdf(x) for x in np.log(grid / usual) / spread])
        below = (below - below[0]) / (below[-1] - below[0])
        places = min(n, most_winners(case))
        shares = np.array(case.volume[places][:places]) * case.years[places]
        highest = self.limit_price if case.qualified > n else 1.0
        bids = closed_form(grid, below, shares / shares.sum(), n, max(highest, float(grid[-1])))
        return np.asarray(np.clip(np.interp(cost, grid, bids), np.minimum(cost, 1.0), 1.0))


def usual_case(usual: float) -> float:
    """The solved usual cost that is nearest, over the ceiling."""
    return float(STEP ** round(np.log(np.clip(usual, 0.005, 1.2)) / np.log(STEP)))


def normal_quantiles(count: int) -> Floats:
    """Standard normal quantiles in the middle of ``count`` equal classes."""
    return np.array([NormalDist().inv_cdf((i + 0.5) / count) for i in range(count)])
