"""What each bid is worth against rivals drawn from a belief, for every cost at once.

Payoffs are linear in the cost, so one pass over drawn rivals gives the expected volume and revenue of every bid on a
grid:

    win at rank r of k, price P     u = V(k) s_r(k) T(k) (P - c) - m chi (1 - P) - what linked prices cost elsewhere
    lose, k others win              u = m max(0, 1 - eta V(k)) T(k) (pN - c)

all over the ceiling and over the drug's reported volume. Who wins is asked of the rules' own kernel (`case`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from vbp_sim.agents.bidding.books import count, entered
from vbp_sim.agents.bidding.case import Case, Outcomes, outcomes
from vbp_sim.agents.bidding.elsewhere import Elsewhere
from vbp_sim.agents.bidding.interface import Bools, Floats
from vbp_sim.rules.money import YUAN, micro_array

#: bids as shares of the ceiling; exactly 0.5 and exactly 1 are among them
GRID: Floats = np.array(sorted({0.5, *np.geomspace(0.004, 0.1, 16).round(6), *np.linspace(0.1, 1.0, 73).round(6)}))

#: width of the step around each bid of the grid, so that a finer part of the grid is not bid more often
WIDTH: Floats = np.gradient(GRID)
#: the same in the logarithm of the price: firms miss by parts of a price, not by yuan
SPAN: Floats = np.gradient(np.log(GRID))


@dataclass(frozen=True)
class Stakes:
    """What a firm has outside the tender; each a number or an array over firms.

    ``market`` is its earlier share of the drug's volume (m), ``exposure`` chi, ``kept`` the net price outside over the
    ceiling (pN). ``risk`` is what a year of the contract adds to the cost for fear that costs change (share).
    ``elsewhere`` is what it sells where prices are linked to the round's, over ceiling, reported volume and contract.
    """

    market: Floats
    exposure: Floats
    kept: Floats
    risk: float = 0.0
    elsewhere: Elsewhere | None = None

    def of(self, who: Bools) -> Stakes:
        """The stakes of some of the firms."""
        market, exposure, kept = self.market[who], self.exposure[who], self.kept[who]
        elsewhere = None if self.elsewhere is None else self.elsewhere.of(who)
        return replace(self, market=market, exposure=exposure, kept=kept, elsewhere=elsewhere)


@dataclass(frozen=True)
class Payoffs:
    """Expected worth of each bid of `GRID`, arrays (..., bids), leading axes are cases.

    ``volume`` expected V s T won at the own bid, ``wins`` its probability, ``kept`` expected max(0, 1 - eta V) T when
    losing; the same three with ``revenue`` and ``price`` (expected P) for bids that lose but are offered a price;
    ``aged`` and ``offered_aged`` are the volumes times the years of the contract;
    ``yearly`` expected V s won or taken up, the part of a year's reported volume that the firm would have to make.
    """

    volume: Floats
    wins: Floats
    kept: Floats
    offered_volume: Floats
    offered_revenue: Floats
    offered: Floats
    offered_price: Floats
    offered_kept: Floats
    aged: Floats
    offered_aged: Floats
    yearly: Floats

    def at(self, lower: Floats, weight: Floats) -> Payoffs:
        """Mix neighbouring cases of the first axis: (firms,) index of the lower one and weight of the next one."""
        w, i = weight[:, None], lower.astype(np.intp)
        return Payoffs(*((1 - w) * a[i] + w * a[i + 1] for a in self.arrays()))

    def arrays(self) -> tuple[Floats, ...]:
        """All arrays, in the order of the fields."""
        return (self.volume, self.wins, self.kept, self.offered_volume, self.offered_revenue, self.offered,
                self.offered_price, self.offered_kept, self.aged, self.offered_aged, self.yearly)  # fmt: skip

    def utility(self, cost: Floats, stakes: Stakes) -> Floats:
        """Expected payoff of each bid for firms with these costs over the ceiling, shape (firms, bids)."""
        c, m = cost[:, None], stakes.market[:, None]
        exposed, outside = m * stakes.exposure[:, None], m * np.maximum(0.0, stakes.kept[:, None] - c)
        won = self.volume * (GRID - c) - exposed * (1 - GRID) * self.wins
        taken = self.offered_revenue - c * self.offered_volume - exposed * (self.offered - self.offered_price)
        if stakes.risk:
            won, taken = won - stakes.risk * c * self.aged, taken - stakes.risk * c * self.offered_aged
        if stakes.elsewhere is not None:
            mean = np.divide(self.offered_price, self.offered, out=np.ones_like(self.offered), where=self.offered > 0)
            won = won - stakes.elsewhere.loss(GRID[None, :]) * self.wins
            taken = taken - stakes.elsewhere.loss(mean) * self.offered
        return np.asarray(won + outside * self.kept + np.maximum(taken, outside * self.offered_kept))


def payoffs(case: Case, rivals: Floats) -> Payoffs:
    """Average over drawn rivals.

    ``rivals`` (..., draws, qualified - 1) bids over the ceiling, nan where a rival does not bid. The own bid ranks in
    the middle of equal ones.
    """
    top, half = round(case.ceiling * YUAN), rivals.shape[-1] // 2
    unit, own = micro_array(np.nan_to_num(rivals, nan=0.0) * case.ceiling), micro_array(GRID * case.ceiling)
    return _average(case, outcomes(case, entered(unit, own, top, half, case.qualified, case.form)), half)


def _average(case: Case, seen: Outcomes, own: int) -> Payoffs:
    """Average over draws of what the firm at index ``own`` gets."""
    agreed, share, years = np.array(case.volume), np.array(case.share), np.array(case.years)
    mine, offer = seen.won[..., own], seen.offered[..., own]
    better = seen.book.rank < seen.book.rank[..., own, None]
    asked = seen.offered > 0
    ahead, before = count(seen.won & better), count(seen.won)
    k, place = before + count(asked), before + count(asked & better)
    volume = agreed * years[:, None]
    kept = np.maximum(0.0, 1 - case.lost * share) * years
    kept[0] = years[1]
    last = agreed.shape[1] - 1
    price, offered = offer / seen.book.ceiling, offer > 0
    revived = np.where(offered, volume[k, np.minimum(place, last)], 0.0)
    won = np.where(mine, volume[k, np.minimum(ahead, last)], 0.0)
    yearly = np.where(mine, agreed[k, np.minimum(ahead, last)], agreed[k, np.minimum(place, last)])
    losing = ~mine & ~offered
    without = np.maximum(k - 1, 0)
    mean = [
        won, mine, np.where(losing, kept[k], 0.0), revived,
        revived * price, offered, np.where(offered, price, 0.0), np.where(offered, kept[without], 0.0),
        won * years[k], revived * years[k], np.where(losing, 0.0, yearly),
    ]  # fmt: skip
    return Payoffs(*(np.asarray(a.mean(axis=-1), dtype=np.float64) for a in mean))


def soft(worth: Floats, noise: float, luck: Floats) -> Floats:
    """Draw a bid over the ceiling for each firm from payoffs (firms, bids): the better it pays, the likelier.

    The chance of a bid falls by e for each ``noise`` of the best payoff that it pays less; without noise the best is
    taken. Of bids that pay alike, cuts of equal proportion are equally likely (`SPAN`). ``luck`` (firms,) are uniform
    draws. Quantal response of McKelvey and Palfrey [B7].
    """
    top = worth.max(axis=1, keepdims=True)
    if noise == 0:
        return np.asarray(GRID[worth.argmax(axis=1)])
    chance = SPAN * np.exp(np.maximum((worth - top) / (noise * np.maximum(np.abs(top), 1e-12)), -700.0))
    cumulated = np.cumsum(chance, axis=1)
    place = (cumulated < (luck * cumulated[:, -1])[:, None]).sum(axis=1)
    return np.asarray(GRID[np.minimum(place, len(GRID) - 1)])
