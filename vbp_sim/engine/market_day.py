"""The day in every month on which suppliers dispatch what all provinces have ordered."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import numpy.typing as npt
import simpy

from vbp_sim.engine.clock import DISPATCH
from vbp_sim.engine.contract import Contract
from vbp_sim.engine.damages import owed
from vbp_sim.engine.dispatch import dispatch
from vbp_sim.engine.world import World

Floats = npt.NDArray[np.float64]
_MONTH = 365.25 / 12


class MarketDay:
    """The dispatching process of all contracts."""

    def __init__(self, world: World) -> None:
        self.world = world

    def process(self) -> Generator[simpy.Event, None, None]:
        """Dispatch once a month, after all provinces have ordered and before they receive."""
        world = self.world
        for m, first in enumerate(world.clock.months):
            yield from world.until(world.clock.day(first) + DISPATCH)
            world.filled[:] = 1.0
            world.paid[:] = 0.0
            for drug, contract in enumerate(world.contracts):
                if contract is not None and world.env.now >= world.clock.day(contract.start):
                    self._drug(m, drug, contract)

    def _drug(self, m: int, drug: int, contract: Contract) -> None:
        world, suppliers = self.world, contract.suppliers
        orders = world.orders[drug]
        wanted = contract.routes * orders
        asked = [float(mine[route > 0].sum()) for mine, route in zip(wanted, contract.routes, strict=True)]
        for supplier, volume in zip(suppliers, asked, strict=True):
            supplier.make(world.env.now, volume, world.supply)
        available = np.array([s.available for s in suppliers])
        own, help_ = dispatch(wanted, contract.backup, available, self._helped(contract))
        delivered = own + help_
        total = delivered.sum(axis=0)
        world.filled[drug] = np.divide(total, orders, out=np.ones_like(total), where=orders > 0).clip(0, 1)
        spent = np.array([s.price for s in suppliers]) @ delivered
        world.paid[drug] = np.divide(spent, total, out=np.zeros_like(total), where=total > 0)
        for i, supplier in enumerate(suppliers):
            supplier.ship(float(delivered[i].sum()))
            world.delivered[supplier.product] += float(delivered[i].sum())
            served = float(own[i].sum())
            world.recorder.supply(
                m, supplier, asked[i], served, float(help_[i].sum()), max(0.0, asked[i] - served)
            )
        self._watch(contract, wanted, own, help_.sum(axis=0))
        due = owed(contract, wanted - own, help_.sum(axis=0), world.env.now)
        for late in np.flatnonzero(due).tolist():
            world.log("damages", suppliers[late].line, value=float(due[late]), text="yuan owed for late deliveries")

    def _helped(self, contract: Contract) -> Floats:
        """Part of a gap that others may cover this month: none of it before they can be active."""
        failure, now = contract.rules.failure, self.world.env.now
        if failure.takes_over == "none":
            return np.zeros(len(contract.main))
        known = contract.failed_since() if self.world.supply.warning else contract.short_since
        ready = np.minimum(known, now) + failure.days_to_backup
        return np.asarray(np.clip((now + _MONTH - ready) / _MONTH, 0, 1) * self.world.supply.coverage)

    def _watch(self, contract: Contract, wanted: Floats, own: Floats, helped: Floats) -> None:
        """Note when a shortage begins and ends, and when somebody else first delivers."""
        world, now = self.world, self.world.env.now
        orders, missing = wanted.sum(axis=0), wanted - own
        gap = orders - own.sum(axis=0)
        short = gap > 1e-6 * np.maximum(orders, 1)
        for p in np.flatnonzero(short):
            main, province = contract.suppliers[int(missing[:, p].argmax())], world.market.provinces[p].id
            if np.isinf(contract.short_since[p]):
                contract.short_since[p] = now
                world.log("shortage", main.line, province=province, value=float(gap[p]),
                          text="the main supplier delivers less than ordered")
            if helped[p] > 0 and not contract.helped[p]:
                contract.helped[p] = True
                waited = max(now - float(contract.short_since[p]), contract.rules.failure.days_to_backup)
                world.log("backup", main.line, province=province, value=waited, text="others deliver instead")
        contract.short_since[~short], contract.helped[~short] = np.inf, False
