"""Real rounds as firms of later rounds remember them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vbp_sim.agents.firms.anchored_costs import AnchoredCosts
from vbp_sim.rules.library import rule_set
from vbp_sim.truth.backtest import Prediction, backtest
from vbp_sim.truth.earlier import earlier_round
from vbp_sim.truth.replay import read_market_of


def test_a_round_is_remembered_with_its_bids_and_winners() -> None:
    market = read_market_of("batch-2")
    past = earlier_round(market, rule_set("batch-2"), AnchoredCosts())
    bids = np.concatenate([t.bid for t in past.tenders])
    prices = np.concatenate([t.price for t in past.tenders])
    assert past.published == "bids"
    assert int((~np.isnan(prices)).sum()) == sum(p.selected is True for p in market.products)
    assert np.nanmax(bids) <= 1 + 1e-9
    assert (bids[~np.isnan(prices)] == prices[~np.isnan(prices)]).all()


def test_only_a_model_that_looks_back_bids_otherwise_with_a_history() -> None:
    market, law = read_market_of("batch-2"), rule_set("batch-2")
    drugs = market.drugs[:6]
    products = tuple(p for p in market.products if p.drug in {d.id for d in drugs})
    market = replace(market, drugs=drugs, reported=market.reported[:6], products=products)
    history = (earlier_round(read_market_of("expansion-2019"), rule_set("expansion-2019"), AnchoredCosts()),)
    for name, same in (("best-response", True), ("learned-beliefs", False)):
        prediction = Prediction.model_validate({"bidding": {"model": name}})
        one, two = (backtest(market, law, prediction, 2, history=h).bids for h in ((), history))
        assert np.array_equal(one, two, equal_nan=True) == same
