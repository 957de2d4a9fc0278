"""Differences between variants on the same luck, replication by replication, with Student's interval; and between runs
that each have luck of their own, with Welch's.

>>> paired([1.0, 2.0, 3.0], [2.0, 3.0, 4.0]).mean
1.0
>>> apart([1.0, 2.0, 3.0], [2.0, 3.0, 4.0, 5.0]).mean
1.5
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vbp_sim.runs.reading import Known

#: confidence of the intervals
LEVEL = 0.95
#: replications below which no interval is given
FEWEST = 3


@dataclass(frozen=True)
class Difference:
    """A variant against the base, over the ``n`` replications in which both have the number; of runs that are not
    paired, the fewer of the two.

    ``mean`` is of variant - base; ``low`` and ``high`` bound it with confidence `LEVEL` (nan below `FEWEST`
    replications, where an interval says nothing). ``variance_saved``: part of the variance of the mean difference that
    pairing saved against replications with luck of their own; negative if pairing did harm, nan if nothing varies or
    nothing is paired. ``freedom``: degrees of freedom of the interval, None for n - 1.
    """

    base: Known
    variant: Known
    mean: Known
    low: Known
    high: Known
    n: int
    variance_saved: Known
    freedom: float | None = None

    @property
    def halfwidth(self) -> float:
        """Half the width of the interval."""
        return (self.high - self.low) / 2

    def interval(self, level: float) -> tuple[float, float]:
        """The interval with another confidence than `LEVEL`; nan below `FEWEST` replications."""
        if self.n < FEWEST:
            return math.nan, math.nan
        freedom = self.n - 1 if self.freedom is None else self.freedom
        half = self.halfwidth * student(freedom, level) / student(freedom)
        return self.mean - half, self.mean + half

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


#: of two columns that have nothing in common
NOTHING = Difference(math.nan, math.nan, math.nan, math.nan, math.nan, 0, math.nan)


def paired(base: Sequence[float], variant: Sequence[float]) -> Difference:
    """Compare two columns in which place k is replication k of each; ValueError if their lengths differ."""
    a, b = np.asarray(base, dtype=np.float64), np.asarray(variant, dtype=np.float64)
    if a.shape != b.shape or a.ndim != 1:
        raise ValueError(f"two columns of one length are wanted, got shapes {a.shape} and {b.shape}")
    both = ~(np.isnan(a) | np.isnan(b))
    a, b = a[both], b[both]
    n = len(a)
    if n == 0:
        return NOTHING
    gaps = b - a
    mean = float(gaps.mean())
    half, saved = math.nan, math.nan
    if n >= FEWEST:
        half = student(n - 1) * float(gaps.std(ddof=1)) / math.sqrt(n)
        unpaired = float(a.var(ddof=1) + b.var(ddof=1))
        saved = 1 - float(gaps.var(ddof=1)) / unpaired if unpaired > 0 else math.nan
    return Difference(float(a.mean()), float(b.mean()), mean, mean - half, mean + half, n, saved)


def apart(base: Sequence[float], variant: Sequence[float]) -> Difference:
    """Compare two columns of runs with luck of their own, of any lengths; the interval is Welch's."""
    a, b = (np.asarray(values, dtype=np.float64) for values in (base, variant))
    a, b = a[~np.isnan(a)], b[~np.isnan(b)]
    n = min(len(a), len(b))
    if n == 0:
        return NOTHING
    mean, half, freedom = float(b.mean() - a.mean()), math.nan, None
    if n >= FEWEST:
        parts = [float(x.var(ddof=1)) / len(x) for x in (a, b)]
        whole = sum(parts)
        spread = sum(part**2 / (len(x) - 1) for part, x in zip(parts, (a, b), strict=True))
        freedom = whole**2 / spread if spread > 0 else float(len(a) + len(b) - 2)
        half = student(freedom) * math.sqrt(whole)
    return Difference(float(a.mean()), float(b.mean()), mean, mean - half, mean + half, n, math.nan, freedom)


def student(freedom: float, level: float = LEVEL) -> float:
    """Two-sided quantile of Student's distribution."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.5 + level / 2))


def needed(difference: Difference, halfwidth: float) -> int:
    """Replications after which the interval should be narrow enough, judged by the spread so far."""
    if difference.n < FEWEST or not difference.halfwidth > halfwidth:
        return difference.n
    return math.ceil(difference.n * (difference.halfwidth / halfwidth) ** 2)
