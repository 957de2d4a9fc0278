"""What the institutions of a place get of a month's orders: deliveries, other products, what the law's tiers find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vbp_sim.engine import kernel
from vbp_sim.engine.relief import EMERGENCY
from vbp_sim.engine.world import World

Floats = npt.NDArray[np.float64]
_LEVELLED = ("substituted", "emergency", "relief", "waiting", "unmet")


@dataclass(frozen=True)
class Got:
    """Units, (drugs, institutions): ``bought`` of selected products, ``nonselected``, ordered and ``undelivered`` (None
    = all came), ``waiting`` for next month (None = nobody waits). ``by_level`` (drugs, levels): substituted, emergency,
    relief, waiting and unmet."""

    bought: Floats
    nonselected: Floats
    undelivered: Floats | None
    waiting: Floats | None
    by_level: dict[str, Floats]


def receive(
    world: World, m: int, place: int, by_level: Callable[[Floats], Floats], nothing: Floats, listed: Floats,
    ordered: Floats, brings: Floats | None,
) -> Got:  # fmt: skip
    """Share out what was dispatched to a place; ``listed`` is the need for the drug, ``brings`` the part of orders that
    distributors bring (None = all), ``nothing`` zeros (drugs, levels)."""
    filled, relief = world.filled[:, place], world.relief
    if (filled == 1).all() and brings is None:
        if relief.warned[:, place].any():
            relief.book(m, place, ())
        return Got(ordered, listed - ordered, None, None, dict.fromkeys(_LEVELLED, nothing))
    part = 1.0 if brings is None else brings
    got = kernel.receive(listed * part, ordered * part, filled, world.supply.switchable)
    open_ = got.unmet.sum(axis=1)
    tiers = relief.shares(m, place, open_)
    missing, undelivered, waiting = got.unmet, ordered - got.bought, None
    levels = dict.fromkeys(_LEVELLED, nothing) | {"substituted": by_level(got.substituted)}
    if tiers.any():
        others = np.delete(tiers, EMERGENCY, axis=0)
        found = got.unmet * tiers.sum(axis=0)[:, None]
        missing = got.unmet - found
        levels["substituted"] = by_level(got.substituted + found)
        levels["emergency"] = by_level(got.unmet * tiers[EMERGENCY, :, None])
        if others.any():
            levels["relief"] = by_level(got.unmet * others.sum(axis=0)[:, None])
            dearer = (others * relief.dearer(m, place)).sum(axis=0)[:, None]
            world.recorder.dearer[m, :, place] = by_level(got.unmet * dearer)
    if world.supply.backorders > 0:
        waiting = missing * world.supply.backorders
        missing, undelivered = missing - waiting, undelivered - waiting
        levels["waiting"] = by_level(waiting)
    levels["unmet"] = by_level(missing + listed * (1 - part))
    if relief.warned[:, place].any():
        left = open_ * (1 - tiers.sum(axis=0))
        waits = world.supply.backorders
        relief.book(m, place, (got.substituted.sum(axis=1), *tiers * open_, left * waits, left * (1 - waits)))
    return Got(got.bought, got.nonselected, undelivered, waiting, levels)
