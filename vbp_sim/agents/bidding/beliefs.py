"""Beliefs about rivals' bids, and the payoffs against them for a row of belief medians.

A rival generic is believed to bid log-normally around a median; with a chance it aims just under the cut that the rules
guarantee to win, unless it would have to give up more than two thirds of its bid for that (a line of a tenth of a yuan
tempts nobody who sells for ten); a bid over the ceiling counts as the ceiling. An originator is believed to sit at the
ceiling, or with the chance ``threat`` to bid like a generic.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vbp_sim.agents.bidding.interface import Conditions, Floats
from vbp_sim.agents.bidding.payoffs import GRID, Payoffs, payoffs
from vbp_sim.agents.bidding.prospects import HIGH, fingerprint, guaranteed, scale
from vbp_sim.agents.bidding.store import solved
from vbp_sim.streams import Streams

#: medians of rivals' bids over the ceiling at which payoffs are computed; between them they are mixed
MEDIANS: Floats = np.geomspace(0.02, 1.8, 12)


@dataclass(frozen=True)
class Belief:
    """``spread`` sd of the logarithm of a rival's bid; ``focal`` chance that it aims at the guaranteed cut; ``threat``
    chance that an originator bids like a generic; ``lost`` eta; ``draws`` of rivals.
    """

    spread: float
    focal: float
    threat: float
    lost: float
    draws: int


def prospects_of(
    conditions: Conditions, ceiling: float, belief: Belief, generics: int, originators: int, qualified: int
) -> Payoffs:
    """Payoffs against so many rival generics and originators, for every median of `MEDIANS` (first axis)."""
    solve_at = scale(conditions.rules, conditions.form, ceiling)
    case = (
        fingerprint(conditions.rules), conditions.form if solve_at < HIGH else "", conditions.drug_class,
        conditions.start, conditions.weights, conditions.named, solve_at, belief, generics, originators, qualified,
    )  # fmt: skip

    def solve() -> tuple[Floats, ...]:
        rivals = draw(conditions, solve_at, belief, generics, originators)
        return payoffs(conditions, solve_at, qualified, rivals, belief.lost).arrays()

    return Payoffs(*solved("belief", case, solve))


def draw(conditions: Conditions, ceiling: float, belief: Belief, generics: int, originators: int) -> Floats:
    """Rivals' bids over the ceiling, shape (medians, draws, rivals); the same luck for every median."""
    luck, n = Streams(0, 0), generics + originators
    at = np.arange(belief.draws * n).reshape(belief.draws, n)
    z = luck.normal("bidding.rivals", at=at)
    aims = luck.uniform("bidding.rivals-focal", at=at) < belief.focal
    line = guaranteed(conditions.rules, conditions.form, ceiling)
    near = line * (1 - 0.1 * luck.uniform("bidding.rivals-near", at=at))
    bids = np.minimum(1.0, MEDIANS[:, None, None] * np.exp(belief.spread * z))
    if line > 0:
        bids = np.where(aims & (near >= bids / 3), np.minimum(near, bids * 2), bids)
    proud = (np.arange(n) >= generics) & (luck.uniform("bidding.rivals-proud", at=at) >= belief.threat)
    return np.where(proud, 1.0, np.maximum(bids, GRID[0]))
