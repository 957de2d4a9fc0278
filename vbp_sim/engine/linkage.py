"""Linked prices: where the law links them, a product costs no more anywhere than so many times its selected price."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date

import numpy as np
import numpy.typing as npt
import simpy

from vbp_sim.agents.bidding.elsewhere import Elsewhere
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


def elsewhere(
    world: World, drug: int, members: npt.NDArray[np.int64], places: list[Place], here: list[int], start: date
) -> Elsewhere | None:
    """What the products ``members`` of a drug sell today in linked places outside a round that is held ``here`` and
    begins to be supplied on ``start``; None where no such place is linked.

    Of what a place does not buy from selected suppliers, a product has the part that it had before; where it is a
    supplier itself, no linkage reaches it.
    """
    laws, shelf = world.laws.everywhere("platform", world.month_of(start)), world.shelves[drug]
    bound = [p for p, law in enumerate(laws) if law.link is not None and p not in here]
    if not bound or not len(members):
        return None
    volume = np.zeros((len(members), len(bound)))
    for column, p in enumerate(bound):
        mix, place = shelf.mix(p), places[p]
        others = world.prices.others(drug, p, () if mix is None else mix.products)
        part = dict(zip(others.products, others.parts, strict=True))
        rest = 12 * float((place.usual[drug] * (1 - place.share[drug])).sum())
        volume[:, column] = [rest * part.get(product, 0.0) for product in members.tolist()]
    return Elsewhere(
        volume=volume,
        price=np.nan_to_num(world.prices.before[np.ix_(members, np.array(bound))]),
        link=np.array([laws[p].link for p in bound]),
        delay=np.array([laws[p].link_months for p in bound]) / 12,
    )
