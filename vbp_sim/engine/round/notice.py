"""What is put out to tender in a round, and what firms see of it before they bid."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vbp_sim.agents.bidding.interface import Conditions, Opening
from vbp_sim.engine.round.scope import Scope
from vbp_sim.rules import money
from vbp_sim.rules.tender import Tender, contest

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Notice:
    """The tender document of a round, drug by drug."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def qualified(self, drug: int) -> Ints:
        """Products that may bid: qualified by now, still there, and of companies that are not barred."""
        world = self.scope.world
        mine = [i for i in world.products.of(drug) if world.enterprises.may_bid(i)]
        return np.array(mine, dtype=np.int64)

    def tender(self, drug: int, members: Ints, bids: Floats | None) -> Tender:
        """A drug's tender with the bids of its ``members`` (yuan per unit, nan = none), None before the opening."""
        world, record, n = self.scope.world, self.scope.world.market.drugs[drug], len(members)
        names = tuple(world.products.manufacturer[i] for i in members)
        contract = world.contracts[drug]
        before = {s.line.manufacturer for s in contract.suppliers} if contract else set()
        return Tender(
            drug=record.id,
            form=record.form,
            drug_class=record.drug_class,
            ceiling=self.ceiling(drug),
            firms=names,
            bids=np.zeros(n, dtype=np.int64) if bids is None else money.micro_array(np.nan_to_num(bids)),
            priority=world.products.pre_share[members],
            related=tuple(world.products.owner[i] for i in members),
            named=np.zeros(n) if bids is None else self.scope.by_brand(drug, members).sum(axis=0),
            incumbent=np.array([name in before for name in names], dtype=np.bool_),
        )

    def ceiling(self, drug: int) -> int:
        """Highest valid bid by the round's rule, from the market's ceiling and the lowest price before, micro-yuan."""
        record, contract = self.scope.world.market.drugs[drug], self.scope.world.contracts[drug]
        published, before = (0 if price is None else money.micro(price) for price in (record.ceiling, record.pre_price))
        if contract is not None:
            before = round(min(s.price for s in contract.suppliers) * money.YUAN)
        return self.scope.rules.ceiling.price(published, before)

    def expected_share(self, drug: int) -> float:
        """Guaranteed share with as many winners as the qualified products can yield; what institutions expect."""
        tender = self.tender(drug, self.qualified(drug), None)
        return float(self.scope.rules.share.share(max(1, self._most_winners(tender)), tender.drug_class))

    def most_winners(self, drug: int, members: Ints) -> int:
        """Largest number of winners that so many qualified products can yield."""
        return self._most_winners(self.tender(drug, members, None))

    def _most_winners(self, tender: Tender) -> int:
        places = contest(tender, self.scope.rules).places
        return self.scope.rules.selection.most(min(places, len(tender.firms)))

    def opening(self, drug: int, members: Ints) -> Opening:
        """What firms know of a drug when they bid."""
        p = self.scope.world.products
        tender = self.tender(drug, members, None)
        return Opening(
            round=self.scope.id,
            drug=tender.drug,
            ceiling=tender.ceiling / money.YUAN,
            winners=self._most_winners(tender),
            manufacturer=tender.firms,
            originator=p.originator[members],
            cost=p.cost[members],
            pre_price=self.scope.world.prices_now(drug)[members],
            real_bid=p.real_bid[members],
            pre_share=p.pre_share[members],
            conditions=self._conditions(drug, len(members)),
            capacity=p.capacity[members],
            history=tuple(self.scope.world.history),
        )

    def _conditions(self, drug: int, firms: int) -> Conditions:
        """The tender document as bidders read it; provinces weigh as in the whole round, so that drugs are alike.

        Where institutions name brands, each of the ``firms`` expects to be named as much as the next one.
        """
        asks = self.scope.rules.allocation.asks_for_brands
        record, market = self.scope.world.market.drugs[drug], self.scope.world.market
        volumes = market.reported[np.ix_(self.scope.drugs, [p.index for p in self.scope.members])]
        weights = volumes.sum(axis=0)
        return Conditions(
            rules=self.scope.rules,
            form=record.form,
            drug_class=record.drug_class,
            start=self.scope.spec.calendar.start,
            weights=tuple((weights / max(float(weights.sum()), 1e-12)).round(4).tolist()),
            reported=float(market.reported[drug].sum()),
            named=self.scope.world.reporting.named / firms if asks and firms else 0.0,
        )
