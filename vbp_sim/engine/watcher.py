"""Whoever looks on while a replication is lived through, institution by institution, and changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from vbp_sim.streams import Words

Floats = npt.NDArray[np.float64]


class Observed(Protocol):
    """What is seen of a place: (drugs, institutions) ``bought`` and ``agreed`` of the agreement year, units, the
    institutions' counters ``at`` and the index of their ``level``."""

    index: int
    id: str
    bought: Floats
    agreed: Floats
    at: Words

    @property
    def level(self) -> npt.NDArray[np.intp]: ...


class Watcher(Protocol):
    """Is told of every month and every settled agreement year."""

    def month(self, m: int, place: Observed) -> None:
        """A place has received the goods of month ``m``."""

    def settled(self, place: Observed, round: str, year: int, drugs: Sequence[int], retained: Floats) -> None:
        """A place has settled an agreement year of some drugs; ``retained`` yuan, (drugs, institutions)."""
