"""What institutions of a place stock of a drug: decided when agreements begin, and again where the watch marks them."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from vbp_sim.agents.choice.interface import Shelf, Stock
from vbp_sim.engine.world import World
from vbp_sim.rules.local.watch import Marks
from vbp_sim.streams import Words

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: utility that no push outweighs: of the only product on a shelf
ALONE = 600.0


class Stocking(Protocol):
    """What is read of a place (`Place`); its ``natural`` utility and its ``stock`` may change."""

    index: int
    at: Words
    usual: Floats
    months: Ints
    agreed: Floats
    plain: Floats
    paying: Floats
    kept: Floats
    natural: Floats
    stock: Stock


def shelves(world: World, place: Stocking, m: int, drugs: list[int], utility: Floats) -> Stock | None:
    """What institutions stock of some drugs at a ``utility`` of the selected product, (drugs, institutions); None =
    both, everywhere."""
    need = np.maximum(place.usual[drugs] * place.months[drugs, None], 1e-12)
    asked = world.laws.part("assessment", place.index, m).task * place.agreed[drugs]
    names = tuple(world.drug_ids[d] for d in drugs)
    return world.choice.stock(Shelf(names, place.at, utility, asked / need, place.stock[drugs]), world.luck)


def pressed(world: World, place: Stocking, m: int, marks: Marks) -> Floats:
    """Utility of the selected products in a month in which institutions are marked, (drugs, institutions).

    Who is marked and stocks none of them weighs its shelf again, and may put them there.
    """
    push = world.choice.marked(marks)
    drugs = np.flatnonzero(((push > 0) & (place.stock < 0)).any(axis=1)).tolist()
    if drugs:
        now = place.stock[drugs]
        utility = place.plain[drugs] + place.paying[drugs, None] + world.choice.money(place.kept[drugs]) + push[drugs]
        new = shelves(world, place, m, drugs, utility)
        stock = np.where(push[drugs] > 0, now if new is None else np.maximum(new, now), now)
        place.natural[drugs] += ALONE * (stock - now)
        place.stock[drugs] = stock
    return place.natural + push
