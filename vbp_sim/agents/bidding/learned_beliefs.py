"""Best response to beliefs that are learned from round to round.

    H_(t+1) = (1 - w) H_t + w seen_t        rivals bid like a draw of H_t, what was seen being cut further by g

H is about bids over the drug's usual cost, so that what is learned carries over to drugs whose ceiling is set more or
less generously. The first belief is that of `best_response`, and stays the whole belief until a round is over.
``seen_t`` are valid bids of generics for drugs with about as many of them, or selected prices where losing bids stay
secret. Where a round publishes neither, w shrinks to w x ``unpublished``: word gets around, but less. With w = 0
nothing is ever learned, and the model is `best_response` to the bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from vbp_sim.agents.bidding.beliefs import MEDIANS, Believed, draw
from vbp_sim.agents.bidding.best_response import BestResponse
from vbp_sim.agents.bidding.case import Case
from vbp_sim.agents.bidding.interface import Bools, Floats, Opening, PastRound
from vbp_sim.agents.bidding.past import seen
from vbp_sim.agents.bidding.payoffs import GRID, Payoffs, payoffs
from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.parts import param
from vbp_sim.streams import Streams


class LearnedBeliefs(BestResponse):
    """What pays best against rivals as they were seen to bid in earlier rounds, and a little lower."""

    model: Literal["learned-beliefs"] = "learned-beliefs"  # type: ignore[assignment]
    learning: Portion = param(
        0.6,
        "weight of the latest round against all before it (w)",
        "share",
        "assumption, 0 to 1; fitted by eye to the mean cuts of batches 2 to 11",
    )
    further_cut: float = param(
        0.1,
        "how much lower than seen firms expect their rivals to bid next time (g)",
        "share",
        "assumption, 0 to 0.15; fitted by eye to the mean cuts of batches 2 to 11",
        ge=0,
        lt=1,
    )
    unpublished: Portion = param(
        0.3,
        "part of that weight that is left where a round publishes neither bids nor prices",
        "share",
        "assumption; batch 11 published no winning prices [S51]",
    )
    near: int = param(
        2, "earlier drugs teach if their number of generics differed by at most so many", "firms", ge=0, le=40
    )

    def prospects(self, opening: Opening, case: Case, level: Floats, who: Bools) -> Payoffs:
        """See `BestResponse.prospects`: rivals drawn from the mixture of the first belief and what was seen."""
        samples, weights = self.learned(opening)
        if weights.sum() == 0:
            return super().prospects(opening, case, level, who)
        originators = self.brands_met(opening, who)
        generics = case.qualified - 1 - originators
        place, needed, lower = _around(level)
        rivals = draw(Believed(case, self.belief, originators))[needed]
        usual = MEDIANS[needed, None, None] / (1 + self.belief_markup)
        rivals[..., :generics] = _mixed(rivals[..., :generics], usual, samples, weights)
        table = payoffs(case, rivals)
        return table.at(lower, place)

    def learned(self, opening: Opening) -> tuple[list[Floats], Floats]:
        """Bids over the usual cost that each earlier round teaches (further cut), and the weight of each round.

        The weight that is left, 1 - their sum, is the first belief's.
        """
        generics = int((~opening.originator).sum())
        rounds = [(seen(past, generics, self.near), self.weight(past)) for past in opening.history]
        rounds = [(values, weight) for values, weight in rounds if len(values) and weight > 0]
        weights = np.array([weight for _, weight in rounds])
        left = np.cumprod((1 - weights)[::-1])[::-1]
        kept = np.append(left[1:], 1.0)[: len(weights)]
        return [values * (1 - self.further_cut) for values, _ in rounds], weights * kept

    def weight(self, past: PastRound) -> float:
        """How much of the belief a round replaces when it is over."""
        return self.learning * (self.unpublished if past.published == "none" else 1.0)


def _around(level: Floats) -> tuple[Floats, np.ndarray[tuple[int], np.dtype[np.intp]], Floats]:
    """Weight of the upper median of each level, the medians of `MEDIANS` that are needed, the lower one among them."""
    place = np.interp(np.log(level), np.log(MEDIANS), np.arange(len(MEDIANS)))
    lower = np.minimum(place.astype(np.intp), len(MEDIANS) - 2)
    needed = np.unique(np.concatenate([lower, lower + 1]))
    return place - lower, needed, np.searchsorted(needed, lower).astype(np.float64)


def _mixed(first: Floats, usual: Floats, samples: Sequence[Floats], weights: Floats) -> Floats:
    """Replace drawn bids (medians, draws, rivals) by seen ones times ``usual`` cost, each round's by its weight."""
    luck, shape = Streams(0, 0), first.shape[-2:]
    at = np.arange(shape[0] * shape[1]).reshape(shape)
    which = np.searchsorted(np.cumsum(weights), luck.uniform("bidding.rivals-round", at=at), side="right")
    u, mixed = luck.uniform("bidding.rivals-seen", at=at), first.copy()
    for i, values in enumerate(samples):
        taken = values[np.minimum((u * len(values)).astype(np.intp), len(values) - 1)]
        mixed = np.where(which == i, np.clip(taken * usual, GRID[0], 1.0), mixed)
    return mixed
