"""Where firms buy the active ingredient of a drug, when such a source stands still, and what an ingredient costs.

    independent     no common cause: what happens to ingredients is part of each supplier's own failures
    shared-sources  several firms buy the ingredient of a drug at the same source, and stand still with it

Shared sources: each drug has a few sources; each firm without an ingredient of its own buys at one of them, drawn once
for the whole simulation. A source fails and recovers like a supplier (exponential times). Firms that make their own
ingredient have a source for themselves, with the same chance of failure. The draws are addressed by drug, source and
occasion.

Prices: the index of a drug's ingredient is 1 in the first month. Its logarithm x then moves month by month,

    x' = a x + price_spread sqrt(1 - a^2) z + price_jump [a jump comes],   a = 1/2 ^ (1 / price_half_life)

so that it always returns (an Ornstein-Uhlenbeck process seen every month, with rare jumps). A unit costs
1 + cost_share (index - 1) times what it cost at the start; of the moves a firm with its own ingredient bears the part
that it is not ``hedged`` against. Firms bid by the costs of the day, and then sell at that price for the whole term: a
margin that goes under cost makes failures and exits likelier (`renewal`). At the default nothing moves.

Example: `ingredients: {model: shared-sources, sources: 3, price_spread: 0.3, price_jumps: 0.05}`.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt

from vbp_sim.scenario.limits import Portion
from vbp_sim.scenario.parts import Part, param
from vbp_sim.streams import Streams

Floats = npt.NDArray[np.float64]
_YEAR = 365.25


@dataclass(frozen=True)
class Shock:
    """A source stands still between two moments, days of the simulation."""

    begins: float
    ends: float


class Ingredients(Part):
    """Kind: which firms share a source of their active ingredient, what happens to it, and what it costs."""

    kind: ClassVar[str] = "ingredients"

    price_spread: float = param(
        0.0,
        "spread of an ingredient's price over the years, sd of the logarithm",
        source="assumption, 0 to 0.6; people of the field say 0.3, nothing published was found, so 0",
        ge=0,
        le=2,
    )
    price_half_life: float = param(
        18.0, "time in which half of a move of the price is gone", "months", "assumption, 6 to 36", gt=0, le=600
    )
    price_jumps: float = param(
        0.0, "rare rises of an ingredient's price", "per year", "assumption, 0 to 0.2; nothing published, so 0",
        ge=0, le=12,
    )  # fmt: skip
    price_jump: float = param(
        0.7, "rise of the logarithm of the price by a jump; 0.7 doubles it", source="assumption, 0.3 to 1.5", ge=0, le=5
    )
    cost_share: Portion = param(
        0.4, "part of a unit's cost that the ingredient is at the start", "share", "assumption, 0.3 to 0.6"
    )
    hedged: Portion = param(
        1.0,
        "part of the moves that a firm which makes the ingredient itself does not bear",
        "share",
        "assumption, 0.5 to 1",
    )

    @property
    def moves(self) -> bool:
        """Whether prices of ingredients move at all."""
        return (self.price_spread > 0 or (self.price_jumps > 0 and self.price_jump > 0)) and self.cost_share > 0

    def index(self, drug: str, months: int, luck: Streams) -> Floats:
        """The price of a drug's ingredient over that of the first month, (months,)."""
        later = np.arange(1, months)
        stays = 0.5 ** (1 / self.price_half_life)
        push = self.price_spread * (1 - stays**2) ** 0.5 * luck.normal("ingredients.price", drug, at=later)
        comes = luck.uniform("ingredients.jump", drug, at=later) < -np.expm1(-self.price_jumps / 12)
        x = [0.0]
        for move in (push + self.price_jump * comes).tolist():
            x.append(stays * x[-1] + move)
        return np.asarray(np.exp(x))

    def dearness(self, index: float, *, own: bool) -> float:
        """What a unit costs a firm over what it cost at the start; ``own``: it makes the ingredient itself."""
        return 1 + self.cost_share * (1 - self.hedged if own else 1.0) * (index - 1)

    @abstractmethod
    def source(self, drug: str, manufacturer: str, own: bool, known: str, luck: Streams) -> str:
        """Return the source at which a firm gets a drug's ingredient, ``known`` where the market says it; "" = one that
        never stands still."""
        raise NotImplementedError

    @abstractmethod
    def shocks(self, drug: str, source: str, until: float, luck: Streams) -> list[Shock]:
        """Return the times at which a source stands still, up to a day of the simulation."""
        raise NotImplementedError


def shocks(of: str, where: tuple[str, ...], rate: float, months: float, until: float, luck: Streams) -> list[Shock]:
    """Times, up to a day of the simulation, at which something stands still, ``rate`` times a year for ``months`` on
    average; exponential both, the draws addressed by ``of``, ``where`` and occasion."""
    found: list[Shock] = []
    day, occasion = 0.0, 0
    while rate > 0:
        day += float(luck.exponential(f"{of}.up", *where, occasion)) / rate * _YEAR
        if day >= until:
            break
        lasts = float(luck.exponential(f"{of}.down", *where, occasion)) * months * _YEAR / 12
        found.append(Shock(day, day + lasts))
        day, occasion = day + lasts, occasion + 1
    return found


class Independent(Ingredients):
    """Ingredients are always there."""

    model: Literal["independent"] = "independent"

    def source(self, drug: str, manufacturer: str, own: bool, known: str, luck: Streams) -> str:
        """See `Ingredients.source`."""
        return ""

    def shocks(self, drug: str, source: str, until: float, luck: Streams) -> list[Shock]:
        """See `Ingredients.shocks`."""
        return []


class SharedSources(Ingredients):
    """A few sources per drug, shared by all firms that do not make the ingredient themselves."""

    model: Literal["shared-sources"] = "shared-sources"
    sources: int = param(2, "sources of a drug's active ingredient that firms can buy at", "sources", ge=1, le=100)
    rate: float = param(
        0.05,
        "times that a source stands still",
        "per year",
        "assumption, 0.01 to 0.08; people of the field say 0.03 for an ingredient as a whole",
        ge=0,
        le=50,
    )
    months: float = param(4.0, "mean time until it delivers again", "months", gt=0, le=120)

    def source(self, drug: str, manufacturer: str, own: bool, known: str, luck: Streams) -> str:
        """See `Ingredients.source`."""
        if known:
            return known
        if own:
            return f"own of {manufacturer}"
        return str(1 + int(float(luck.uniform("ingredients.source", drug, manufacturer)) * self.sources))

    def shocks(self, drug: str, source: str, until: float, luck: Streams) -> list[Shock]:
        """See `Ingredients.shocks`."""
        return shocks("ingredients", (drug, source), self.rate, self.months, until, luck)
