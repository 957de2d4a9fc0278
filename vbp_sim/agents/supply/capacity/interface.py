"""How much a winner can make: chosen when the contract is signed, from what it knows then."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from vbp_sim.rules.failure import Failure
from vbp_sim.scenario.parts import Part


@dataclass(frozen=True)
class Commitment:
    """What a winner signs. Money in yuan per unit; volumes in units per year.

    ``ceiling`` is the highest valid bid; ``agreed`` the volume guaranteed to it; ``own`` the capacity that it had
    before; ``least`` what every winner commits itself to; ``failure`` what the rules say of those who do not deliver.
    """

    price: float
    cost: float
    ceiling: float
    agreed: float
    own: float
    least: float
    failure: Failure


class Capacity(Part):
    """Kind: how much a winner can make in a year."""

    kind: ClassVar[str] = "capacity"

    @abstractmethod
    def installed(self, signed: Commitment) -> float:
        """Return the capacity for the contract, units per year."""
        raise NotImplementedError

    def limit(self, own: float) -> float:
        """Most volume that may be agreed with a firm of such own capacity, units per year; the rest passes down."""
        return math.inf
