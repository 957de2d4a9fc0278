"""The documents of a round, drawn up from what the world knows: who may bid, which agreements end, what was
reported."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vbp_sim.agents.bidding.interface import Opening
from vbp_sim.engine.linkage import elsewhere
from vbp_sim.engine.round.scope import Scope
from vbp_sim.rules import money
from vbp_sim.tender import Document, Ended, Standings, document, opening

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def qualified(scope: Scope, drug: int) -> Ints:
    """Products that may bid: of the round's market, qualified by now, still there, and of companies that are neither
    barred nor suspended by all provinces of the round."""
    world = scope.world
    here, may, suspended = world.listed.here[scope.number], world.companies.may_bid, world.sanctions.suspended
    mine = [
        i
        for i in world.products.of(drug).tolist()
        if here[i] and may(i) and not suspended(world.companies.name(i), scope.here)
    ]
    return np.array(mine, dtype=np.int64)


def draw_up(scope: Scope, drug: int, members: Ints, reported: Floats) -> Document:
    """The document of a drug for its qualified products; ``reported`` (members of the round,) units per year."""
    world, rules = scope.world, scope.rules
    listed, p = world.listed, world.products
    record = scope.market.drugs[scope.own[drug]]
    share = listed.share[scope.number][members]
    named = world.reporting.by_brand(reported, share, p.originator[members]) if rules.asks_for_brands else None
    ended = ended_by(scope, drug)
    return document(
        record,
        p,
        members,
        round=scope.id,
        rules=rules,
        start=scope.spec.calendar.start,
        places=tuple(place.id for place in scope.members),
        reported=reported,
        weights=scope.weights,
        named=named,
        ended=ended,
        own_figure=not ended.prices or scope.spec.market != "",
        share=share,
        limits=_room(scope, drug, members),
        prices=_prices(scope, drug, members),
        elsewhere=elsewhere(world, drug, members, scope.places, scope.here, scope.spec.calendar.start),
        behind=np.array(
            [world.sanctions.behind(world.companies.name(i), scope.here) for i in members.tolist()], dtype=np.bool_
        ),
        barred=world.sanctions.bars("collusion", world.month_now, scope.here),
    )


def _prices(scope: Scope, drug: int, members: Ints) -> Floats:
    """What each product of ``members`` costs today in the places of the round, yuan per unit."""
    world = scope.world
    price = dict(zip(world.products.of(drug).tolist(), world.prices_now(drug, scope.here).tolist(), strict=True))
    return np.array([price[i] for i in members.tolist()])


def ended_by(scope: Scope, drug: int) -> Ended:
    """What the agreements leave behind that are in force in the places of the round, or were the last ones there."""
    shelf = scope.world.shelves[drug]
    agreements = {id(a): a for p in scope.here if (a := shelf.of(p)) is not None}
    suppliers = [supplier for agreement in agreements.values() for supplier in agreement.suppliers]
    if not suppliers:
        return Ended(provincial=_provincial(scope, drug))
    prices: dict[str, int] = {}
    for supplier in suppliers:
        name = supplier.line.manufacturer
        prices[name] = max(prices.get(name, 0), round(supplier.price * money.YUAN))
    return Ended(prices, max(agreement.ceiling for agreement in agreements.values()), _provincial(scope, drug))


def _provincial(scope: Scope, drug: int) -> int:
    """Highest price of an agreement of a part of the nation, whole micro-yuan; 0 if there is none."""
    running = scope.world.shelves[drug].running
    prices = [s.price for a in running if a.rules.members for s in a.suppliers]
    return round(max(prices, default=0.0) * money.YUAN)


def _room(scope: Scope, drug: int, members: Ints) -> Floats:
    """Most that may be agreed with each firm, units per year: what its capacity allows beside agreements elsewhere."""
    world, here = scope.world, scope.here
    limits = np.array([world.supply.capacity.limit(float(units)) for units in world.products.capacity[members]])
    if np.isinf(limits).all():
        return limits
    place = {int(product): i for i, product in enumerate(members)}
    for agreement in world.shelves[drug].running:
        for supplier in agreement.suppliers:
            if supplier.product in place:
                elsewhere = supplier.volumes * agreement.open
                elsewhere[here] = 0.0
                limits[place[supplier.product]] -= float(elsewhere.sum())
    return limits


def finance_part(scope: Scope) -> float:
    """What waiting for money will cost a winner, of its price: by the law of the first month of supply, mean of the
    members by their volume.

    Of a price P a firm keeps P (1 - f), so that it bids as if a unit cost c / (1 - f).
    """
    world, m = scope.world, scope.world.month_of(scope.spec.calendar.start)
    parts = []
    for place in scope.here:
        payment, own = (world.laws.part(kind, place, m) for kind in ("payment", "distribution"))
        waiting, days = payment.waiting(world.spec.finance.on_time_share), own.pays_after()
        parts.append(payment.finance_part(waiting if days is None or payment.direct_settlement else days))
    total = scope.weights.sum()
    return float(np.dot(scope.weights, parts) / total) if total > 0 else 0.0


def opening_of(scope: Scope, drug: int, members: Ints, paper: Document) -> Opening:
    """What firms know of a drug when they bid."""
    world, p = scope.world, scope.world.products
    known = Standings(
        cost=p.cost[members] / (1 - world.firms.finance_in_cost * finance_part(scope)),
        price=_prices(scope, drug, members),
        real_bid=world.listed.real_bid[scope.number][members],
        capacity=p.capacity[members],
    )
    return opening(paper, known, world.reporting.named, tuple(world.history))
