"""Equilibrium in closed form (d0): serious bidders of one kind, places by rank, no ratio and no guarantee.

    Q(c) = sum_r s_r C(n-1, r-1) F(c)^(r-1) (1 - F(c))^(n-r)                      expected share at cost c
    b(c) = c + (integral of Q from c to the highest cost + (bmax - cbar) Q(cbar)) / Q(c)

The last term is there only if nobody can lose (n <= K): then the highest cost bids ``bmax``. With a constant value L
of losing, replace c by c + L. Sources: split-award auctions with announced shares [B8]; multi-unit procurement [B9].
"""

from __future__ import annotations

from math import comb

import numpy as np

from vbp_sim.agents.bidding.interface import Floats


def expected_share(below: Floats, shares: Floats, bidders: int) -> Floats:
    """Q: expected share of a bidder whose cost has ``below`` (any shape) of the distribution under it.

    ``shares`` (K,) by rank, first the lowest bid; ``bidders`` serious bidders n.
    """
    total = np.zeros_like(below)
    for r, share in enumerate(shares[:bidders], start=1):
        total += share * comb(bidders - 1, r - 1) * below ** (r - 1) * (1 - below) ** (bidders - r)
    return total


def closed_form(cost: Floats, below: Floats, shares: Floats, bidders: int, highest: float = 1.0) -> Floats:
    """Equilibrium bids at rising costs (m,), the last of which is the highest cost possible.

    ``below`` (m,) is the distribution F at the costs; ``highest`` the bid of the highest cost where nobody can lose.
    Integrals by the trapezium rule, so take a fine grid (some hundred points) where accuracy matters. Identical
    costs give Bertrand, b = c.
    """
    q = expected_share(below, shares, bidders)
    pieces = np.diff(cost) * (q[1:] + q[:-1]) / 2
    above = np.concatenate([np.cumsum(pieces[::-1])[::-1], [0.0]])
    boundary = max(0.0, highest - float(cost[-1])) * float(q[-1]) if bidders <= len(shares) else 0.0
    safe = np.where(q > 0, q, 1.0)
    return np.asarray(np.where(q > 0, cost + (above + boundary) / safe, cost))
