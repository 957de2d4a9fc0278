"""The table `institutions`: what each institution was assessed at, for every agreement year and drug.

A scenario asks for it with ``outputs: {institutions: true}``; it looks on and changes nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from vbp_sim.engine.institutions import numbers
from vbp_sim.engine.watcher import Observed, Settled
from vbp_sim.scenario.market import LEVELS

Columns = dict[str, npt.NDArray[Any]]
#: what is kept of a settled year as it is
KEPT = (
    "reported",
    "agreed",
    "bought",
    "nonselected",
    "completion",
    "other_share",
    "score",
    "mark",
    "passed",
    "retained",
)


class ByInstitution:
    """Collects the columns of the table, a block for each place and settled year; see `Watcher`."""

    def __init__(self, drugs: tuple[str, ...]) -> None:
        self._drugs, self.blocks = np.array(drugs, dtype=object), list[Columns]()

    def month(self, m: int, place: Observed) -> None:
        """A month leaves nothing to keep."""

    def settled(self, place: Observed, year: Settled) -> None:
        """Keep all institutions of the levels that have an agreed volume of a drug."""
        level, usual, drugs = place.level, place.usual[year.drugs], self._drugs[year.drugs]
        number = numbers(place.id, level, place.at)
        there = np.array([[(row[level == own] > 0).any() for own in range(len(LEVELS))] for row in year.agreed])
        at = np.nonzero(there[:, level])
        whole = usual.sum(axis=1, keepdims=True)
        found: Columns = {
            "round": np.full(len(at[0]), year.round, dtype=object),
            "contract_year": np.full(len(at[0]), year.year, dtype=np.int64),
            "drug": drugs[at[0]],
            "province": np.full(len(at[0]), place.id, dtype=object),
            "level": np.array(LEVELS, dtype=object)[level[at[1]]],
            "institution": number[at[1]],
            "size": np.divide(usual, whole, out=np.zeros_like(usual), where=whole > 0)[at],
        }
        for name in KEPT:
            found[name] = getattr(year, name)[at]
        self.blocks.append(found)
