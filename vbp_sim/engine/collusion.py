"""Rings of bidders in a run: some are found, and after months their companies are barred and pay back.

No event names a firm of a ring: a run of a real market shows what would follow if such rings were there, not who was
in one.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence

import numpy as np
import simpy

from vbp_sim.agents.bidding.collusion_ring import overcharge
from vbp_sim.agents.bidding.interface import Bools, Opening, Ring
from vbp_sim.engine.clock import CLOSE, MONTH
from vbp_sim.engine.round.scope import Ints, Scope
from vbp_sim.facts import fact
from vbp_sim.rules import money
from vbp_sim.tender import Outcome


def watch_rings(
    scope: Scope, openings: Sequence[Opening], members: Sequence[Ints], outcomes: Sequence[Outcome]
) -> None:
    """Look for the rings behind the bids of a round, by its rules; ``members`` are the products of each opening."""
    world, law = scope.world, scope.rules.collusion
    rings = world.bidding.rings(openings, world.luck)
    for opening, ring, products, outcome in zip(openings, rings, members, outcomes, strict=True):
        if ring is None:
            continue
        size = float(ring.member.sum())
        world.log("ring", round=scope.id, drug=opening.drug, value=size, text=fact("agreed"))
        if float(world.luck.uniform("collusion.found", scope.id, opening.drug)) < law.chance:
            world.env.process(_sanction(scope, opening.drug, ring, products, outcome))


def _sanction(
    scope: Scope, drug: str, ring: Ring, products: Ints, outcome: Outcome
) -> Generator[simpy.Event, None, None]:
    """Wait until the ring is found, adding up what its winners deliver; then it is barred, and pays."""
    world, law = scope.world, scope.rules.collusion
    day, mine = world.env.now + law.lag_months * MONTH, products[ring.member]
    over = overcharge(outcome.award.price / money.YUAN, ring.alone)[ring.member] * outcome.award.selected[ring.member]
    charged = np.zeros((len(mine), len(world.market.provinces)))
    for first in world.clock.months[world.month_now :]:
        booked = world.clock.day(first) + CLOSE
        if booked > day:
            break
        yield from world.until(booked)
        charged += over[:, None] * world.sold[mine] * _open(scope, outcome)
    yield from world.until(day)
    m = min(world.month_now, len(world.clock.months) - 1)
    for product, yuan in zip(mine.tolist(), law.recovery * charged, strict=True):
        world.accounts.charge("recovered", m, scope.id, product, yuan)
    companies = sorted({world.companies.name(product) for product in mine.tolist()})
    barred = max(world.sanctions.sanction(name, "collusion", m, scope.here, named=False) for name in companies)
    paid = float(law.recovery * charged.sum())
    text = fact("found", months=round(barred, 1), members=len(mine))
    world.log("collusion", round=scope.id, drug=drug, value=paid, text=text)


def _open(scope: Scope, outcome: Outcome) -> Bools:
    """Where the agreement of the ring is in force, (places,)."""
    world = scope.world
    running = world.shelves[world.drug_ids.index(outcome.document.drug)].running
    mine = [agreement.open for agreement in running if agreement.round == scope.id]
    return mine[0] if mine else np.zeros(len(world.market.provinces), dtype=np.bool_)
