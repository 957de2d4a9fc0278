"""Experience-weighted attraction: firms repeat cuts that paid, and cuts that would have paid.

    N_t = phi (1 - kappa) N_(t-1) + 1
    A_j = (phi N_(t-1) A_j + delta u_j + (1 - delta) u_j 1{j was played}) / N_t,   chance of cut j ~ exp(lambda A_j)

``u_j`` is what cut j would have paid in the drugs of an earlier round with about as many generics, to a firm of
today's cost, over what an equal share pays at the ceiling without cost. Firms watch the whole field: the mean is over
all generics that bid there, each with the others as its rivals. What others would have got (delta) is known only where
all bids were published. Attractions start at the expected payoffs of `best_response`, and stay there until a round is
over. Camerer and Ho 1999 [B11].

A variant for robustness, not a forecast: what paid under old rules goes on attracting after the rules have changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import numpy as np

from vbp_sim.agents.bidding.addressed import uniforms
from vbp_sim.agents.bidding.best_response import BestResponse
from vbp_sim.agents.bidding.case import Case, case_of, most_winners
from vbp_sim.agents.bidding.interface import Bools, Floats, Opening, PastRound, PastTender
from vbp_sim.agents.bidding.past import alike
from vbp_sim.agents.bidding.payoffs import GRID, Payoffs, Stakes, payoffs
from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.parts import param
from vbp_sim.streams import Streams

#: the cuts among which firms choose, and where they lie on the grid of bids
CUTS: Floats = np.arange(20) / 20
_AT = np.abs(GRID[:, None] - (1 - CUTS)).argmin(axis=0)
_SOURCE = "Camerer and Ho 1999 [B11]"


class Ewa(BestResponse):
    """Cuts that paid in earlier rounds are bid more often."""

    model: Literal["ewa"] = "ewa"  # type: ignore[assignment]
    decay: Portion = param(
        0.9, "what is left of older experience after a round (phi)", "share", _SOURCE + ": 0.8 to 1", "S"
    )
    forgone: Portion = param(
        0.5, "weight of payoffs of cuts that were not played (delta)", "share", _SOURCE + ": about 0.5", "S"
    )
    cumulation: Portion = param(0.0, "0: attractions are averages; 1: they add up (kappa)", "share")
    sharpness: float = param(8.0, "how much more often the more attractive cut is bid (lambda)", ge=0, le=1000)
    near: int = param(
        2, "earlier drugs teach if their number of generics differed by at most so many", "firms", ge=0, le=40
    )

    def _best(
        self, opening: Opening, luck: Streams, case: Case, cost: Floats, level: Floats, stakes: Stakes,
        who: Bools,
    ) -> Floats:  # fmt: skip
        """Cuts of generics by attraction; originators respond best to what they believe."""
        if not opening.history or bool(opening.originator[who].any()):
            return super()._best(opening, luck, case, cost, level, stakes, who)
        own = stakes.of(who)
        first = self.prospects(opening, case, level, who).utility(cost, own)[:, _AT]
        first = first / slot(case)
        lived = [self._lived(past, cost, own) for past in opening.history]
        attraction = attractions(first, [x for x in lived if x is not None], self.decay, self.cumulation)
        chance = np.exp(np.clip(self.sharpness * (attraction - attraction.max(axis=1, keepdims=True)), -700, 0))
        chance = np.where(np.minimum(cost[:, None], 1.0) - 1e-9 <= 1 - CUTS, chance, 0.0)
        cumulated = np.cumsum(chance, axis=1)
        place = (cumulated < (uniforms(opening, luck, "choice")[who] * cumulated[:, -1])[:, None]).sum(axis=1)
        return np.asarray(1 - CUTS[np.minimum(place, len(CUTS) - 1)])

    def _lived(self, past: PastRound, cost: Floats, own: Stakes) -> Floats | None:
        """What a round adds to the attraction of each cut (firms, cuts); None if nothing like the drug was tendered."""
        tenders = alike(past, len(cost), self.near)
        if not tenders:
            return None
        delta = self.forgone if past.published == "bids" else 0.0
        paid, played = zip(*(_payoffs(tender, cost, own, self.lost) for tender in tenders), strict=True)
        u, taken = np.concatenate(paid), np.concatenate(played)[:, None, :]
        return np.asarray((delta * u + (1 - delta) * u * taken).mean(axis=0))


def attractions(first: Floats, lived: Iterable[Floats], decay: float, cumulation: float) -> Floats:
    """Attraction of each cut after all rounds: ``first`` and each of ``lived`` (firms, cuts), first round first.

    ``lived`` is delta u + (1 - delta) u 1{played}.
    """
    attraction, experience = first, 1.0
    for added in lived:
        before = decay * experience
        experience = decay * (1 - cumulation) * experience + 1
        attraction = (before * attraction + added) / experience
    return attraction


def slot(case: Case) -> float:
    """Volume over the contract of a winner with an equal share, over the drug's yearly reported volume; 1 where nothing
    is guaranteed."""
    winners = most_winners(case)
    return case.share[winners] * case.years[winners] / winners or 1.0


def _payoffs(tender: PastTender, cost: Floats, own: Stakes, lost: float) -> tuple[Floats, Floats]:
    """Payoff of each cut in the place of each generic that bid (bidders, firms, cuts), and which one it bid."""
    bidders = np.flatnonzero(~tender.originator & ~np.isnan(tender.bid))
    rivals = np.stack([np.delete(tender.bid, b)[None, :] for b in bidders])
    case = case_of(tender.conditions, tender.ceiling, len(tender.bid), lost, scaled=False)
    found = payoffs(case, rivals)
    worth = Payoffs(*(a[:, None, :] for a in found.arrays())).utility(cost, own)[..., _AT]
    played = np.abs(1 - CUTS - tender.bid[bidders, None]).argmin(axis=1)
    return worth / slot(case), np.eye(len(CUTS))[played]
