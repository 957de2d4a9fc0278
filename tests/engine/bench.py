"""One drug's agreement on the engine's real market days, with constant orders and as many suppliers as a test wants.

market = Bench(folder, supply, mains=40)
market.run()
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from small import DRUGS, PROVINCES, SHARED, round_of, small

from vbp_sim.agents.supply.interface import Line, Supply
from vbp_sim.engine.agreement import Agreement, Supplier
from vbp_sim.engine.clock import Clock
from vbp_sim.engine.market_day import market_day
from vbp_sim.engine.tables import TABLES
from vbp_sim.engine.world import World
from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.scenario.parts import chosen

START, ORDERS, SAFE = date(1, 1, 1), 100.0, "safe"


class Bench:
    """An agreement with one place per main supplier, each of which orders 100 units a month.

    ``capacity`` of each main supplier per month. With ``backup``, one more supplier that never fails, with that much
    capacity a month, is the backup of all places.
    """

    def __init__(
        self, folder: Path, supply: Supply, mains: int, capacity: float, *, backup: float = 0.0, years: int = 300,
        days_to_backup: float = 0.0, replication: int = 0, margin: float = 0.4,
    ) -> None:  # fmt: skip
        rules = {**SHARED, "failure": {"rule": "backup", "days_to_backup": days_to_backup}}
        places = [{**PROVINCES[0], "province": f"p{i}"} for i in range(mains)]
        makers = [*(f"m{i}" for i in range(mains)), SAFE]
        scenario = small(
            folder,
            rounds={"first": round_of(rules=rules)},
            provinces=places,
            drugs=DRUGS[:1],
            products=[{"drug": "alpha", "manufacturer": m, "originator": 0, "pre_share": ""} for m in makers],
            demand=[{"drug": "alpha", "province": p["province"], "reported": 1.0} for p in places],
            behaviour={"firms": {"own_api_share": 0.0}, "supply": supply.model_dump(mode="json")},
        )
        self.mains = mains
        self.world = World(scenario, replication, Clock(START, date(START.year + years, 1, 1)))
        main, second = np.arange(mains), np.full(mains, mains if backup else -1)
        routes = np.eye(mains + bool(backup), mains)
        law = chosen(scenario.spec.rounds["first"].rules, RuleSet)
        agreement = Agreement("first", 0, law, [], main, second, routes, np.ones(mains), START, 12 * years)
        for maker in makers[: len(routes)]:
            self._supply(agreement, maker, *((50.0, backup, 0.0) if maker == SAFE else (margin, capacity, ORDERS)))
        self.world.shelves[0].begin(agreement)
        self.world.orders[0] = ORDERS
        self.world.env.process(market_day(self.world))

    def _supply(self, agreement: Agreement, maker: str, margin: float, capacity: float, usual: float) -> None:
        line = Line("first", "alpha", maker, "oral-solid", margin)
        plant = self.world.plant(self.world.products.manufacturer.index(maker), line)
        plant.engage(0.0, line, capacity, self.world.supply.aim(usual), usual)
        served = agreement.routes[len(agreement.suppliers)]
        agreement.suppliers.append(Supplier(plant, line, agreement, 1.0, 1.0, 12 * usual * served))

    def run(self) -> np.ndarray[Any, Any]:
        """Part of the orders that nobody delivers, by month."""
        self.world.env.run(until=self.world.clock.day(self.world.clock.end))
        supply = dict(
            zip(TABLES["supply"].names[1:], zip(*self.world.recorder.rows["supply"], strict=True), strict=True)
        )
        by_month = [
            np.array(supply[c]).reshape(len(self.world.clock.months), -1).sum(axis=1)
            for c in ("short", "backup_delivered")
        ]
        return np.asarray((by_month[0] - by_month[1]) / (self.mains * ORDERS))
