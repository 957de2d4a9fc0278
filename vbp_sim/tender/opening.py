"""What a firm knows of a document when its bid is due: the one way from the law to those who answer to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vbp_sim.agents.bidding.interface import Conditions, Opening, PastRound
from vbp_sim.rules import money
from vbp_sim.rules.arrays import FloatArray
from vbp_sim.tender.decide import most_winners
from vbp_sim.tender.document import Document


@dataclass(frozen=True)
class Standings:
    """What firms know of themselves; arrays (firms,) of a document, yuan per unit, ``capacity`` units per year."""

    cost: FloatArray
    price: FloatArray
    real_bid: FloatArray
    capacity: FloatArray


def opening(
    document: Document, standings: Standings, named: float = 0.0, history: tuple[PastRound, ...] = ()
) -> Opening:
    """Make the bidders' view of a document; ``named`` as in `reckoning`."""
    return Opening(
        round=document.round,
        drug=document.drug,
        ceiling=document.ceiling / money.YUAN,
        winners=most_winners(document),
        manufacturer=document.firms,
        originator=document.originator,
        cost=standings.cost,
        pre_price=standings.price,
        real_bid=standings.real_bid,
        pre_share=document.share,
        conditions=reckoning(document, named),
        capacity=standings.capacity,
        history=history,
        owner=document.owners,
        elsewhere=document.elsewhere,
    )


def reckoning(document: Document, named: float = 0.0) -> Conditions:
    """What winning is worth by the document; places weigh as in the whole round, so that its drugs are alike.

    ``named`` is the part of the volume that is reported by brand: each firm expects as much of it as the next one.
    """
    asks, firms = document.rules.allocation.asks_for_brands, len(document.firms)
    return Conditions(
        rules=document.rules,
        form=document.form,
        drug_class=document.drug_class,
        start=document.start,
        barred=document.barred,
        weights=tuple(np.asarray(document.weights).round(4).tolist()),
        reported=float(document.reported.sum()),
        named=named / firms if asks and firms else 0.0,
    )
