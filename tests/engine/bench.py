"""One drug's contract on the engine's real market days, with constant orders and as many suppliers as a test wants.

market = Bench(folder, supply, mains=40)
market.run(years=300).unmet
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from small import PROVINCES, SHARED, round_of, small
from vbp_sim.engine.contract import Contract
from vbp_sim.engine.supplier import Supplier
from vbp_sim.engine.volumes import Volumes

from vbp_sim.agents.supply.interface import Line, Supply
from vbp_sim.engine.clock import Clock
from vbp_sim.engine.market_day import MarketDay
from vbp_sim.engine.world import World
from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.scenario.parts import chosen

START, ORDERS = date(1, 1, 1), 100.0


class Bench:
    """A contract with one province per main supplier, each of which orders 100 units a month.

    ``capacity`` of each main supplier per month. With ``backup``, one more supplier that never fails, with that much
    capacity a month, is the backup of all provinces.
    """

    def __init__(
        self, folder: Path, supply: Supply, mains: int, capacity: float, *, backup: float = 0.0, years: int = 300,
        days_to_backup: float = 0.0, replication: int = 0, margin: float = 0.4,
    ) -> None:  # fmt: skip
        rules = {**SHARED, "failure": {"rule": "backup", "days_to_backup": days_to_backup}}
        provinces = [{**PROVINCES[0], "province": f"p{i}"} for i in range(mains)]
        demand = [
            {"drug": d, "province": p["province"], "reported": 1.0}
            for d in ("alpha", "beta", "gamma")
            for p in provinces
        ]
        scenario = small(
            folder,
            rounds={"first": round_of(rules=rules)},
            provinces=provinces,
            demand=demand,
            behaviour={"firms": {"own_api_share": 0.0}, "supply": supply.model_dump(mode="json")},
        )
        self.mains, end = mains, date(START.year + years, 1, 1)
        self.world = World(scenario, replication, Clock(START, end))
        contract = self._contract(chosen(scenario.spec.rounds["first"].rules, RuleSet), capacity, backup, years, margin)
        self.world.contracts[0] = contract
        self.world.orders[0] = ORDERS
        for supplier in contract.suppliers:
            self.world.supplies(contract, supplier)
        self.world.env.process(MarketDay(self.world).process())

    def _contract(self, rules: RuleSet, capacity: float, backup: float, years: int, margin: float) -> Contract:
        lines = [Line("first", "alpha", f"m{i}", "oral-solid", margin) for i in range(self.mains)]
        until, stock = self.world.clock.day(self.world.clock.end), self.world.supply.aim(ORDERS)
        suppliers = [Supplier(line, 0, 1.0, capacity, stock, until) for line in lines]
        if backup:
            suppliers.append(Supplier(replace(lines[0], manufacturer="safe", margin=50.0), 0, 1.0, backup, 0.0, until))
        main = np.arange(self.mains)
        second = np.full(self.mains, self.mains if backup else -1)
        zeros, ones = np.zeros((len(suppliers), self.mains)), np.ones(self.mains)
        volumes = Volumes(main, zeros, ones, np.ones(len(suppliers)))
        return Contract("first", 0, rules, suppliers, main.copy(), second, volumes, START, 12 * years)

    def run(self) -> np.ndarray[Any, Any]:
        """Part of the orders that nobody delivers, by month."""
        self.world.env.run(until=self.world.clock.day(self.world.clock.end))
        supply = self.world.recorder.tables()["supply"]
        by_month = [
            supply[c].reshape(len(self.world.clock.months), -1).sum(axis=1) for c in ("short", "backup_delivered")
        ]
        return np.asarray((by_month[0] - by_month[1]) / (self.mains * ORDERS))
