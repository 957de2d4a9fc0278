"""Beliefs about rivals' bids, and the payoffs against them for a row of belief medians.

A rival generic is believed to bid log-normally around a median; with a chance it aims just under the cut that the rules
guarantee to win, unless it would have to give up more than two thirds of its bid for that (a line of a tenth of a yuan
tempts nobody who sells for ten); a bid over the ceiling counts as the ceiling. An originator is believed to sit at the
ceiling, or with the chance ``threat`` to bid like a generic.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vbp_sim.agents.bidding.case import Case, guaranteed
from vbp_sim.agents.bidding.interface import Floats
from vbp_sim.agents.bidding.payoffs import GRID, payoffs
from vbp_sim.agents.bidding.store import kept
from vbp_sim.streams import Streams

#: medians of rivals' bids over the ceiling at which payoffs are computed; between them they are mixed
MEDIANS: Floats = np.geomspace(0.02, 1.8, 12)


@dataclass(frozen=True)
class Belief:
    """``spread`` sd of the logarithm of a rival's bid; ``focal`` chance that it aims at the guaranteed cut; ``threat``
    chance that an originator bids like a generic; ``draws`` of rivals.
    """

    spread: float
    focal: float
    threat: float
    draws: int


@dataclass(frozen=True)
class Believed:
    """A case, and what is believed of so many rival ``originators``; all other rivals are generics."""

    case: Case
    belief: Belief
    originators: int


@kept
def believed_payoffs(asked: Believed) -> tuple[Floats, ...]:
    """Arrays of `Payoffs` against the rivals that are believed in, for every median of `MEDIANS` (first axis)."""
    each = [payoffs(asked.case, rivals).arrays() for rivals in draw(asked)]  # one median at a time: memory
    return tuple(np.stack(arrays) for arrays in zip(*each, strict=True))


def draw(asked: Believed) -> Floats:
    """Rivals' bids over the ceiling, shape (medians, draws, rivals), generics first; the same luck for every
    median."""
    belief = asked.belief
    luck, n = Streams(0, 0), asked.case.qualified - 1
    at = np.arange(belief.draws * n).reshape(belief.draws, n)
    z = luck.normal("bidding.rivals", at=at)
    aims = luck.uniform("bidding.rivals-focal", at=at) < belief.focal
    line = guaranteed(asked.case)
    near = line * (1 - 0.1 * luck.uniform("bidding.rivals-near", at=at))
    bids = np.minimum(1.0, MEDIANS[:, None, None] * np.exp(belief.spread * z))
    if line > 0:
        bids = np.where(aims & (near >= bids / 3), np.minimum(near, bids * 2), bids)
    proud = (np.arange(n) >= n - asked.originators) & (luck.uniform("bidding.rivals-proud", at=at) >= belief.threat)
    return np.where(proud, 1.0, np.maximum(bids, GRID[0]))
