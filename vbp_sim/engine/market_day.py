"""The day in every month on which suppliers dispatch what all places have ordered, once for each drug."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import numpy.typing as npt
import simpy

from vbp_sim.engine.clock import DISPATCH, MONTH
from vbp_sim.engine.damages import owed
from vbp_sim.engine.dispatch import Delivered, dispatch
from vbp_sim.engine.plant import Plant
from vbp_sim.engine.relief import EMERGENCY
from vbp_sim.engine.shelf import Shelf
from vbp_sim.engine.world import World
from vbp_sim.facts import fact

Floats = npt.NDArray[np.float64]


def market_day(world: World) -> Generator[simpy.Event, None, None]:
    """Dispatch once a month, after all places have ordered and before they receive."""
    for m, first in enumerate(world.clock.months):
        yield from world.until(world.clock.day(first) + DISPATCH)
        world.filled[:] = 1.0
        world.paid[:] = 0.0
        world.sold[:] = 0.0
        world.relief.open()
        afford = world.accounts.owners.afford(m, world.supply)
        for drug, shelf in enumerate(world.shelves):
            if shelf.running:
                _drug(world, m, drug, shelf, afford)
        world.relief.lay_up(m)


def _drug(world: World, m: int, drug: int, shelf: Shelf, afford: Floats) -> None:
    """One drug's month: plants make what their owners can ``afford`` (products,), own orders go out, then help."""
    orders, routes = world.orders[drug], shelf.routes
    asked = (routes * orders).sum(axis=1)
    plants: dict[int, Plant] = {}
    for agreement in shelf.running:
        plants.update(zip(shelf.rows(agreement).tolist(), (s.plant for s in agreement.suppliers), strict=True))
    available, told = np.zeros(len(routes)), [row for row, plant in plants.items() if plant.told < np.inf]
    extra = _told(world, shelf, plants, told)
    for row in sorted(plants):
        can = float(afford[plants[row].product])
        plants[row].make(world.env.now, float(asked[row]), world.supply, can, extra.get(row, 0.0))
        available[row] = plants[row].available
    if world.supply.kept_back > 0:
        available *= 1 - _kept_back(world, m, drug, shelf, plants)
    out = dispatch(orders, routes, available, shelf.backup, _helped(world, shelf), shelf.agreement, shelf.member)
    delivered = out.own + out.help
    total = delivered.sum(axis=0)
    world.filled[drug] = out.filled
    spent = (shelf.price * delivered).sum(axis=0)
    world.paid[drug] = np.divide(spent, total, out=np.zeros_like(total), where=total > 0)
    world.sold[shelf.products] = delivered
    for row, plant in sorted(plants.items()):
        plant.ship(float(delivered[row].sum()))
        world.delivered[plant.product] += float(delivered[row].sum())
    _record(world, m, shelf, out)
    _watch(world, shelf, out)
    _warned(world, drug, shelf, plants, out)
    _respond(world, m, drug, shelf)
    _damages(world, m, shelf, out)


def _record(world: World, m: int, shelf: Shelf, out: Delivered) -> None:
    """A row of the supply table for each supplier of each agreement; capacity and stock are the whole plant's."""
    for agreement in shelf.running:
        wanted = np.where(agreement.open, shelf.routes * world.orders[agreement.drug], 0.0)
        rows = shelf.rows(agreement)
        for row, supplier in zip(rows.tolist(), agreement.suppliers, strict=True):
            mine, own = float(wanted[row].sum()), float(out.own[row, agreement.open].sum())
            world.recorder.supply(
                m, agreement.round, supplier.plant, mine, own, float(out.help[row, agreement.open].sum()),
                max(0.0, mine - own),
            )  # fmt: skip


def _helped(world: World, shelf: Shelf) -> Floats:
    """Part of a gap that others may cover this month, (places,): none of it before they can be active."""
    now, part = world.env.now, np.zeros(len(shelf.agreement))
    for agreement in shelf.running:
        failure = agreement.rules.failure
        if failure.takes_over != "none":
            known = agreement.failed_since() if world.supply.warning else shelf.short_since
            ready = np.minimum(np.minimum(known, shelf.told), now) + failure.days_to_help
            may = np.clip((now + MONTH - ready) / MONTH, 0, 1) * world.supply.coverage
            part = np.where(agreement.open, may, part)
    return part


