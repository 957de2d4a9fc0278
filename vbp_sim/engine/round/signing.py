"""What follows an award: the provinces draft their suppliers, contracts are signed, and supply begins."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vbp_sim.agents.supply.capacity.interface import Commitment
from vbp_sim.agents.supply.interface import Line
from vbp_sim.engine.contract import Contract
from vbp_sim.engine.passing import pass_down
from vbp_sim.engine.round.scope import Scope
from vbp_sim.engine.settlement import contract_years, replaced
from vbp_sim.engine.supplier import Supplier
from vbp_sim.engine.volumes import Volumes
from vbp_sim.rules import money
from vbp_sim.rules.tender import Award, Tender

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Signing:
    """Turns the awards of a round into contracts, and starts them."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def contract(self, drug: int, members: Ints, tender: Tender, award: Award) -> Contract:
        """Draft the provinces and set up the suppliers of an awarded drug."""
        scope, rules, start = self.scope, self.scope.rules, self.scope.spec.calendar.start
        record, picking = scope.world.market.drugs[drug], len(award.order)
        winners = [*award.order, *(i for i in np.flatnonzero(award.selected).tolist() if i not in award.order)]
        own = scope.world.products.capacity[members[winners]]
        limits = np.array([scope.world.supply.capacity.limit(float(units)) for units in own])
        volumes = pass_down(self._volumes(drug, members, tender, award, winners), limits, picking)
        backup, here = np.full(len(volumes.main), -1, dtype=np.int64), [p.index for p in scope.members]
        backup[here] = rules.backup.assign(volumes.rest[here], volumes.main[here], picking)
        term = rules.term.months(len(winners), record.drug_class, start, record.form)
        contract = Contract(scope.id, drug, rules, [], volumes.main.copy(), backup, volumes, start, term)
        for place, firm in enumerate(winners):
            served = contract.routes[place] > 0
            agreed = float(volumes.shares[place]) * float(volumes.routed[place, served].sum())
            price = float(award.price[firm])
            contract.suppliers.append(self._supplier(contract, int(members[firm]), price, agreed, tender.ceiling))
        return contract

    def _volumes(self, drug: int, members: Ints, tender: Tender, award: Award, winners: list[int]) -> Volumes:
        """Where the reported volume goes: to brands that were named and won, the rest by the choice of provinces."""
        scope, rules = self.scope, self.scope.rules
        reported, here = scope.reported(drug), [p.index for p in scope.members]
        direct = rules.allocation.by_brand(scope.by_brand(drug, members), award.selected)[:, winners].T
        rest = reported - direct.sum(axis=0)
        main = np.full(len(reported), -1, dtype=np.int64)
        main[here] = rules.allocation.draft(rest[here], len(award.order))
        of_main = np.where(np.arange(len(winners))[:, None] == main[None, :], rest, 0.0)
        shares = rules.share.of_winners(
            (direct + of_main).sum(axis=1),
            tender.drug_class,
            [award.grades[i] for i in winners],
            tender.incumbent[winners],
        )
        return Volumes(main, direct, rest, shares)

    def _supplier(self, contract: Contract, product: int, price: float, agreed: float, ceiling: int) -> Supplier:
        world, p = self.scope.world, self.scope.world.products
        yuan, record = price / money.YUAN, world.market.drugs[contract.drug]
        margin = (yuan - float(p.cost[product])) / yuan
        line = Line(self.scope.id, record.id, p.manufacturer[product], record.form, margin)
        highest, own = ceiling / money.YUAN, float(p.capacity[product])
        least = world.supply.committed_capacity * agreed
        signed = Commitment(yuan, float(p.cost[product]), highest or yuan, agreed, own, least, contract.rules.failure)
        return Supplier(
            line=line,
            product=product,
            price=yuan,
            capacity=world.supply.capacity.installed(signed) / 12,
            stock=world.supply.aim(agreed / 12),
            until=world.clock.day(contract.end),
            usual=agreed / 12,
        )

    def _price_before(self, drug: int, old: Contract | None) -> float:
        """Mean price paid for a drug now: under the contract before, or as before any round."""
        if old is None:
            return float(self.scope.world.prices.mean[drug])
        yuan, units = np.array([p.spending(old) for p in self.scope.provinces]).sum(axis=0)
        return float(yuan / units) if units > 0 else float(self.scope.world.prices.mean[drug])

    def start(self, contract: Contract) -> None:
        """First day of supply: the contract binds, its suppliers and its years begin."""
        world, old = self.scope.world, self.scope.world.contracts[contract.drug]
        contract.price_before = self._price_before(contract.drug, old)
        if old is not None:
            replaced(world, old, self.scope.provinces)
            for supplier in old.suppliers:
                world.prices.settle(supplier.product, supplier.price)
        world.contracts[contract.drug] = contract
        if world.first_start[contract.drug] is None:
            world.first_start[contract.drug] = contract.start
        for province in self.scope.provinces:
            province.begin(contract)
        world.recorder.contract(contract)
        for supplier in contract.suppliers:
            world.supplies(contract, supplier)
        world.env.process(contract_years(world, contract, self.scope.provinces))
