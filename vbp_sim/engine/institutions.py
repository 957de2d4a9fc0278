"""The institutions of a province, generated: three levels, skewed sizes, demand that adds up to the reported tables.

Institutions are sorted by level and size and live in arrays, never one object each. What is drawn for one of them is
addressed by its province, level and place in the order, so nothing depends on other provinces or drugs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vbp_sim.scenario.market import LEVELS, Market, Province
from vbp_sim.scenario.spec import Demand
from vbp_sim.streams import Streams

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Institutions:
    """Institutions of one province.

    ``use`` is the true yearly use before any round, units per year, shape (drugs, institutions);
    ``counts`` institutions per level; ``present`` the levels that have any; ``starts`` their first index.
    """

    use: Floats
    counts: Ints
    present: Ints
    starts: Ints

    @property
    def number(self) -> int:
        return int(self.counts.sum())

    @property
    def level(self) -> Ints:
        """Place of each institution's level in `LEVELS`, shape (institutions,)."""
        return np.repeat(np.arange(len(LEVELS)), self.counts)

    def by_level(self, values: Floats) -> Floats:
        """Sum over the institutions of each level: (drugs, institutions) in, (drugs, levels) out."""
        sums = np.zeros((values.shape[0], len(LEVELS)))
        sums[:, self.present] = np.add.reduceat(values, self.starts, axis=1)
        return sums


def generate(market: Market, province: int, demand: Demand, luck: Streams) -> Institutions:
    """Draw the institutions of one province; the sum of ``use`` is the reported volume over the reporting ratio."""
    place = market.provinces[province]
    counts = np.array([place.tertiary, place.secondary, place.primary], dtype=np.intp)
    present = np.flatnonzero(counts)
    starts = np.concatenate([[0], np.cumsum(counts[present])[:-1]]).astype(np.intp)
    total = market.reported[:, province] / demand.reporting_ratio
    return Institutions(total[:, None] * _sizes(place, counts, demand, luck), counts, present, starts)


def _sizes(place: Province, counts: Ints, demand: Demand, luck: Streams) -> Floats:
    """Share of the province's demand that each institution has, largest first within its level."""
    weights = np.array([demand.level_share[level] for level in LEVELS]) * (counts > 0)
    if weights.sum() == 0:
        weights = np.asarray(counts, dtype=np.float64)  # only levels without a share take part
    weights /= weights.sum()
    parts = []
    for level, count, weight in zip(LEVELS, counts, weights, strict=True):
        size = np.exp(demand.size_spread * luck.normal("institution.size", place.id, level, at=np.arange(count)))
        parts.append(np.sort(size)[::-1] * (weight / size.sum() if count else 0.0))
    return np.concatenate(parts)
