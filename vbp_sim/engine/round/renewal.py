"""What changes among firms before the bids of a round: costs after some years of supply, and who bids no more."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from vbp_sim.agents.industry.interface import Standing
from vbp_sim.engine.round.notice import Notice
from vbp_sim.engine.round.scope import Scope

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Renewal:
    """Lets the firms of a round learn, enter and leave before it opens."""

    def __init__(self, scope: Scope, notice: Notice) -> None:
        self.scope, self.notice = scope, notice

    def take_stock(self) -> None:
        """Work out the costs of all firms of the round; those that leave are no longer qualified."""
        world, costs = self.scope.world, self.scope.world.products.cost.copy()
        for drug in self.scope.drugs:
            members = self.notice.qualified(drug)
            standing = self._standing(drug, members)
            costs[members] = world.industry.costs(standing)
            for product in members[world.industry.leaving(standing, costs[members], world.luck)]:
                self._leave(drug, int(product))
        world.products = replace(world.products, cost=costs)

    def _standing(self, drug: int, members: Ints) -> Standing:
        world, contract = self.scope.world, self.scope.world.contracts[drug]
        p, reported = world.products, float(world.market.reported[drug].sum())
        prices = {s.product: s.price for s in contract.suppliers} if contract else {}
        return Standing(
            round=self.scope.id,
            drug=world.drug_ids[drug],
            manufacturer=tuple(p.manufacturer[i] for i in members),
            cost=world.first_cost[members],
            price=np.array([prices.get(int(i), np.nan) for i in members]),
            pre_share=p.pre_share[members],
            delivered=world.delivered[members],
            use=reported / world.spec.demand.reporting_ratio,
            expect=self.notice.expected_share(drug) * reported / max(1, self.notice.most_winners(drug, members)),
        )

    def _leave(self, drug: int, product: int) -> None:
        world = self.scope.world
        world.enterprises.withdraw(product)
        firm, text = world.products.manufacturer[product], "bids no more: its price was under its cost"
        world.log("exit", round=self.scope.id, drug=world.drug_ids[drug], manufacturer=firm, text=text)
