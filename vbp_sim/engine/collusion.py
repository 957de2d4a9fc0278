"""Rings of bidders in a run: some are found, and after months their companies are barred, pay back and lose the win.

No event names a firm of a ring: a run of a real market shows what would follow if such rings were there, not who was
in one.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence

import numpy as np
import simpy

from vbp_sim.agents.bidding.collusion_ring import overcharge
from vbp_sim.agents.bidding.interface import Opening, Ring
from vbp_sim.engine.agreement import Agreement
from vbp_sim.engine.clock import CLOSE, LAPSE, MONTH, first_from
from vbp_sim.engine.round.scope import Ints, Scope
from vbp_sim.engine.settlement import voided
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
    """Wait until the ring is found, adding up what its winners deliver; then it is barred, pays, and loses the win."""
    world, law = scope.world, scope.rules.collusion
    day, mine = world.env.now + law.lag_months * MONTH, products[ring.member]
    over = overcharge(outcome.award.price / money.YUAN, ring.alone)[ring.member] * outcome.award.selected[ring.member]
    charged = np.zeros((len(mine), len(world.market.provinces)))
    for first in world.clock.months[world.month_now :]:
        booked = world.clock.day(first) + CLOSE
        if booked > day:
            break
        yield from world.until(booked)
        agreement = _running(scope, outcome)
        if agreement is not None:
            charged += over[:, None] * world.sold[mine] * agreement.open
    yield from world.until(day)
    m = min(world.month_now, len(world.clock.months) - 1)
    for product, yuan in zip(mine.tolist(), law.recovery * charged, strict=True):
        world.accounts.charge("recovered", m, scope.id, product, yuan)
    companies = sorted({world.companies.name(product) for product in mine.tolist()})
    barred = max(world.sanctions.sanction(name, "collusion", m, scope.here, named=False) for name in companies)
    paid = float(law.recovery * charged.sum())
    text = fact("found", months=round(barred, 1), members=len(mine))
    world.log("collusion", round=scope.id, drug=drug, value=paid, text=text)
    if law.win_lost:
        first = first_from(max(world.today, scope.spec.calendar.start))
        yield from world.until(world.clock.day(first) + LAPSE)
        _lose(scope, outcome, mine)


def _lose(scope: Scope, outcome: Outcome, mine: Ints) -> None:
    """Products ``mine`` lose what they won, before a month's orders."""
    world = scope.world
    agreement = _running(scope, outcome)
    if agreement is None:
        return
    lost = [i for i, supplier in enumerate(agreement.suppliers) if supplier.product in mine and not supplier.lost]
    if lost and agreement.others(lost) and agreement.rules.failure.takes_over != "none":
        world.strike(agreement, lost)
    elif lost:
        voided(world, agreement, scope.places)


def _running(scope: Scope, outcome: Outcome) -> Agreement | None:
    """The agreement of an outcome while it is in force."""
    running = scope.world.shelves[scope.world.drug_ids.index(outcome.document.drug)].running
    return next((agreement for agreement in running if agreement.round == scope.id), None)
