"""One replication of a scenario, from its first day until the last payment.

    tables = simulate(scenario, replication=0)
    tables["awards"]["selected"]
"""

from __future__ import annotations

from datetime import date

import numpy as np

from vbp_sim.engine.clock import Clock, add_months
from vbp_sim.engine.market_day import MarketDay
from vbp_sim.engine.province import Province
from vbp_sim.engine.recorder import Table
from vbp_sim.engine.round.process import RoundProcess
from vbp_sim.engine.world import World
from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.scenario.load import Scenario
from vbp_sim.scenario.parts import chosen

#: months simulated beyond the last contract, to show what follows
RUN_ON_MONTHS = 3
#: more winners than any drug has, unnamed firms included; terms grow with the winners
MOST_WINNERS = 100


def simulate(scenario: Scenario, replication: int) -> dict[str, Table]:
    """Run one replication and return its tables; the same arguments give the same bits in any process."""
    world = World(scenario, replication, Clock(scenario.spec.start, horizon(scenario)))
    provinces = [Province(world, i) for i in range(len(world.market.provinces))]
    world.recorder.on_time = np.array([_weighted(p) for p in provinces])
    for province in provinces:
        world.env.process(province.ordering())
    world.env.process(MarketDay(world).process())
    for round_id, spec in scenario.spec.rounds.items():
        world.env.process(RoundProcess(world, round_id, spec, provinces).process())
    world.env.run()
    return world.recorder.tables()


def horizon(scenario: Scenario) -> date:
    """First day that is no longer simulated: the longest possible contract and `RUN_ON_MONTHS` are over."""
    classes = {(d.drug_class, d.form) for d in scenario.market.drugs}
    ends = []
    for spec in scenario.spec.rounds.values():
        term, start = chosen(spec.rules, RuleSet).term, spec.calendar.start
        longest = max(term.months(w, c, start, f) for w in range(1, MOST_WINNERS + 1) for c, f in classes)
        ends.append(add_months(start, longest))
    return add_months(max(ends), RUN_ON_MONTHS)


def _weighted(province: Province) -> float:
    """Share of a province's use in institutions that pay when it is due."""
    use = province.institutions.use.sum(axis=0)
    return float((use * province.on_time).sum() / max(float(use.sum()), 1e-12))
