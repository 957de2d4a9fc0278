"""Whoever looks on while a replication is lived through, institution by institution, and changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from vbp_sim.streams import Words

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Settled:
    """An agreement year of some ``drugs`` of a round in a place, settled; arrays (drugs, institutions).

    ``reported`` units per year; ``agreed``, ``bought`` and ``nonselected`` units of the year; ``completion``,
    ``other_share`` and ``score`` as assessed; ``mark`` of its last month (0 none, 1 yellow, 2 red); ``passed``;
    ``retained`` yuan. (drugs, 1), yuan per unit: ``price`` of what is selected, ``rest`` of all else, ``before`` what
    both cost until the agreement.
    """

    round: str
    year: int
    drugs: list[int]
    reported: Floats
    agreed: Floats
    bought: Floats
    nonselected: Floats
    completion: Floats
    other_share: Floats
    score: Floats
    mark: npt.NDArray[np.int64]
    passed: npt.NDArray[np.bool_]
    retained: Floats
    price: Floats
    rest: Floats
    before: Floats


class Observed(Protocol):
    """What is seen of a place: (drugs, institutions) ``bought`` and ``agreed`` of the agreement year and ``usual`` use
    of a month, units, the institutions' counters ``at`` and the index of their ``level``."""

    index: int
    id: str
    bought: Floats
    agreed: Floats
    at: Words
    usual: Floats

    @property
    def level(self) -> npt.NDArray[np.intp]: ...


class Watcher(Protocol):
    """Is told of every month and every settled agreement year."""

    def month(self, m: int, place: Observed) -> None:
        """A place has received the goods of month ``m``."""

    def settled(self, place: Observed, year: Settled) -> None:
        """A place has settled an agreement year of some drugs of a round."""
