"""Linked prices: where the law links them, a product costs no more anywhere than so many times its selected price."""

from __future__ import annotations

from collections.abc import Generator

import simpy

from vbp_sim.engine.agreement import Agreement
from vbp_sim.engine.clock import add_months
from vbp_sim.engine.place import Place
from vbp_sim.engine.world import World


def linked(world: World, agreement: Agreement, places: list[Place]) -> Generator[simpy.Event, None, None]:
    """Bring prices of an agreement's products down in all places in which it does not supply them, each after the
    months of its law."""
    laws = world.laws.everywhere("platform", world.month_now)
    for months in sorted({law.link_months for law in laws if law.link is not None}):
        yield from world.until(world.clock.day(add_months(agreement.start, months)))
        shelf = world.shelves[agreement.drug]
        for p, law in enumerate(laws):
            if law.link is None or law.link_months != months:
                continue
            before = world.prices.before[shelf.products, p].copy()
            for supplier in agreement.suppliers:
                if not shelf.supplies(supplier.product, p):
                    world.prices.cap(supplier.product, p, law.link * supplier.price)
            if (world.prices.before[shelf.products, p] != before).any():
                places[p].relinked(agreement.drug)
                world.recorder.relinked(agreement.drug, p, shelf.mix(p), world.today)
                world.accounts.changed()
