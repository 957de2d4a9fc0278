"""What follows an award: the provinces draft their suppliers, contracts are signed, and supply begins."""

from __future__ import annotations

from functools import partial

import numpy as np
import numpy.typing as npt

from vbp_sim.agents.supply.interface import Line
from vbp_sim.engine.contract import Contract
from vbp_sim.engine.round.scope import Scope
from vbp_sim.engine.settlement import contract_years, replaced
from vbp_sim.engine.supplier import Supplier
from vbp_sim.rules import money
from vbp_sim.rules.tender import Award

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Signing:
    """Turns the awards of a round into contracts, and starts them."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def contract(self, drug: int, members: Ints, award: Award) -> Contract:
        """Draft the provinces and set up the suppliers of an awarded drug."""
        scope, rules, start = self.scope, self.scope.rules, self.scope.spec.calendar.start
        winners, record = len(award.order), scope.world.market.drugs[drug]
        reported = scope.reported(drug)
        main, backup = np.full((2, len(reported)), -1, dtype=np.int64)
        here = [p.index for p in scope.members]
        main[here] = rules.allocation.draft(reported[here], winners)
        backup[here] = rules.backup.assign(reported[here], main[here], winners)
        selected = int(award.selected.sum())
        share = float(rules.share.share(selected, record.drug_class))
        term = rules.term.months(selected, record.drug_class, start, record.form)
        contract = Contract(scope.id, drug, rules, [], main, backup, share, start, term)
        for place, firm in enumerate(award.order):
            agreed = share * float(reported[main == place].sum())
            contract.suppliers.append(self._supplier(contract, int(members[firm]), float(award.price[firm]), agreed))
        return contract

    def _supplier(self, contract: Contract, product: int, price: float, agreed: float) -> Supplier:
        world, p = self.scope.world, self.scope.world.products
        yuan, record = price / money.YUAN, world.market.drugs[contract.drug]
        margin = (yuan - float(p.cost[product])) / yuan
        line = Line(self.scope.id, record.id, p.manufacturer[product], record.form, margin)
        return Supplier(
            line=line,
            product=product,
            price=yuan,
            capacity=max(float(p.capacity[product]), world.supply.committed_capacity * agreed) / 12,
            stock=world.supply.stock_months * agreed / 12,
            until=world.clock.day(contract.end),
        )

    def start(self, contract: Contract) -> None:
        """First day of supply: the contract binds, its suppliers and its years begin."""
        world, old = self.scope.world, self.scope.world.contracts[contract.drug]
        if old is not None:
            replaced(world, old, self.scope.provinces)
        world.contracts[contract.drug] = contract
        if world.first_start[contract.drug] is None:
            world.first_start[contract.drug] = contract.start
        for province in self.scope.provinces:
            province.begin(contract)
        world.recorder.contract(contract)
        for supplier in contract.suppliers:
            leave = partial(world.leave, contract)
            world.env.process(supplier.life(world.env, world.supply, world.luck, world.log, leave))
        world.env.process(contract_years(world, contract, self.scope.provinces))
