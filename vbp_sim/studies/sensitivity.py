"""What the results depend on: Sobol indices, Morris's screening, and rank correlations, from an ordinary study.

    found = sensitivity(folder, "sobol", ["completion"])
    found[0].uncertainty, found[0].size

Each method writes its design as a sweep, so that it is resumed, extended and spread over machines like one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vbp_sim.errors import InputError, Problem, RunError, nearest
from vbp_sim.rules.arrays import FloatArray as Floats
from vbp_sim.runs.metrics import METRICS, check_known
from vbp_sim.runs.reading import Known
from vbp_sim.studies.design import Design
from vbp_sim.studies.ledger import NAME, Ledger
from vbp_sim.studies.paired import FEWEST, LEVEL, student
from vbp_sim.studies.plan import read_plan
from vbp_sim.studies.sweep_file import SweepSpec

#: design of the sample that each method needs
DESIGNS = {"sobol": "saltelli", "morris": "morris", "lhs": "lhs"}
#: what ``size`` is under each method
SIZES = {
    "sobol": "total index: share of the variance that goes with this uncertainty, alone and with others",
    "morris": "mu*: mean size of the metric's change over the whole range of this uncertainty",
    "lhs": "partial rank correlation, without its sign",
}
RESAMPLES = 500


@dataclass(frozen=True)
class Effect:
    """How much a metric depends on an uncertainty; see `SIZES`. ``low`` and ``high`` bound ``size`` (95 %); nan where
    there are too few trajectories or base points for that (see `FEWEST`).

    ``detail`` is the first index (sobol), sigma (morris), or the correlation with its sign (lhs), and has bounds
    of its own where there are any (else nan). ``noise``: standard error that luck gives one point's mean.
    """

    metric: str
    uncertainty: str
    size: Known
    low: Known
    high: Known
    detail: Known
    detail_low: Known
    detail_high: Known
    noise: Known


def adapted(spec: SweepSpec, method: str, size: int | None, levers: bool = False) -> SweepSpec:
    """The sweep that a method needs: its design over the uncertainties, with levers as the scenario has them; or, with
    ``levers``, over these too, each value alike likely."""
    if method not in DESIGNS:
        raise InputError(Problem(f"--method {method}", "there is no such method", nearest(method, list(DESIGNS))))
    given = spec.model_dump(exclude_defaults=True)
    varied = dict(given.get("uncertainties", {}))
    for name, lever in spec.levers.items() if levers else ():
        if lever.path:
            varied[name] = {"path": lever.path, "distribution": "choice", "values": lever.all_values()}
    if not varied:
        remedy = "give it some" if not spec.levers else "give it some, or vary its levers with --levers"
        raise InputError(Problem(spec.sweep, "the sweep has no uncertainties", remedy))
    size = size or spec.sample.size
    if method == "sobol" and size & (size - 1):
        what = f"a power of 2 is wanted, here is {size}"
        raise InputError(Problem("--size", what, f"for example {2 ** round(math.log2(size))}"))
    sample = {"method": DESIGNS[method], "size": size}
    given |= {"sample": sample, "levers": {}, "uncertainties": varied}
    return SweepSpec.model_validate({**given, "sweep": f"{spec.sweep}-{method}{'-levers' if levers else ''}"})


def sensitivity(folder: Path, method: str, metrics: Sequence[str] = ()) -> list[Effect]:
    """Effects on each metric (all that vary by default), the largest first. RunError if runs are missing."""
    spec = read_plan(folder).spec
    design = Design(spec)
    names = list(spec.uncertainties)
    found: list[Effect] = []
    with Ledger.reading(folder / NAME, design) as book:
        check_known(metrics, [*METRICS, *book.metrics], "--metric")
        values = _means(book, len(design), spec.replications, list(metrics) or list(METRICS))
    for metric, (means, noise) in values.items():
        if np.isnan(means).any() or means.std() <= 1e-12 * max(1.0, abs(means.mean())):
            continue
        effects = _METHODS[method](means, design.units, spec.seed)
        rows = [Effect(metric, name, *effects[i], noise) for i, name in enumerate(names)]
        found += sorted(rows, key=lambda e: -e.size)
    return found


def _means(book: Ledger, points: int, replications: int, metrics: list[str]) -> dict[str, tuple[Floats, float]]:
    """Mean of each metric at each point, shape (points,), and the standard error that luck gives it."""
    missing = points * replications - book.counts()["done"]
    if missing > 0:
        raise RunError(f"{book.file.parent}: {missing} runs are missing or failed; resume first")
    values = np.full((points, replications, len(metrics)), np.nan)
    for block in book.rows(["point", "replication"], "status = 'done'", metrics=metrics):
        for point, replication, *row in block:
            values[point, replication] = [np.nan if v is None else v for v in row]
    spread = values.std(axis=1, ddof=1).mean(axis=0) / math.sqrt(replications) if replications > 1 else None
    return {
        metric: (values[:, :, i].mean(axis=1), float(spread[i]) if spread is not None else math.nan)
        for i, metric in enumerate(metrics)
    }


#: size, low, high, detail, detail_low, detail_high
Six = tuple[float, float, float, float, float, float]


def sobol(y: Floats, units: Floats, seed: int) -> list[Six]:
    """Total and first indices of a Saltelli design, by scipy, with percentile intervals over base points."""
    from scipy.stats import sobol_indices

    d = units.shape[1]
    blocks = y.reshape(-1, d + 2).T
    a, b, ab = blocks[0], blocks[1], blocks[2:]
    n = len(a)
    whole = sobol_indices(func={"f_A": a[None], "f_B": b[None], "f_AB": ab[:, None]}, n=n)
    picks = np.random.default_rng([seed, 0xB007]).integers(0, n, size=(RESAMPLES, n))
    first, total = indices(a[picks], b[picks], ab[:, picks])
    tail = (1 - LEVEL) / 2
    (t_low, t_high), (f_low, f_high) = (np.quantile(x, [tail, 1 - tail], axis=1) for x in (total, first))
    if n < FEWEST:
        t_low, t_high, f_low, f_high = np.full((4, d), math.nan)
    s1, st = np.ravel(whole.first_order), np.ravel(whole.total_order)
    return [
        (float(st[i]), float(t_low[i]), float(t_high[i]), float(s1[i]), float(f_low[i]), float(f_high[i]))
        for i in range(d)
    ]


def indices(a: Floats, b: Floats, ab: Floats) -> tuple[Floats, Floats]:
    """First and total indices (Saltelli 2010): a and b of shape (..., n), ab (d, ..., n); results (d, ...)."""
    mean = np.concatenate([a, b], axis=-1).mean(axis=-1, keepdims=True)
    a, b, ab = a - mean, b - mean, ab - mean
    variance = np.concatenate([a, b], axis=-1).var(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        first = (b * (ab - a)).mean(axis=-1) / variance
        total = ((a - ab) ** 2).mean(axis=-1) / (2 * variance)
    return first, total


def morris(y: Floats, units: Floats, seed: int) -> list[Six]:
    """mu* with Student's interval over trajectories, not below 0, and sigma; neither from fewer than three of them."""
    d = units.shape[1]
    steps = np.diff(units.reshape(-1, d + 1, d), axis=1)
    changes = np.diff(y.reshape(-1, d + 1), axis=1)
    moved = np.abs(steps).argmax(axis=2)
    rows: list[Six] = []
    for i in range(d):
        which = moved == i
        effects = changes[which] / steps[..., i][which]
        size, n = float(np.abs(effects).mean()), len(effects)
        half = student(n - 1) * float(np.abs(effects).std(ddof=1)) / math.sqrt(n) if n >= FEWEST else math.nan
        sigma = float(effects.std(ddof=1)) if n >= FEWEST else math.nan
        rows.append((size, float(np.maximum(0.0, size - half)), size + half, sigma, math.nan, math.nan))
    return rows