def _watch(world: World, shelf: Shelf, out: Delivered) -> None:
    """Note when a shortage begins and ends, and when somebody else first delivers."""
    now = world.env.now
    drug = shelf.agreements[0].drug
    wanted = shelf.routes * world.orders[drug]
    orders, missing, helped = wanted.sum(axis=0), wanted - out.own, out.help.sum(axis=0)
    gap = missing.sum(axis=0)
    if not gap.any():
        shelf.short_since[:], shelf.helped[:] = np.inf, False
        return
    short = gap > 1e-6 * np.maximum(orders, 1)
    for p in np.flatnonzero(short).tolist():
        agreement = shelf.of(p)
        if agreement is None:
            continue
        row = int(missing[:, p].argmax())
        main = next(s for s, r in zip(agreement.suppliers, shelf.rows(agreement).tolist(), strict=True) if r == row)
        line, name = main.plant.line, world.market.provinces[p].id
        if np.isinf(shelf.short_since[p]):
            shelf.short_since[p] = now
            world.log("shortage", line, round=agreement.round, province=name, value=float(gap[p]),
                      text=fact("short"))  # fmt: skip
        if helped[p] > 0 and not shelf.helped[p]:
            shelf.helped[p] = True
            waited = max(now - float(shelf.short_since[p]), agreement.rules.failure.days_to_help)
            world.log("backup", line, round=agreement.round, province=name, value=waited,
                      text=fact("others"))  # fmt: skip
    shelf.short_since[~short], shelf.helped[~short] = np.inf, False


def _warned(world: World, drug: int, shelf: Shelf, plants: dict[int, Plant], out: Delivered) -> None:
    """Keep who delivers where something is wrong: too little comes, or a supplier stands still or will."""
    down = [row for row, plant in plants.items() if not plant.makes]
    wrong = (shelf.short_since < np.inf) | (shelf.told < np.inf)
    if not down and not wrong.any():
        return
    relief, places, still = world.relief, np.arange(len(shelf.backup)), np.zeros(len(shelf.routes), dtype=np.bool_)
    still[down] = True
    relief.warned[drug] = (wrong | (shelf.routes[still] > 0).any(axis=0)) & (world.orders[drug] > 0)
    backup = np.where(shelf.backup >= 0, out.help[shelf.backup, places], 0.0)
    own, stock = out.own[~still].sum(axis=0), out.own[still].sum(axis=0)
    relief.delivered[:, drug] = own, stock, backup, out.help.sum(axis=0) - backup


def _told(world: World, shelf: Shelf, plants: dict[int, Plant], told: list[int]) -> dict[int, float]:
    """Who has reported a stop, and what all who make something make beyond orders because of it, units by row: as many
    months of the orders of who stops as the law gave them to prepare, in proportion to capacity."""
    shelf.told = np.full(len(shelf.backup), np.inf)
    extra: dict[int, float] = {}
    for row in told:
        shelf.told = np.where(shelf.routes[row] > 0, np.minimum(shelf.told, plants[row].told), shelf.told)
        made = {other: plant.capacity for other, plant in plants.items() if plant.makes}
        for other, capacity in made.items():
            units = plants[row].usual * world.notice(plants[row]) / MONTH
            extra[other] = extra.get(other, 0.0) + units * capacity / sum(made.values())
    return extra


def _kept_back(world: World, m: int, drug: int, shelf: Shelf, plants: dict[int, Plant]) -> Floats:
    """Part of what each product could deliver that is kept back, (products,): where the law pays more than its price
    for goods from elsewhere."""
    part = np.zeros(len(shelf.routes))
    for p in np.flatnonzero(shelf.answering[EMERGENCY]).tolist():
        paid = world.laws.part("supply_security", p, m).emergency_price * float(world.prices.mean[drug, p])
        part = np.where((shelf.routes[:, p] > 0) & (shelf.price[:, p] < paid), world.supply.kept_back, part)
    for row, plant in plants.items():
        if part[row] > 0 and plant.available > 0:
            world.log("kept-back", plant.line, value=float(part[row]) * plant.available, text=fact("kept_back"))
    return part


def _respond(world: World, m: int, drug: int, shelf: Shelf) -> None:
    """Where a drug is short, the tiers of the law answer one after the other, until the shortage ends."""
    short = shelf.short_since < np.inf
    shelf.answering &= short
    for p in np.flatnonzero(short).tolist():
        days = world.env.now - float(min(shelf.short_since[p], shelf.told[p]))
        agreement = shelf.of(p)
        for tier in world.relief.respond(m, drug, p, days, shelf):
            if agreement is not None:
                world.log(tier, round=agreement.round, drug=world.drug_ids[drug],
                          province=world.market.provinces[p].id, value=days, text=fact("bought_elsewhere"))  # fmt: skip


def _damages(world: World, m: int, shelf: Shelf, out: Delivered) -> None:
    """Suppliers pay hospitals for what came late."""
    for agreement in shelf.running:
        if not agreement.rules.failure.damages:
            continue
        missing = np.where(agreement.open, shelf.routes * world.orders[agreement.drug] - out.own, 0.0)
        days = world.env.now - shelf.short_since
        due = owed(agreement.rules.failure, shelf.price, missing, out.help.sum(axis=0), days)
        for row, supplier in zip(shelf.rows(agreement).tolist(), agreement.suppliers, strict=True):
            if due[row].any():
                world.log("damages", supplier.plant.line, round=agreement.round, value=float(due[row].sum()),
                          text=fact("owed"))  # fmt: skip
                world.accounts.charge("damages", m, agreement.round, supplier.product, due[row])
