"""A round that really took place, as the firms of a later round remember it.

history = (earlier_round(read_market_of("batch-2"), load_rules("batch-2")[0]),)
backtest(market, rules, prediction, history=history)
"""

from __future__ import annotations

import numpy as np

from vbp_sim.agents.bidding.interface import Floats, PastRound, PastTender
from vbp_sim.agents.bidding.past import usual_cost
from vbp_sim.agents.firms.interface import Firms
from vbp_sim.rules.money import YUAN
from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.scenario.market import Market
from vbp_sim.streams import Streams
from vbp_sim.tender import reckoning
from vbp_sim.truth.backtest import blind
from vbp_sim.truth.papers import papers, recorded

#: draws of firms over which their usual costs are averaged
DRAWS = 20


def earlier_round(market: Market, rules: RuleSet, firms: Firms) -> PastRound:
    """The real bids and winners of a market; drugs without a ceiling or without bids teach nothing.

    Real costs are not known: ``firms`` say what was usual, and see no bids.
    """
    tenders, costs, products = [], _usual_costs(blind(market), firms), recorded(market)
    for d, paper in enumerate(papers(market, rules, products)):
        ceiling, of = paper.ceiling / YUAN, products.of(d)
        known = of[~np.isnan(products.real_bid[of])]
        if not ceiling or not len(known):
            continue
        bid, won = products.real_bid[known] / ceiling, products.real_selected[known] == 1
        tenders.append(
            PastTender(
                drug=paper.drug,
                conditions=reckoning(paper),
                ceiling=ceiling,
                manufacturer=tuple(products.manufacturer[i] for i in known),
                originator=products.originator[known],
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