def rank_correlations(y: Floats, units: Floats, seed: int) -> list[Six]:
    """Partial rank correlation of each uncertainty with the metric, the others held; Fisher's interval."""
    n, d = units.shape
    if n < d + 5:
        raise InputError(Problem("--size", f"at least {d + 5} points are wanted, here are {n}"))
    x, ranks = _ranked(units), _ranked(y[:, None])[:, 0]
    rows: list[Six] = []
    for i in range(d):
        others = np.column_stack([np.ones(n), np.delete(x, i, axis=1)])
        left, right = (v - others @ np.linalg.lstsq(others, v, rcond=None)[0] for v in (x[:, i], ranks))
        r = float(np.clip((left @ right) / math.sqrt(float((left @ left) * (right @ right))), -0.999999, 0.999999))
        half = 1.959964 / math.sqrt(n - d - 2)
        low, high = math.tanh(math.atanh(r) - half), math.tanh(math.atanh(r) + half)
        bounds = sorted((abs(low), abs(high)))
        rows.append((abs(r), 0.0 if low < 0 < high else bounds[0], bounds[1], r, low, high))
    return rows


def _ranked(values: Floats) -> Floats:
    from scipy.stats import rankdata

    return np.asarray(rankdata(values, axis=0), dtype=np.float64)


_METHODS: dict[str, Callable[[Floats, Floats, int], list[Six]]] = {
    "sobol": sobol,
    "morris": morris,
    "lhs": rank_correlations,
}
