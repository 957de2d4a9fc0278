"""The institutions of a place, generated: three levels, skewed sizes, demand that adds up to the reported tables.

Institutions are sorted by level and size and live in arrays, never one object each. What is drawn for one of them is
addressed by its place, level and generation number, never by where it stands after sorting, so nothing depends on
other places, drugs, or on how many institutions there are beside it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vbp_sim.scenario.market import LEVELS, Market, Province
from vbp_sim.scenario.spec import Demand
from vbp_sim.streams import Streams, Words

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Institutions:
    """Institutions of one place.

    ``use`` is the true yearly use before any round, units per year, shape (drugs, institutions); ``at`` the counter of
    each institution's draws, (institutions,); ``counts`` institutions per level; ``present`` the levels that have any;
    ``starts`` their first index.
    """

    use: Floats
    at: Words
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


def part_of_use(institutions: Institutions, some: npt.NDArray[np.bool_]) -> Floats:
    """Part of the use of each level that ``some`` institutions have, (levels,)."""
    use = institutions.use.sum(axis=0)
    sums = institutions.by_level(np.vstack([use * some, use]))
    return np.asarray(np.divide(sums[0], sums[1], out=np.zeros_like(sums[0]), where=sums[1] > 0))


def generate(market: Market, place: int, demand: Demand, luck: Streams) -> Institutions:
    """Draw the institutions of one place; the sum of ``use`` is the reported volume over the reporting ratio."""
    record = market.provinces[place]
    counts = np.array([record.tertiary, record.secondary, record.primary], dtype=np.intp)
    present = np.flatnonzero(counts)
    starts = np.concatenate([[0], np.cumsum(counts[present])[:-1]]).astype(np.intp)
    total = market.reported[:, place] / demand.reporting_ratio
    sizes, at = _sizes(record, counts, demand, luck)
    return Institutions(total[:, None] * sizes, at, counts, present, starts)


def _sizes(record: Province, counts: Ints, demand: Demand, luck: Streams) -> tuple[Floats, Words]:
    """Share of the place's demand that each institution has, largest first within its level, and its counter."""
    weights = level_weights(record, demand)
    sizes, numbers = [], []
    for level, count, weight in zip(LEVELS, counts, weights, strict=True):
        at = counters(record.id, level, int(count))
        size = np.exp(demand.size_spread * luck.normal("institution.size", at=at))
        order = np.argsort(-size, kind="stable")
        sizes.append(size[order] * (weight / size.sum() if count else 0.0))
        numbers.append(at[order])
    return np.concatenate(sizes), np.concatenate(numbers)


def level_weights(record: Province, demand: Demand) -> Floats:
    """Share of each level in the demand of a place, (levels,)."""
    counts = np.array([record.tertiary, record.secondary, record.primary])
    weights = np.array([demand.level_share[level] for level in LEVELS]) * (counts > 0)
    if weights.sum() == 0:
        weights = counts.astype(np.float64)  # only levels without a share take part
    return np.asarray(weights / weights.sum())


def counters(place: str, level: str, count: int) -> Words:
    """Counters of the draws of so many institutions in the order in which they are generated, shape (count,)."""
    text = hashlib.blake2b(f"{place}\x1f{level}".encode(), digest_size=8).digest()
    with np.errstate(over="ignore"):
        return np.asarray(np.uint64(int.from_bytes(text, "little")) + np.arange(count, dtype=np.uint64))


def numbers(place: str, level: Ints, at: Words) -> npt.NDArray[np.int64]:
    """Numbers of institutions within their level, from 1, by the index of their ``level`` and their counters."""
    first = np.array([counters(place, name, 1)[0] for name in LEVELS])
    return np.asarray((at - first[level]).astype(np.int64) + 1)
