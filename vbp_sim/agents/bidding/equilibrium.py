"""Equilibrium: every generic bids best against rivals who do the same, under the rules as they are.

Costs are log-normal around the usual cost of the drug's generics, who take originators to sit at the ceiling;
originators respond best to the generics. Mavericks and those who stand aloof are as in `best_response`. A case is
solved once per (rules, number of firms, usual cost) and kept on disk (`store`): by smoothed fictitious play, and where
its regret is too large by damped best response, then by finer play; if all are too large, the run is refused.
``solver: closed`` takes the closed form instead, which sees places, shares and years but no ratio, guarantee or
revival.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import NormalDist
from typing import Literal

import numpy as np
from pydantic import model_validator

from vbp_sim.agents.bidding.addressed import uniforms
from vbp_sim.agents.bidding.best_response import BestResponse, needed
from vbp_sim.agents.bidding.closed_form import closed_form
from vbp_sim.agents.bidding.interface import Bools, Conditions, Floats, Opening
from vbp_sim.agents.bidding.past import usual_cost
from vbp_sim.agents.bidding.payoffs import Payoffs, Stakes, payoffs
from vbp_sim.agents.bidding.prospects import HIGH, fingerprint, most_winners, scale, terms
from vbp_sim.agents.bidding.solve import LEVELS, Game, damped, fictitious, rivals_of
from vbp_sim.agents.bidding.store import solved
from vbp_sim.errors import RunError
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
    generic_market: float = param(
        0.06,
        "earlier share of an incumbent generic in the drug's volume, as the trade takes it; half of them count as such",
        unit="share", ge=0, le=1,
    )  # fmt: skip
    regret_limit: float = param(
        0.03, "largest gain from departing with which a solution is accepted", unit="share of the payoff", gt=0, le=1
    )
    limit_price: float = param(
        0.75, "bid of the highest cost where nobody can lose but an originator stands ready (closed form)",
        unit="share of the ceiling", gt=0, le=1,
    )  # fmt: skip

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
        conditions: Conditions,
        cost: Floats,
        level: Floats,
        stakes: Stakes,
        who: Bools,
    ) -> Floats:
        """Equilibrium bids of generics; originators respond best to them."""
        if bool(opening.originator[who].any()):
            return super()._best(opening, luck, conditions, cost, level, stakes, who)
        usual = float(np.exp(np.log(cost).mean()))
        originators = int(opening.originator.sum())
        types = self._types(usual)
        if self.solver == "closed":
            return self._closed(conditions, cost, types, originators)
        bids, _ = self.solution(conditions, opening.ceiling, usual, len(cost), originators)
        luckily = uniforms(opening, luck, "mixture")[who] * (LEVELS - 1)
        low = np.minimum(luckily.astype(np.intp), LEVELS - 2)
        place = np.interp(np.log(cost), np.log(types), np.arange(TYPES))
        below = np.minimum(place.astype(np.intp), TYPES - 2)
        a, b = place - below, luckily - low
        mixed = (1 - a) * ((1 - b) * bids[below, low] + b * bids[below, low + 1]) + a * (
            (1 - b) * bids[below + 1, low] + b * bids[below + 1, low + 1]
        )
        return np.asarray(np.maximum(mixed, np.minimum(cost, 1.0)))

    def solution(
        self, conditions: Conditions, ceiling: float, usual: float, generics: int, originators: int
    ) -> tuple[Floats, float]:
        """Quantiles of the bids (types, quantiles) over the ceiling, and the regret.

        Raises `RunError` if the regret is too large.
        """
        game = self.game(conditions, ceiling, usual, generics, originators)
        case = (*_case(game), self.regret_limit)

        def solve() -> tuple[Floats, ...]:
            aim = min(self.regret_limit, AIM)
            found = fictitious(game, aim)
            if found.regret > aim:
                found = min(found, damped(game, steps=90, draws=800), key=lambda f: f.regret)
            if found.regret > aim:
                found = min(found, fictitious(game, aim, draws=960, temperature=0.01), key=lambda f: f.regret)
            return found.bids, np.array([found.regret])

        bids, regret = solved("equilibrium", case, solve)
        if regret[0] > self.regret_limit:
            raise RunError(
                f"no equilibrium of {generics} generics and {originators} originators at a usual cost of "
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
                originators = int(opening.originator.sum())
                found.append(self.solution(needed(opening), opening.ceiling, usual, generics, originators)[1])
        return float(np.fmax.reduce(found))

    def prospects(self, opening: Opening, conditions: Conditions, level: Floats, who: Bools) -> Payoffs:
        """See `BestResponse.prospects`: generics are met in equilibrium, whatever ``level``."""
        generic, originators = ~opening.originator, int(opening.originator.sum())
        if self.solver == "closed" or not generic.any():
            return super().prospects(opening, conditions, level, who)
        usual = usual_cost(opening.cost / opening.ceiling, opening.originator)
        game = self.game(conditions, opening.ceiling, usual, int(generic.sum()), originators)
        bids, _ = self.solution(conditions, opening.ceiling, usual, game.generics, originators)
        brand = bool(opening.originator[who].any())
        met = replace(game, generics=game.generics + brand, originators=originators - brand)

        def table() -> tuple[Floats, ...]:
            rivals = rivals_of(met, bids, 3 * self.draws, -1)
            return payoffs(conditions, met.ceiling, met.qualified, rivals, self.lost).arrays()

        found = solved("prospects", (*_case(met), self.regret_limit, self.draws), table)
        return Payoffs(*(np.repeat(a[None, :], int(who.sum()), axis=0) for a in found))

    def game(self, conditions: Conditions, ceiling: float, usual: float, generics: int, originators: int) -> Game:
        """The case that is solved for a drug: the nearest usual cost, and the ceiling only where it matters."""
        types = self._types(usual)
        stake = (self.generic_market / 2, self.generic_exposure, self.generic_kept, self.lost)
        solve_at = scale(conditions.rules, conditions.form, ceiling)
        return Game(
            conditions, solve_at, tuple(types.tolist()), generics, originators, generics + originators, stake, self.risk
        )

    def _types(self, usual: float) -> Floats:
        """Costs over the ceiling that stand for all generics of a case, rising, shape (TYPES,)."""
        return np.asarray(usual_case(usual) * np.exp(self.cost_spread * normal_quantiles(TYPES)))

    def _closed(self, conditions: Conditions, cost: Floats, types: Floats, originators: int) -> Floats:
        """The closed form between the costs that are solved for."""
        n = len(cost)
        grid = np.linspace(types[0] / 2, max(types[-1] * 1.5, types[0]), 400)
        usual, spread = float(np.exp(np.log(types).mean())), self.cost_spread
        below = np.array([NormalDist().cdf(x) for x in np.log(grid / usual) / spread])
        below = (below - below[0]) / (below[-1] - below[0])
        places = min(n, most_winners(conditions.rules, conditions.form, n + originators))
        worth = terms(conditions, places)
        shares = worth.volume[places, :places] * worth.years[places]
        highest = self.limit_price if originators else 1.0
        bids = closed_form(grid, below, shares / shares.sum(), n, max(highest, float(grid[-1])))
        return np.asarray(np.clip(np.interp(cost, grid, bids), np.minimum(cost, 1.0), 1.0))


def _case(game: Game) -> tuple[object, ...]:
    """All that tells one game from another."""
    known = game.conditions
    return (fingerprint(known.rules), known.form if game.ceiling < HIGH else "", known.drug_class, known.start,
            known.weights, known.named, game.ceiling, game.cost, game.generics, game.originators, game.stake,
            game.risk)  # fmt: skip


def usual_case(usual: float) -> float:
    """The solved usual cost that is nearest, over the ceiling."""
    return float(STEP ** round(np.log(np.clip(usual, 0.005, 1.2)) / np.log(STEP)))


def normal_quantiles(count: int) -> Floats:
    """Standard normal quantiles in the middle of ``count`` equal classes."""
    return np.array([NormalDist().inv_cdf((i + 0.5) / count) for i in range(count)])
