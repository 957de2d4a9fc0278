"""The pipeline of evaluations in a run: on the day on which a firm may file it sees today's price, and decides."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import simpy

from vbp_sim.agents.industry import Prospect
from vbp_sim.engine.world import World
from vbp_sim.facts import fact


def evaluations(world: World) -> Generator[simpy.Event, None, None]:
    """Let the firms decide one after the other; who does not file never qualifies."""
    days = world.industry.filed(world.products)
    for product in np.argsort(days, kind="stable").tolist():
        if days[product] < 0:
            continue
        yield from world.until(float(days[product]))
        seen = _prospect(world, product)
        if not world.industry.files(seen, world.luck):
            world.companies.withdraw(product)
            continue
        months = round((world.products.since[product] - days[product]) * 12 / 365.25)
        world.log("filing", drug=seen.drug, manufacturer=seen.manufacturer, value=world.industry.spent(),
                  text=fact("filed", months=months))  # fmt: skip


def _prospect(world: World, product: int) -> Prospect:
    """What a firm sees: the mean price of agreements in force, else of the generics, and an equal part of the use."""
    p, drug = world.products, int(world.products.drug[product])
    prices = [s.price for a in world.shelves[drug].running for s in a.suppliers]
    there = [i for i in p.of(drug).tolist() if world.companies.may_bid(i)]
    generics = [i for i in there if not p.originator[i]] or [product]
    use = float(world.market.reported[drug].sum()) / world.spec.demand.reporting_ratio
    return Prospect(
        drug=world.drug_ids[drug],
        manufacturer=p.manufacturer[product],
        price=float(np.mean(prices or p.pre_price[generics])),
        cost=float(p.cost[product]),
        units=use / (len(there) + 1),
    )
