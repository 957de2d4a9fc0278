"""What follows an outcome: an agreement is signed, and on its first day supply begins."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from vbp_sim.agents.supply.capacity import Commitment
from vbp_sim.agents.supply.interface import Line
from vbp_sim.engine.agreement import Agreement, Supplier
from vbp_sim.engine.deposits import lodge
from vbp_sim.engine.linkage import linked
from vbp_sim.engine.place import Place
from vbp_sim.engine.round.scope import Scope
from vbp_sim.engine.settlement import agreement_years, replaced
from vbp_sim.engine.world import World
from vbp_sim.rules import money
from vbp_sim.tender import Outcome

#: an outcome that becomes an agreement: the drug, the products of its document's firms, what was decided, and what
#: each firm asks that was not selected and cuts its price (infinite where it does not)
Won = tuple[int, npt.NDArray[np.int64], Outcome, npt.NDArray[np.float64]]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def start(scope: Scope, won: Sequence[Won]) -> None:
    """First day of supply of all drugs that were awarded; agreements then run on their own."""
    begun = [_start(scope, *one) for one in won]
    for agreement in begun:
        scope.world.env.process(linked(scope.world, agreement, scope.places))
    scope.world.env.process(agreement_years(scope.world, begun, scope.places))


def _start(scope: Scope, drug: int, members: Ints, outcome: Outcome, asked: Floats) -> Agreement:
    """The agreement binds and its plants begin; it ends older ones where they overlap."""
    world = scope.world
    agreement = _agreement(scope, drug, members, outcome)
    shelf, here = world.shelves[drug], agreement.places
    for p in here:
        agreement.price_before[p] = _price_before(world, drug, scope.places[p])
    for older in shelf.running:
        overlap = [scope.places[p] for p in here if older.open[p]]
        if overlap:
            replaced(world, older, overlap)
    shelf.begin(agreement)
    _cap_outside(world, agreement)
    _reply(world, agreement, members, asked)
    for p in here:
        scope.places[p].begin(agreement, shelf.mix(p))
    world.recorder.begin(shelf, agreement)
    world.accounts.changed()
    for supplier in agreement.suppliers:
        engage(world, supplier)
        lodge(world, supplier)
    return agreement


def _agreement(scope: Scope, drug: int, members: Ints, outcome: Outcome) -> Agreement:
    """Set up the agreement on the axis of all places."""
    world, places, here = scope.world, len(scope.places), scope.here
    main, backup = np.full((2, places), -1, dtype=np.int64)
    routes, share = np.zeros((len(outcome.winners), places)), np.zeros(places)
    main[here], backup[here] = outcome.main, outcome.backup
    routes[:, here], share[here] = outcome.volumes.routes, outcome.share_by_place
    agreement = Agreement(
        scope.id, drug, scope.rules, [], main, backup, routes, share, scope.spec.calendar.start, outcome.term,
        outcome.document.ceiling,
    )  # fmt: skip
    record, p = world.market.drugs[drug], world.products
    for winner, firm in enumerate(outcome.winners):
        product, price = int(members[firm]), float(outcome.award.price[firm]) / money.YUAN
        volumes = np.zeros(places)
        volumes[here] = outcome.volumes.agreed[winner]
        cost = float(p.cost[product])
        line = Line(scope.id, record.id, p.manufacturer[product], record.form, (price - cost) / price)
        agreement.suppliers.append(Supplier(world.plant(product, line), line, agreement, price, cost, volumes))
    return agreement


def _price_before(world: World, drug: int, place: Place) -> float:
    """Mean price paid for a drug in a place now: under the agreement before, or as before any round."""
    shelf = world.shelves[drug]
    yuan, units = place.spending(drug, shelf.mix(place.index))
    return float(yuan / units) if units > 0 else float(world.prices.mean[drug, place.index])


def _cap_outside(world: World, agreement: Agreement) -> None:
    """Winners may not be dearer than the platform's law allows where they are not the supplier."""
    shelf, m = world.shelves[agreement.drug], world.month_now
    prices = np.array([s.price for s in agreement.suppliers])
    for p in agreement.places:
        most = world.laws.part("platform", p, m).outside_price(prices, prices.max())
        for supplier, limit in zip(agreement.suppliers, most.tolist(), strict=True):
            if not shelf.supplies(supplier.product, p):
                world.prices.cap(supplier.product, p, limit)


def _reply(world: World, agreement: Agreement, members: Ints, asked: Floats) -> None:
    """From now on losers that cut ask ``asked`` (members,) in the places of an agreement, if it is less than before."""
    for product, price in zip(members.tolist(), asked.tolist(), strict=True):
        if all(supplier.product != product for supplier in agreement.suppliers):
            for place in agreement.places:
                world.prices.cap(product, place, price)


def engage(world: World, supplier: Supplier) -> None:
    """A plant takes up an agreement beside those that it serves already: it earns by all of them, by volume."""
    plant, p = supplier.plant, world.products
    serving = [s for a in world.shelves[supplier.agreement.drug].running for s in a.suppliers if s.plant is plant]
    volumes = np.array([s.agreed for s in serving])
    weights = volumes / volumes.sum() if volumes.sum() > 0 else np.full(len(serving), 1 / len(serving))
    price, agreed = float(weights @ np.array([s.price for s in serving])), float(volumes.sum())
    margin = float(weights @ np.array([s.line.margin for s in serving]))
    own, ceiling = float(p.capacity[plant.product]), supplier.agreement.ceiling / money.YUAN
    signed = Commitment(
        price, supplier.cost, ceiling or price, agreed, own, world.supply.committed_capacity * agreed,
        supplier.agreement.rules.failure,
    )  # fmt: skip
    line = Line(supplier.line.round, supplier.line.drug, supplier.line.manufacturer, supplier.line.form, margin)
    duties = [world.laws.part("supply_security", p, world.month_now).stock_months for p in supplier.agreement.places]
    stock = max([world.supply.aim(agreed / 12), *((months or 0.0) * agreed / 12 for months in duties)])
    plant.engage(world.env.now, line, world.supply.capacity.installed(signed) / 12, stock, agreed / 12)
