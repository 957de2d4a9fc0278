"""Rounds that are over, as firms of later rounds may look at them.

    seen(past_round("batch-2", "bids", openings, bids, prices), generics=5, alike=2)
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vbp_sim.agents.bidding.interface import Floats, Opening, PastRound, PastTender


def past_round(
    round_id: str, published: str, openings: Sequence[Opening], bids: Sequence[Floats], prices: Sequence[Floats]
) -> PastRound:
    """A round as it went; ``bids`` and ``prices`` per drug and firm in yuan, nan = none or not selected."""
    tenders = []
    for opening, bid, price in zip(openings, bids, prices, strict=True):
        if opening.conditions is not None:
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
                )
            )
    return PastRound(round_id, published, tuple(tenders))


def seen(past: PastRound, generics: int, alike: int) -> Floats:
    """What rivals of a drug with so many generics may take from an earlier round: rising values over the ceiling.

    Valid bids of generics, or the selected ones' prices where no bids were published; of drugs whose number of
    generics differed by at most ``alike``, or of all drugs where there was none such.
    """
    found = [_values(past, tender) for tender in past.tenders]
    near = [
        v
        for v, tender in zip(found, past.tenders, strict=True)
        if abs(int((~tender.originator).sum()) - generics) <= alike and len(v)
    ]
    return np.sort(np.concatenate(near or [v for v in found if len(v)] or [np.array([])]))


def _values(past: PastRound, tender: PastTender) -> Floats:
    known = tender.bid if past.published == "bids" else tender.price
    return np.asarray(known[~tender.originator & ~np.isnan(known)])
