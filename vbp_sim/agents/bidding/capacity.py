"""One plant for several drugs: what a unit costs beside its cost, because other drugs need the room too.

A firm's products share its plant: a unit of product i takes 1 / capacity_i of it, and what the firm may expect to win
in a round may fill at most ``limit`` of the plant:

    sum over its drugs of  expected share won x reported volume / capacity  <=  limit

Where its bids would promise more, a price of room (yuan per plant and year) is found by bisection, the least at which
they no longer do; each drug bears price / capacity_i per unit on top of its cost. So the firm bids higher where room
is scarce, and first stays out of the drug that earns least per room.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from vbp_sim.agents.bidding.interface import Floats, Opening

#: halvings of the interval in which the price of room lies
HALVINGS = 14


def with_burdens(openings: Sequence[Opening], expected: Callable[[Opening], Floats], limit: float) -> list[Opening]:
    """The openings with the burden that keeps each firm within its plant.

    ``expected`` returns units per year that each firm of an opening would win with the bids that it would make.
    """
    plants = _Plants(openings)
    over = plants.filled([expected(o) for o in openings]) > limit
    low, high = np.zeros(len(over)), np.where(over, plants.room_is_worth(), 0.0)
    touched = [bool(over[firms].any()) for firms in plants.firms]
    for _ in range(HALVINGS if over.any() else 0):
        price = (low + high) / 2
        tried = plants.burdened(price)
        fine = plants.filled([expected(o) if t else np.zeros(len(o.cost)) for o, t in zip(tried, touched, strict=True)])
        low, high = np.where(fine > limit, price, low), np.where(fine > limit, high, price)
    return plants.burdened(high) if over.any() else list(openings)


class _Plants:
    """Firms of a round by name, each with the places that it has in the openings."""

    def __init__(self, openings: Sequence[Opening]) -> None:
        names = {name: i for i, name in enumerate(dict.fromkeys(n for o in openings for n in o.manufacturer))}
        self.openings, self.count = openings, len(names)
        self.firms = [np.array([names[n] for n in o.manufacturer], dtype=np.intp) for o in openings]
        self.capacity = [np.full(len(o.cost), np.inf) if o.capacity is None else o.capacity for o in openings]

    def filled(self, units: Sequence[Floats]) -> Floats:
        """Part of each firm's plant that so many units a year take."""
        total = np.zeros(self.count)
        for firms, capacity, made in zip(self.firms, self.capacity, units, strict=True):
            np.add.at(total, firms, made / capacity)
        return total

    def room_is_worth(self) -> Floats:
        """The price of room at which every drug of a firm would cost more than its ceiling."""
        worth = np.zeros(self.count)
        for firms, capacity, o in zip(self.firms, self.capacity, self.openings, strict=True):
            np.maximum.at(worth, firms, np.where(np.isfinite(capacity), 1.01 * o.ceiling * capacity, 0.0))
        return worth

    def burdened(self, price: Floats) -> list[Opening]:
        """The openings with each firm's price of room."""
        return [
            replace(o, burden=price[firms] / capacity)
            for o, firms, capacity in zip(self.openings, self.firms, self.capacity, strict=True)
        ]
