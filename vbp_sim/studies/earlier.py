"""A round that really took place, as the firms of a later round remember it.

history = (earlier_round(read_market_of("batch-2"), load_rules("batch-2")[0]),)
backtest(market, rules, prediction, history=history)
"""

from __future__ import annotations

import numpy as np

from vbp_sim.agents.bidding.interface import Floats, PastRound, PastTender
from vbp_sim.agents.bidding.past import usual_cost
from vbp_sim.agents.firms.interface import Firms
from vbp_sim.rules.money import YUAN, micro
from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.scenario.market import Market
from vbp_sim.streams import Streams
from vbp_sim.studies.backtest import blind, conditions_of

#: draws of firms over which their usual costs are averaged
DRAWS = 20


def earlier_round(market: Market, rules: RuleSet, firms: Firms) -> PastRound:
    """The real bids and winners of a market; drugs without a ceiling or without bids teach nothing.

    Real costs are not known: ``firms`` say what was usual, and see no bids.
    """
    tenders, costs = [], _usual_costs(blind(market), firms)
    for d, drug in enumerate(market.drugs):
        ceiling = rules.ceiling.price(micro(drug.ceiling or 0), micro(drug.pre_price or 0)) / YUAN
        known = [p for p in market.products_of(drug.id) if p.bid is not None]
        if not ceiling or not known:
            continue
        bid = np.array([float(p.bid or 0) for p in known]) / ceiling
        won = np.array([p.selected is True for p in known])
        tenders.append(
            PastTender(
                drug=drug.id,
                conditions=conditions_of(market, rules, d),
                ceiling=ceiling,
                manufacturer=tuple(p.manufacturer for p in known),
                originator=np.array([p.originator for p in known]),
                bid=np.where(bid <= 1 + 1e-9, bid, np.nan),
                price=np.where(won, bid, np.nan),
                usual=float(costs[d]) / ceiling,
            )
        )
    return PastRound(market.name, rules.publication, tuple(tenders))


def _usual_costs(market: Market, firms: Firms) -> Floats:
    """Usual cost of each drug's generics on average over draws, yuan per unit."""
    logs = np.zeros(len(market.drugs))
    for draw in range(DRAWS):
        products = firms.products(market, Streams(0, draw))
        for d in range(len(market.drugs)):
            mine = products.of(d)
            logs[d] += np.log(usual_cost(products.cost[mine], products.originator[mine])) / DRAWS
    return np.exp(logs)
