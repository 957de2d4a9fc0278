"""Where firms buy the active ingredient of a drug, and when such a source stands still."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from vbp_sim.scenario.parts import Part
from vbp_sim.streams import Streams


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
