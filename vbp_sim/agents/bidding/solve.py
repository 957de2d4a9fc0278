"""Equilibrium bids under any rule set, by damped (d1) and smoothed fictitious play (d2) against the rules' own kernel.

Generics draw their costs from one distribution, given as quantiles over the ceiling; originators sit at the ceiling.
In each step every cost meets rivals who bid as the strategy has it so far, and the strategy moves a little towards
what pays best:

    d1  b(c)     <- (1 - a) b(c) + a x soft best response(c)
    d2  sigma(c) <- (1 - a) sigma(c) + a x logit(payoff(c) / (tau x best payoff(c)))

Both start at cost, since undercutting from above stalls. The regret, what a firm could still gain over what it gets,
is measured against fresh rivals. Fictitious play for finite actions and continuous types: [B10].
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from vbp_sim.agents.bidding.case import Case
from vbp_sim.agents.bidding.interface import Floats
from vbp_sim.agents.bidding.payoffs import GRID, WIDTH, Stakes, payoffs
from vbp_sim.agents.bidding.store import kept
from vbp_sim.streams import Streams


@dataclass(frozen=True)
class Game:
    """One tender to solve.

    ``cost`` (types,) rising quantiles of a generic's cost over the ceiling, equally likely; ``originators`` of the
    case's firms, all others are ``generics``; ``stake`` is what a generic has outside (market, exposure, kept);
    ``risk`` as in `Stakes`; ``aim`` the regret at which play may stop.
    """

    case: Case
    cost: tuple[float, ...]
    originators: int
    stake: tuple[float, float, float]
    risk: float = 0.0
    aim: float = 0.03

    @property
    def generics(self) -> int:
        """Firms that play."""
        return self.case.qualified - self.originators


@dataclass(frozen=True)
class Meeting:
    """One firm, a generic or an originator (``brand``), against the others of a solved game; ``draws`` of rivals."""

    game: Game
    brand: bool
    draws: int


@dataclass(frozen=True)
class Solution:
    """``bids`` (types, LEVELS) quantiles of the equilibrium bid of each cost over the ceiling; ``regret`` over the
    mean payoff."""

    bids: Floats
    regret: float


#: points at which the distribution of a type's bids is kept
LEVELS = 21
#: how fast the weight of a new step falls in fictitious play, and its least
POWER, LEAST = 0.6, 0.03
#: steps of fictitious play after which the regret is looked at
LOOKS = range(40, 241, 20)


@kept
def equilibrium(game: Game) -> tuple[Floats, ...]:
    """Quantiles of the bids (types, LEVELS) over the ceiling, and the regret (1,): by fictitious play, where that does
    not settle by damped response, then by finer play.
    """
    found = fictitious(game)
    if found.regret > game.aim:
        found = min(found, damped(game, steps=90, draws=800), key=lambda f: f.regret)
    if found.regret > game.aim:
        found = min(found, fictitious(game, draws=960, temperature=0.01), key=lambda f: f.regret)
    return found.bids, np.array([found.regret])


@kept
def met_payoffs(asked: Meeting) -> tuple[Floats, ...]:
    """Arrays of `Payoffs` of every bid against rivals who bid as in `equilibrium`."""
    game, bids = asked.game, equilibrium(asked.game)[0]
    against = replace(game, originators=game.originators - asked.brand)
    return payoffs(game.case, rivals_of(against, bids, asked.draws, -1)).arrays()


def damped(game: Game, steps: int = 45, draws: int = 400, temperature: float = 0.001) -> Solution:
    """Damped soft best response in bid functions (d1): one bid for each cost."""
    cost = np.array(game.cost)
    bids = cost.copy()
    for step in range(steps):
        weight = 0.3 if step < 12 else max(0.04, 0.3 / (1 + (step - 11) / 6))
        worth = _worth(game, np.repeat(bids[:, None], 2, axis=1), draws, step)
        aim = _logit(worth, temperature, scale=float(np.max(worth))) @ GRID
        bids = np.maximum.accumulate((1 - weight) * bids + weight * aim)
    bids = np.maximum(bids, np.minimum(cost, 1.0))
    worth = _worth(game, np.repeat(bids[:, None], 2, axis=1), 2 * draws, -1)
    got = np.array([np.interp(b, GRID, np.where(np.isfinite(w), w, 0.0)) for b, w in zip(bids, worth, strict=True)])
    return Solution(np.repeat(bids[:, None], LEVELS, axis=1), _regret(game, worth, got))


def fictitious(game: Game, draws: int = 240, temperature: float = 0.02) -> Solution:
    """Smoothed fictitious play in distributions of bids (d2): a mixture of bids for each cost.

    It stops as soon as the regret is within the game's aim, else after the last step with the best that it saw.
    """
    start = np.minimum(1.0, 1.05 * np.array(game.cost) + 0.01)
    sigma = np.exp(-(((GRID[None, :] - start[:, None]) / 0.02) ** 2)) * WIDTH
    sigma /= sigma.sum(axis=1, keepdims=True)
    best = Solution(_quantiles(sigma), np.inf)
    for step in range(1, LOOKS[-1] + 1):
        weight = max((step + 1) ** -POWER, LEAST)
        sigma = (1 - weight) * sigma + weight * _logit(_worth(game, _quantiles(sigma), draws, step), temperature)
        if step in LOOKS:
            worth = _worth(game, _quantiles(sigma), 3 * draws, -1)
            got = (sigma * np.where(np.isfinite(worth), worth, 0.0)).sum(axis=1)
            best = min(best, Solution(_quantiles(sigma), _regret(game, worth, got)), key=lambda found: found.regret)
            if best.regret <= game.aim:
                break
    return best


def _regret(game: Game, worth: Floats, got: Floats) -> float:
    """Mean gain from departing over the mean payoff, of types that can bid under the ceiling; 0 if none can."""
    able = np.array(game.cost) <= 1
    best = worth.max(axis=1)[able]
    return float((best - got[able]).sum() / max(float(best.sum()), 1e-12))


def _logit(worth: Floats, temperature: float, scale: float = 0.0) -> Floats:
    """Soft choice of each type among the bids, rows add up to 1."""
    top = worth.max(axis=1, keepdims=True)
    size = temperature * np.maximum(scale or np.abs(top), 1e-12)
    chance = WIDTH * np.exp(np.maximum((worth - top) / size, -700.0))
    return np.asarray(chance / chance.sum(axis=1, keepdims=True))


def _quantiles(sigma: Floats) -> Floats:
    """Distributions on the grid (types, bids) as quantiles (types, LEVELS); mass lies evenly below each point."""
    cumulated = np.cumsum(sigma, axis=1)
    levels = (np.arange(LEVELS) + 0.5) / LEVELS
    return np.stack([np.interp(levels, row, GRID) for row in cumulated])


def rivals_of(game: Game, bids: Floats, draws: int, step: int) -> Floats:
    """Draws (draws, firms - 1) of what a generic meets if generics bid ``bids`` (types, quantiles), over the ceiling.

    A type whose cost is over the ceiling makes no valid bid (nan). ``step`` addresses the luck.
    """
    bids = np.where(np.array(game.cost)[:, None] > 1, np.nan, bids)
    luck, n = Streams(0, 0), game.generics - 1
    at = np.arange(draws * n).reshape(draws, n)
    u = luck.uniform("solve.cost", step, at=at) * len(bids) - 0.5
    u = np.clip(u, 0, len(bids) - 1)
    v = luck.uniform("solve.bid", step, at=at) * (bids.shape[1] - 1)
    low, left = np.minimum(u.astype(np.intp), len(bids) - 2), np.minimum(v.astype(np.intp), bids.shape[1] - 2)
    a, b = u - low, v - left
    rivals = (1 - a) * ((1 - b) * bids[low, left] + b * bids[low, left + 1]) + a * (
        (1 - b) * bids[low + 1, left] + b * bids[low + 1, left + 1]
    )
    return np.concatenate([np.maximum(rivals, GRID[0]), np.ones((draws, game.originators))], axis=1)


def _worth(game: Game, bids: Floats, draws: int, step: int) -> Floats:
    """Payoff (types, bids) of every bid of the grid against rivals who bid ``bids`` (types, quantiles)."""
    rivals = rivals_of(game, bids, draws, step)
    table = payoffs(game.case, rivals)
    cost = np.array(game.cost)
    market, exposure, kept = (np.full(len(cost), x) for x in game.stake)
    worth = table.utility(cost, Stakes(market, exposure, kept, game.risk))
    return np.where(np.minimum(cost[:, None], 1.0) <= GRID, worth, -np.inf)
