"""Deposits: what winners with a rating in force lodge when their agreement begins, and when they get it back."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import numpy.typing as npt
import simpy

from vbp_sim.engine.agreement import Supplier
from vbp_sim.engine.world import World


def lodge(world: World, supplier: Supplier) -> None:
    """A winner lodges the part of a year's agreed volume that the law of each place asks where it is rated, if any."""
    company, laws = world.companies.name(supplier.product), world.laws.everywhere("credit", world.month_now)
    part = np.array([law.deposit and law.deposit * world.sanctions.rated(company, p) for p, law in enumerate(laws)])
    if part.any():
        yuan = part * supplier.price * supplier.volumes
        round_id = supplier.agreement.round
        world.accounts.charge("deposit", world.month_now, round_id, supplier.product, yuan)
        world.env.process(_returned(world, supplier, yuan))


def _returned(world: World, supplier: Supplier, yuan: npt.NDArray[np.float64]) -> Generator[simpy.Event, None, None]:
    """At the end of the term the treasury gives it back; it keeps that of a winner that stopped or was struck."""
    yield from world.until(world.clock.day(supplier.agreement.end))
    m, round_id = world.month_now, supplier.agreement.round
    if supplier.plant.gone or supplier.lost:
        world.accounts.set_off("deposit_kept", m, round_id, yuan)
    else:
        world.accounts.charge("deposit_back", m, round_id, supplier.product, yuan, receives=True)
