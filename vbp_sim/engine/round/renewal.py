"""What changes among firms before the bids of a round: costs after some years of supply, and who bids no more."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from vbp_sim.agents.industry import Standing
from vbp_sim.engine.round.notice import draw_up, qualified
from vbp_sim.engine.round.scope import Scope
from vbp_sim.facts import fact
from vbp_sim.tender import expected_share, most_winners

Ints = npt.NDArray[np.int64]


def take_stock(scope: Scope) -> None:
    """Work out the costs of all firms of the round; those that leave are no longer qualified."""
    world, costs = scope.world, scope.world.products.cost.copy()
    for drug in scope.drugs:
        members = qualified(scope, drug)
        standing = _standing(scope, drug, members)
        costs[members] = world.industry.costs(standing) * world.ingredients.reckon(world.month_now, members)
        for product in members[world.industry.leaving(standing, costs[members], world.luck)].tolist():
            _leave(scope, drug, product)
    world.products = replace(world.products, cost=costs)


def _standing(scope: Scope, drug: int, members: Ints) -> Standing:
    world, p = scope.world, scope.world.products
    shelf, paper = world.shelves[drug], draw_up(scope, drug, members, scope.published(drug))
    prices = {s.product: s.price for a in shelf.running if a.open[scope.here].any() for s in a.suppliers}
    return Standing(
        round=scope.id,
        drug=world.drug_ids[drug],
        manufacturer=tuple(p.manufacturer[i] for i in members),
        cost=world.first_cost[members],
        price=np.array([prices.get(int(i), np.nan) for i in members]),
        pre_share=world.listed.share[scope.number][members],
        delivered=world.delivered[members],
        use=float(world.market.reported[drug].sum()) / world.spec.demand.reporting_ratio,
        expect=expected_share(paper) * float(paper.reported.sum()) / max(1, most_winners(paper)),
    )


def _leave(scope: Scope, drug: int, product: int) -> None:
    world = scope.world
    world.companies.withdraw(product)
    firm, text = world.products.manufacturer[product], fact("bids_no_more")
    world.log("exit", round=scope.id, drug=world.drug_ids[drug], manufacturer=firm, text=text)
