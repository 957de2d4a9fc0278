"""One replication of a scenario, from its first day until the last payment.

tables = simulate(scenario, replication=0)
tables["awards"]["selected"]
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import date

import numpy as np
import simpy

from vbp_sim.engine.by_setting import BySetting
from vbp_sim.engine.clock import CLOSE, Clock, add_months
from vbp_sim.engine.evaluations import evaluations
from vbp_sim.engine.inspections import supervision
from vbp_sim.engine.institutions import part_of_use
from vbp_sim.engine.layout import Table, tables_of
from vbp_sim.engine.market_day import market_day
from vbp_sim.engine.place import Place
from vbp_sim.engine.round.process import bidding_round
from vbp_sim.engine.watcher import Watcher
from vbp_sim.engine.world import World
from vbp_sim.facts import fact
from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.scenario.load import Scenario
from vbp_sim.scenario.parts import chosen

#: months simulated beyond the last agreement, to show what follows
RUN_ON_MONTHS = 3
#: more winners than any drug has, unnamed firms included; terms grow with the winners
MOST_WINNERS = 100


def simulate(scenario: Scenario, replication: int, watcher: Watcher | None = None) -> dict[str, Table]:
    """Run one replication and return its tables; the same arguments give the same bits in any process.

    A ``watcher`` is told what every institution has bought, month by month, and changes nothing.
    """
    scenario = scenario.drawn(replication)
    world = World(scenario, replication, Clock(scenario.spec.start, horizon(scenario)))
    places = [Place(world, i) for i in range(len(world.market.provinces))]
    by_setting = BySetting(world, places)
    world.watchers += [each for each in (watcher, by_setting if by_setting.acts() else None) if each is not None]
    world.accounts.goods.on_time = np.array([part_of_use(place.institutions, place.on_time) for place in places])
    for place in places:
        world.env.process(place.ordering())
    world.env.process(market_day(world))
    world.env.process(_closing(world))
    world.env.process(supervision(world))
    world.env.process(evaluations(world))
    for round_id, spec in scenario.spec.rounds.items():
        world.env.process(bidding_round(world, round_id, spec, places))
    world.env.run(until=world.clock.day(world.clock.end))
    return tables_of(world, replication)


def _closing(world: World) -> Generator[simpy.Event, None, None]:
    """Close the books of every month once everybody has received."""
    for m, first in enumerate(world.clock.months):
        yield from world.until(world.clock.day(first) + CLOSE)
        world.dearer(m)
        for p, months in world.accounts.close(m):
            world.log("fund-warning", province=world.market.provinces[p].id, value=months, text=fact("reserve"))


def horizon(scenario: Scenario) -> date:
    """First day that is no longer simulated: the longest possible agreement and `RUN_ON_MONTHS` are over."""
    classes = {(d.drug_class, d.form) for d in scenario.market.drugs}
    ends = []
    for spec in scenario.spec.rounds.values():
        term, start = chosen(spec.rules, RuleSet).term, spec.calendar.start
        longest = max(term.months(w, c, start, f) for w in range(1, MOST_WINNERS + 1) for c, f in classes)
        ends.append(add_months(start, longest))
    return add_months(max(ends), RUN_ON_MONTHS)
