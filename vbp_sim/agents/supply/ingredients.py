"""Where firms buy the active ingredient of a drug, and when such a source stands still.

    independent     no common cause: what happens to ingredients is part of each supplier's own failures
    shared-sources  several firms buy the ingredient of a drug at the same source, and stand still with it

Shared sources: each drug has a few sources; each firm without an ingredient of its own buys at one of them, drawn once
for the whole simulation. A source fails and recovers like a supplier (exponential times). Firms that make their own
ingredient have a source for themselves, with the same chance of failure. The draws are addressed by drug, source and
occasion.

Example: `ingredients: {model: shared-sources, sources: 3}`.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal

from vbp_sim.scenario.parts import Part, param
from vbp_sim.streams import Streams

_YEAR = 365.25


@dataclass(frozen=True)
class Shock:
    """A source stands still between two moments, days of the simulation."""

    begins: float
    ends: float


class Ingredients(Part):
    """Kind: which firms share a source of their active ingredient, and what happens to it."""

    kind: ClassVar[str] = "ingredients"

    @abstractmethod
    def source(self, drug: str, manufacturer: str, own: bool, luck: Streams) -> str:
        """Return the source at which a firm gets a drug's ingredient; "" = one that never stands still."""
        raise NotImplementedError

    @abstractmethod
    def shocks(self, drug: str, source: str, until: float, luck: Streams) -> list[Shock]:
        """Return the times at which a source stands still, up to a day of the simulation."""
        raise NotImplementedError


class Independent(Ingredients):
    """Ingredients are always there."""

    model: Literal["independent"] = "independent"

    def source(self, drug: str, manufacturer: str, own: bool, luck: Streams) -> str:
        """See `Ingredients.source`."""
        return ""

    def shocks(self, drug: str, source: str, until: float, luck: Streams) -> list[Shock]:
        """See `Ingredients.shocks`."""
        return []


class SharedSources(Ingredients):
    """A few sources per drug, shared by all firms that do not make the ingredient themselves."""

    model: Literal["shared-sources"] = "shared-sources"
    sources: int = param(2, "sources of a drug's active ingredient that firms can buy at", "sources", ge=1, le=100)
    rate: float = param(0.05, "times that a source stands still", "per year", ge=0, le=50)
    months: float = param(4.0, "mean time until it delivers again", "months", gt=0, le=120)

    def source(self, drug: str, manufacturer: str, own: bool, luck: Streams) -> str:
        """See `Ingredients.source`."""
        if own:
            return f"own of {manufacturer}"
        return str(1 + int(float(luck.uniform("ingredients.source", drug, manufacturer)) * self.sources))

    def shocks(self, drug: str, source: str, until: float, luck: Streams) -> list[Shock]:
        """See `Ingredients.shocks`."""
        found: list[Shock] = []
        day, occasion = 0.0, 0
        while self.rate > 0:
            where = (drug, source, occasion)
            day += float(luck.exponential("ingredients.up", *where)) / self.rate * _YEAR
            if day >= until:
                break
            lasts = float(luck.exponential("ingredients.down", *where)) * self.months * _YEAR / 12
            found.append(Shock(day, day + lasts))
            day, occasion = day + lasts, occasion + 1
        return found
