"""The points of a sweep: every combination of levers for every draw of the uncertainties.

Draws come from `scipy.stats.qmc`, keyed by the sweep's seed, and go through inverse distributions. Points are
numbered draw by draw, so that a longer Sobol sequence adds points and renumbers none.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from vbp_sim.rules.arrays import FloatArray as Floats
from vbp_sim.scenario.patches import split
from vbp_sim.scenario.tree import Address
from vbp_sim.studies.sweep_file import MAY, NEEDS, SweepSpec, Uncertainty

#: levels of the grid of Morris's trajectories
MORRIS_LEVELS = 4


@dataclass(frozen=True)
class Point:
    """One point: its number, its draw, the chain of variants, and what it sets, by id of lever or uncertainty."""

    number: int
    sample: int
    variant: str
    values: dict[str, Any]
    settings: dict[Address, Any]


class Design:
    """All points of a sweep; a point is computed when it is asked for."""

    def __init__(self, spec: SweepSpec) -> None:
        self.spec = spec
        self.lever_values = {name: lever.all_values() for name, lever in spec.levers.items()}
        self.combinations = math.prod(len(v) for v in self.lever_values.values())

    @property
    def samples(self) -> int:
        """Draws of the uncertainties."""
        d, n = len(self.spec.uncertainties), self.spec.sample.size
        if not d:
            return 1
        return {"saltelli": n * (d + 2), "morris": n * (d + 1)}.get(self.spec.sample.method, n)

    def __len__(self) -> int:
        return self.combinations * self.samples

    @property
    def runs(self) -> int:
        """Runs of the whole sweep."""
        return len(self) * self.spec.replications

    @cached_property
    def units(self) -> Floats:
        """Draws in (0, 1), shape (samples, uncertainties)."""
        return draws(self.spec)

    def point(self, number: int) -> Point:
        """The point of that number."""
        sample, rest = divmod(number, self.combinations)
        variant, values, settings = self.spec.variant, {}, {}
        for name, options in reversed(self.lever_values.items()):
            rest, place = divmod(rest, len(options))
            values[name] = options[place]
        values = {name: values[name] for name in self.lever_values}
        for name, lever in self.spec.levers.items():
            if lever.variants:
                variant = ",".join(part for part in (variant, values[name].replace("+", ",")) if part)
            else:
                settings[split(lever.path) or ()] = values[name]
        for place, (name, uncertainty) in enumerate(self.spec.uncertainties.items()):
            values[name] = quantile(uncertainty, float(self.units[sample, place]))
            settings[split(uncertainty.path) or ()] = values[name]
        return Point(number, sample, variant, values, settings)


def draws(spec: SweepSpec) -> Floats:
    """Draws in (0, 1), shape (samples, uncertainties), the same for the same seed."""
    from scipy.stats import qmc

    d, sample = len(spec.uncertainties), spec.sample
    if not d:
        return np.empty((1, 0))
    rng = np.random.default_rng([spec.seed, 0x5EED])
    if sample.method == "lhs":
        units = qmc.LatinHypercube(d, rng=rng).random(sample.size)
    elif sample.method == "sobol":
        units = qmc.Sobol(d, rng=rng).random(sample.size)
    elif sample.method == "saltelli":
        units = _saltelli(qmc.Sobol(2 * d, rng=rng).random(sample.size))
    else:
        units = _morris(d, sample.size, rng)
    return np.clip(units, 1e-12, 1 - 1e-12)


def _saltelli(pairs: Floats) -> Floats:
    """Blocks of d + 2 rows per base point: A, B, and A with each column from B (Saltelli 2010)."""
    n, d = pairs.shape[0], pairs.shape[1] // 2
    a, b = pairs[:, :d], pairs[:, d:]
    blocks = np.empty((n, d + 2, d))
    blocks[:, 0], blocks[:, 1] = a, b
    for i in range(d):
        blocks[:, 2 + i] = a
        blocks[:, 2 + i, i] = b[:, i]
    return blocks.reshape(n * (d + 2), d)


def _morris(d: int, trajectories: int, rng: np.random.Generator) -> Floats:
    """Trajectories of d + 1 rows, one coordinate moved by half of the range at a time (Morris 1991).

    Levels are the middles of equal classes, so that an unbounded distribution is not asked for its ends.
    """
    step = 0.5
    starts = (np.arange(MORRIS_LEVELS) + 0.5) / MORRIS_LEVELS
    rows = np.empty((trajectories, d + 1, d))
    for t in range(trajectories):
        rows[t, :] = rng.choice(starts, size=d)
        for place, i in enumerate(rng.permutation(d), 1):
            up = rows[t, place, i] + step <= 1 + 1e-9
            rows[t, place:, i] += step if up else -step
    return rows.reshape(trajectories * (d + 1), d)


def quantile(uncertainty: Uncertainty, unit: float) -> Any:
    """The value below which the distribution has the share ``unit``, in (0, 1)."""
    name = uncertainty.distribution
    given = {field: getattr(uncertainty, field) for field in (*NEEDS[name], *MAY.get(name, ()))}
    value = _INVERSE[name](unit, **given)
    return round(value) if uncertainty.whole else value


def _normal(unit: float, mean: float, sd: float, low: float | None, high: float | None) -> float:
    from scipy.special import ndtr, ndtri

    below = float(ndtr((low - mean) / sd)) if low is not None else 0.0
    above = float(ndtr((high - mean) / sd)) if high is not None else 1.0
    value = mean + sd * float(ndtri(below + unit * (above - below)))
    return min(max(value, low if low is not None else -math.inf), high if high is not None else math.inf)


def _lognormal(unit: float, median: float, sigma: float, low: float | None, high: float | None) -> float:
    ends = (math.log(end) if end is not None and end > 0 else None for end in (low, high))
    return math.exp(_normal(unit, math.log(median), sigma, *ends))


def _triangular(unit: float, low: float, mode: float, high: float) -> float:
    if unit < (mode - low) / (high - low):
        return low + math.sqrt(unit * (high - low) * (mode - low))
    return high - math.sqrt((1 - unit) * (high - low) * (high - mode))


def _choice(unit: float, values: Sequence[Any], weights: Sequence[float]) -> Any:
    share = np.array(weights or (1.0,) * len(values))
    edges = np.cumsum(share) / share.sum()
    return values[min(int(np.searchsorted(edges, unit, side="right")), len(values) - 1)]


_INVERSE: dict[str, Callable[..., Any]] = {
    "uniform": lambda unit, low, high: low + unit * (high - low),
    "normal": _normal,
    "lognormal": _lognormal,
    "triangular": _triangular,
    "choice": _choice,
}
