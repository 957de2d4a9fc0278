"""The tender documents of a market under a rule set, without a world around them: for replays and back-tests.

documents = papers(market, rules, recorded(market))
"""

from __future__ import annotations

from datetime import date

import numpy as np

from vbp_sim.agents.firms.interface import Products
from vbp_sim.agents.reporting.interface import Reporting
from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.scenario.market import Market
from vbp_sim.scenario.markets import alone
from vbp_sim.scenario.parts import chosen
from vbp_sim.scenario.spec import Behaviour
from vbp_sim.tender import Document, document

#: name of the only round
ROUND = "round"
#: first day of supply of a round whose rule set has no date
UNDATED = date(2020, 1, 1)


def papers(
    market: Market,
    rules: RuleSet,
    products: Products,
    *,
    held: bool = True,
    round: str = ROUND,
    start: date | None = None,
) -> list[Document]:
    """Draw up the documents of all drugs of a market, in its order.

    ``held``: the tenders took place, so the least number of firms is waived; ``start`` the first day of supply, that of
    the rule set if left out. Brands are named as the default model of
    institutions does; where no earlier share is known, none is.
    """
    names = tuple(place.id for place in market.provinces)
    places = alone(market, (ROUND,)).places.within(rules.members, names) if rules.members else names
    here = [names.index(name) for name in places]
    weights = market.reported[:, here].sum(axis=0)
    reporting, found = chosen(Behaviour().reporting, Reporting), []
    for d, record in enumerate(market.drugs):
        members, reported = products.of(d), market.reported[d, here]
        share = products.pre_share[members]
        asked = rules.asks_for_brands and share.any()
        found.append(
            document(
                record,
                products,
                members,
                round=round,
                rules=rules,
                start=start or rules.date or UNDATED,
                places=places,
                reported=reported,
                weights=weights,
                named=reporting.by_brand(reported, share, products.originator[members]) if asked else None,
                qualified=record.qualified or 0,
                held=held,
            )
        )
    return found


def recorded(market: Market) -> Products:
    """The products that a market names, as it names them; nan where it says nothing."""
    index = {drug.id: d for d, drug in enumerate(market.drugs)}
    known = [p for drug in market.drugs for p in market.products_of(drug.id)]
    unknown = np.full(len(known), np.nan)
    return Products(
        drug=np.array([index[p.drug] for p in known], dtype=np.int64),
        manufacturer=tuple(p.manufacturer for p in known),
        owner=tuple(p.owner for p in known),
        originator=np.array([p.originator for p in known], dtype=np.bool_),
        pre_price=np.array([np.nan if p.pre_price is None else float(p.pre_price) for p in known]),
        pre_share=np.array([p.pre_share or 0.0 for p in known]),
        cost=unknown,
        capacity=unknown,
        own_api=np.zeros(len(known), dtype=np.bool_),
        since=np.zeros(len(known)),
        real_bid=np.array([np.nan if p.bid is None else float(p.bid) for p in known]),
        real_selected=np.array([-1 if p.selected is None else int(p.selected) for p in known], dtype=np.int64),
    )
