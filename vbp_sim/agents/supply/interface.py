"""What a supply model must do: say when a supplier fails and recovers, and how much it keeps and makes."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from vbp_sim.scenario.parts import Part
from vbp_sim.streams import Streams


@dataclass(frozen=True)
class Line:
    """One supplied product. ``margin`` is (price - cost) / price; ``form`` as in the market's drugs."""

    round: str
    drug: str
    manufacturer: str
    form: str
    margin: float


@dataclass(frozen=True)
class Outage:
    """When the next failure comes and how long it lasts, in days; ``final`` if the firm gives the product up."""

    after: float
    lasts: float
    final: bool


class Supply(Part):
    """Kind: how suppliers fail, recover, keep stock and help out."""

    kind: ClassVar[str] = "supply"

    committed_capacity: float
    stock_months: float
    catch_up: float
    coverage: float
    switchable: float

    @abstractmethod
    def outage(self, line: Line, occasion: int, luck: Streams) -> Outage:
        """Return the ``occasion``-th failure of a product, counted from the end of the one before."""
        raise NotImplementedError
