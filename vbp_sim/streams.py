"""Keyed random draws: a draw is addressed by (seed, replication, decision, entity, occasion), never by call order.

So the same scenario and seed give the same numbers in any process, with any number of workers and in any order of
work; a variant that changes one thing leaves every other draw as it was. Words come from a 64-bit hash of the address
(BLAKE2b for names, splitmix64 for counters); every law is drawn by its inverse distribution, one word each.

>>> import numpy as np
>>> luck = Streams(seed=1, replication=0)
>>> float(luck.uniform("demand", "atorvastatin", at=np.arange(3)).round(3)[0])
0.846
"""

from __future__ import annotations

import functools
import hashlib
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Words = npt.NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX2 = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S48, _S12 = (np.uint64(n) for n in (30, 27, 31, 48, 12))

#: a normal draw takes one of this many equally likely values (error of any quantile below 4 sd: 0.0005)
LEVELS = 1 << 16


@functools.cache
def normal_table() -> Floats:
    """Standard normal quantiles at the middle of `LEVELS` equal classes, scaled to mean 0 and variance 1."""
    inverse = NormalDist().inv_cdf
    half = np.array([inverse((i + 0.5) / LEVELS) for i in range(LEVELS // 2)])
    table = np.concatenate([half, -half[::-1]])
    return np.asarray(table / table.std(), dtype=np.float64)


def mix(words: Words) -> Words:
    """Splitmix64's finishing step: neighbouring inputs become unrelated words. Any shape in, the same out."""
    with np.errstate(over="ignore"):
        z = words >> _S30  # one array is made and then changed in place
        z ^= words
        z *= _MIX1
        z ^= z >> _S27
        z *= _MIX2
        z ^= z >> _S31
        return z


class Streams:
    """All random draws of one replication of one seed."""

    def __init__(self, seed: int, replication: int) -> None:
        self.seed = seed
        self.replication = replication
        self._keys: dict[tuple[str | int, ...], np.uint64] = {}

    def key(self, *address: str | int) -> np.uint64:
        """Hash an address (decision first, then entities and occasion) to a 64-bit key."""
        key = self._keys.get(address)
        if key is None:
            text = "\x1f".join(map(str, (self.seed, self.replication, *address)))
            key = np.uint64(int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little"))
            self._keys[address] = key
        return key

    def keys(self, decision: str, entities: tuple[str, ...], *occasion: str | int) -> Words:
        """Keys of one decision for many entities, shape (entities,)."""
        return np.array([self.key(decision, e, *occasion) for e in entities], dtype=np.uint64)

    def words(self, *address: str | int, at: npt.ArrayLike = 0) -> Words:
        """64-bit words for the counters ``at`` (non-negative whole numbers), same shape."""
        return words_at(self.key(*address), np.asarray(at))

    def uniform(self, *address: str | int, at: npt.ArrayLike = 0) -> Floats:
        """Uniform draws in (0, 1), shape of ``at``."""
        return uniform_of(self.words(*address, at=at))

    def normal(self, *address: str | int, at: npt.ArrayLike = 0) -> Floats:
        """Standard normal draws, shape of ``at``."""
        return normal_of(self.words(*address, at=at))

    def exponential(self, *address: str | int, at: npt.ArrayLike = 0) -> Floats:
        """Exponential draws with mean 1, shape of ``at``."""
        return np.asarray(-np.log(self.uniform(*address, at=at)), dtype=np.float64)


def words_at(key: np.uint64 | Words, at: npt.NDArray[np.generic]) -> Words:
    """Words for counters ``at`` under ``key``; both broadcast, so (D, 1) keys and (I,) counters give (D, I)."""
    with np.errstate(over="ignore"):
        return mix(np.asarray(key + (at.astype(np.uint64) + np.uint64(1)) * _GOLDEN, dtype=np.uint64))


def uniform_of(words: Words) -> Floats:
    """Map words to (0, 1), never 0 or 1."""
    return np.asarray(((words >> _S12).astype(np.float64) + 0.5) * 2.0**-52, dtype=np.float64)


def normal_of(words: Words) -> Floats:
    """Map words to standard normal values through `normal_table`: monotone in the word, one word each."""
    return normal_table()[(words >> _S48).astype(np.intp)]
