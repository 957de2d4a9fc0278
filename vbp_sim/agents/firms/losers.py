"""What firms that were not selected ask for their products from then on.

    keep         the price of before
    best-reply   of the prices below, that with the largest margin x expected volume

With p the price of before and P the highest selected price of the drug, a loser may keep p, cut to ``mark`` x P, from
which on the law of platforms marks a price red, to ``link`` x P, to which linkage asks it to come, or match P; it never
goes over p or under its cost.

    volume in hospitals   lost x (price / p)^-elasticity x (1 - marked if over mark x P)
                          x (1 - unlinked if over link x P) x (1 + matched if not over P)
    volume outside        outside / (1 - outside) x (price / p)^-elasticity

Hospitals buy ``lost`` of what they bought before, the rest is with the selected; the price is one for the nation, so
what a cut costs outside hospitals counts too. Of two prices that pay alike the higher is kept. A product under whose
cost even p lies keeps p: firms do not leave the market here.

Example: `losers: {model: best-reply, outside_originator: 0.4}`.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from vbp_sim.agents.firms.interface import Bools, Floats
from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.parts import Part, param
from vbp_sim.streams import Streams


@dataclass(frozen=True)
class Lost:
    """Products of a drug that were not selected in a round, arrays (products,).

    ``price`` of before and ``cost`` yuan per unit; ``selected`` the highest selected price, yuan per unit; ``mark`` the
    price over that which platforms mark red, infinite where none does.
    """

    drug: str
    manufacturer: tuple[str, ...]
    originator: Bools
    price: Floats
    cost: Floats
    selected: float
    mark: float = np.inf


class Losers(Part):
    """Kind: what firms that were not selected do with their prices."""

    kind: ClassVar[str] = "losers"

    @abstractmethod
    def prices(self, lost: Lost, luck: Streams) -> Floats:
        """Return the price of each product from the first day of supply on, yuan per unit, none over that of before."""
        raise NotImplementedError


class Keep(Losers):
    """Nobody changes a price."""

    model: Literal["keep"] = "keep"

    def prices(self, lost: Lost, luck: Streams) -> Floats:
        """See `Losers.prices`."""
        return lost.price


class BestReply(Losers):
    """The price that earns most in hospitals and outside together."""

    model: Literal["best-reply"] = "best-reply"
    marked: Portion = param(
        0.3, "part of its volume in hospitals that a marked product loses", "share", "assumption, 0 to 0.6"
    )
    link: float = param(
        1.5,
        "price over the highest selected one to which linkage asks a loser to come",
        "x",
        "[E5]: 1.5 with batches 8 and 9",
        "S",
        ge=1,
        le=100,
    )
    unlinked: Portion = param(
        0.1,
        "part of its volume in hospitals that a product over the linked price loses",
        "share",
        "assumption, 0 to 0.3",
    )
    matched: float = param(
        0.5,
        "volume in hospitals that a product gains if it is no dearer than the selected ones",
        "share",
        "assumption, 0 to 2; Shanghai 2021 leaves such products out of its assessment",
        ge=0,
        le=20,
    )
    lost: Portion = param(
        0.38,
        "what hospitals go on buying of a product that was not selected",
        "share",
        "use of non-selected products -62 % [B1]",
        "S",
    )
    elasticity: float = param(
        0.45,
        "how a product's volume falls with its price (median)",
        "elasticity",
        "seven published pairs of volume and unit cost imply 0.28 to 0.59",
        "I",
        ge=0,
        le=5,
    )
    elasticity_spread: float = param(
        0.6, "spread of that between products, sd of the logarithm", source="assumption", ge=0, le=3
    )
    outside_originator: float = param(
        0.25, "part of an originator's sales outside hospitals", "share", "assumption, 0.1 to 0.4", ge=0, lt=1
    )
    outside_generic: float = param(
        0.1, "part of a generic's sales outside hospitals", "share", "assumption, 0 to 0.3", ge=0, lt=1
    )

    def prices(self, lost: Lost, luck: Streams) -> Floats:
        """See `Losers.prices`."""
        before, top = lost.price, lost.selected
        steps = np.stack([before, *(np.full(len(before), x * top) for x in (lost.mark, self.link, 1.0))])
        options = np.where(steps < lost.cost, before, np.minimum(steps, before))
        z = np.array([float(luck.normal("losers.elasticity", lost.drug, name)) for name in lost.manufacturer])
        falls = (options / before) ** -(self.elasticity * np.exp(self.elasticity_spread * z))
        outside = np.where(lost.originator, self.outside_originator, self.outside_generic)
        hospitals = self.lost * np.where(options > lost.mark * top, 1 - self.marked, 1.0)
        hospitals = hospitals * np.where(options > self.link * top, 1 - self.unlinked, 1.0)
        hospitals = hospitals * np.where(options <= top, 1 + self.matched, 1.0)
        worth = (options - lost.cost) * falls * (hospitals + outside / (1 - outside))
        return np.asarray(np.take_along_axis(options, worth.argmax(axis=0)[None], axis=0)[0])
