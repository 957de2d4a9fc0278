"""Rounds that are over, as firms of later rounds may look at them.

seen(past_round("batch-2", "bids", openings, bids, prices), generics=5, near=2)
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vbp_sim.agents.bidding.interface import Bools, Floats, Opening, PastRound, PastTender


def past_round(
    round_id: str, published: str, openings: Sequence[Opening], bids: Sequence[Floats], prices: Sequence[Floats]
) -> PastRound:
    """A round as it went; ``bids`` and ``prices`` per drug and firm in yuan, nan = none or not selected.

    Drugs for which nobody may bid any more leave nothing to remember.
    """
    tenders = []
    for opening, bid, price in zip(openings, bids, prices, strict=True):
        if opening.conditions is not None and opening.manufacturer:
            over = np.where(bid <= opening.ceiling * (1 + 1e-9), bid, np.nan) / opening.ceiling
            tenders.append(
                PastTender(
                    drug=opening.drug,
                    conditions=opening.conditions,
                    ceiling=opening.ceiling,
                    manufacturer=opening.manufacturer,
                    originator=opening.originator,
                    bid=over,
                    price=price / opening.ceiling,
                    usual=usual_cost(opening.cost / opening.ceiling, opening.originator),
                )
            )
    return PastRound(round_id, published, tuple(tenders))


def usual_cost(cost: Floats, originator: Bools) -> float:
    """Geometric mean of the generics' costs, or of all where there are none."""
    generic = ~originator
    return float(np.exp(np.log(cost[generic] if generic.any() else cost).mean()))


def seen(past: PastRound, generics: int, near: int) -> Floats:
    """What rivals of a drug with so many generics may take from an earlier round: rising values over the usual cost.

    Valid bids of generics, or the selected ones' prices where no bids were published.
    """
    found = [_values(past, tender) / tender.usual for tender in alike(past, generics, near)]
    return np.sort(np.concatenate([np.array([]), *found]))


def alike(past: PastRound, generics: int, near: int) -> list[PastTender]:
    """Drugs of a round for which generics bid and whose number differed by at most ``near``; else all with bids."""
    held = [t for t in past.tenders if len(_values(past, t))]
    return [t for t in held if abs(int((~t.originator).sum()) - generics) <= near] or held


def _values(past: PastRound, tender: PastTender) -> Floats:
    known = tender.bid if past.published == "bids" else tender.price
    return np.asarray(known[~tender.originator & ~np.isnan(known)])
