"""Draws of parameters from a prior, weighted by what may be fitted: what `vbp calibrate --prior` writes.

    z ~ N(z0, 1)                      normal scores of the prior, a sweep file with a source for each distribution;
                                      z0 those of the fitted defaults
    s = a + B z + e,  e ~ N(0, V)     summaries of a simulated life, z within SPAN of z0
    published s  ~ N(a + B z, V + DISCREPANCY diag(V) + diag(published variance))
    covariance   = (1 + B' error^-1 B)^-1

B is a ridge regression over simulated lives, V the covariance of residuals that each life is left out of. This is
Laplace's approximation of the posterior with a synthetic likelihood (Wood 2010): its centre is what was fitted with the
whole model to the same data, its covariance follows in closed form. What happened is one draw of luck, so the luck of
one life is in V. Draws are equally likely. How well lives stand behind them says an effective sample size: their
weights to the posterior, in the directions of z that the data tell more of than the prior.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from vbp_sim.runs.load import shipped
from vbp_sim.scenario.draws import FOLDER, Draws
from vbp_sim.studies.base import Base, base_file
from vbp_sim.studies.design import Design, quantile
from vbp_sim.studies.design import draws as units_of
from vbp_sim.studies.sweep_file import SweepSpec, Uncertainty, read_sweep

Floats = npt.NDArray[np.float64]

#: variance by which the model may be wrong in each summary, over the variance of luck: an assumption, as much again
DISCREPANCY = 1.0
#: how far from the defaults lives are simulated, sd in scores; and the farthest a default may lie out
SPAN, FARTHEST = 0.7, 1.5
#: draws that are written
NUMBER = 64
#: penalties of the ridge that are tried, over the number of simulations
PENALTIES = np.geomspace(1e-3, 30, 15)
#: part of simulated lives in which a summary must apply to be used
APPLIES = 0.8


@dataclass(frozen=True)
class Posterior:
    """Normal law of the scores around the defaults: ``root`` with root root' its covariance; ``effective`` sample size
    behind it; ``used`` (summaries,) whether they say anything; ``off`` (summaries,) by how many standard deviations
    what was published lies off the prediction at the defaults, nan where unused.
    """

    root: Floats
    effective: float
    used: npt.NDArray[np.bool_]
    off: Floats


@dataclass(frozen=True)
class Prior:
    """A sweep file's uncertainties, the ``models`` of the parts that they draw in, and the scores of the defaults."""

    spec: SweepSpec
    models: dict[str, str]
    defaults: Floats


def read_prior(name: str) -> Prior:
    """A prior from a sweep file, or a shipped one by its name."""
    shipped_one = shipped() / FOLDER / f"prior-{name}.yaml"
    file = shipped_one if shipped_one.is_file() else Path(name)
    spec, _ = read_sweep(file)
    levers = {address: value for address, value in Design(spec).point(0).settings.items() if "model" in address}
    base = Base.read(base_file(spec.scenario, file.parent), spec.seed)
    scenario = base.scenario(spec.variant, levers)
    models: dict[str, str] = {}
    defaults = []
    for entry in spec.uncertainties.values():
        above, _, name = entry.path.rpartition(".")
        part = functools.reduce(getattr, above.split("."), scenario.spec)
        models |= {above: part.model} if hasattr(part, "model") else {}
        defaults.append(score(entry, getattr(part, name)))
    return Prior(spec, models, np.array(defaults))


def score(entry: Uncertainty, value: float) -> float:
    """The normal score of a value, within `FARTHEST`; of a value with weight of its own the middle of it."""
    from scipy.special import ndtr, ndtri

    units = np.linspace(0, 1, 2002)[1:-1]
    values = np.array([quantile(entry, float(u)) for u in units])
    place = (np.searchsorted(values, value, "left") + np.searchsorted(values, value, "right")) / 2 / len(values)
    edge = float(ndtr(FARTHEST))
    return float(ndtri(np.clip(place, 1 - edge, edge)))


def write(draws: Draws, file: Path) -> None:
    """Write draws as YAML, one line a parameter; JSON is YAML, too."""
    whole = draws.model_dump(mode="json")
    values = ",\n".join(f"  {json.dumps(path)}: {json.dumps(each)}" for path, each in whole.pop("draws").items())
    head = "\n".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in whole.items())
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{head}\ndraws: {{\n{values}\n}}\n", encoding="utf-8")


def fit(
    prior: Prior,
    simulate: Callable[[Draws, int], Floats],
    published: Floats,
    variance: Floats,
    *,
    made: str,
    number: int = NUMBER,
) -> tuple[Draws, Posterior]:
    """Posterior draws. ``simulate`` gives the summaries (draws, summaries) of one life with each draw, from a seed;
    ``published`` and its ``variance`` (summaries,).
    """
    spec = prior.spec
    z = prior.defaults + SPAN * normals(spec, spec.sample.size, spec.seed)
    found = weighed(z, simulate(drawn(prior, z, made), spec.seed), published, variance, prior.defaults)
    z = prior.defaults + normals(spec, number, spec.seed + 1) @ found.root.T
    more = {"prior": spec.sweep, "effective": round(found.effective, 1)}
    return drawn(prior, z, made).model_copy(update=more), found


def normals(spec: SweepSpec, number: int, seed: int) -> Floats:
    """Standard normal draws (number, parameters) by the sweep's method, addressed by seed and number."""
    from scipy.special import ndtri

    sample = spec.sample.model_copy(update={"size": number})
    return np.asarray(ndtri(units_of(spec.model_copy(update={"sample": sample, "seed": seed}))))


def drawn(prior: Prior, z: Floats, made: str) -> Draws:
    """Scores as values of parameters, to four digits."""
    from scipy.special import ndtr

    units = np.clip(ndtr(z), 1e-9, 1 - 1e-9)
    values = {
        entry.path: tuple(float(f"{quantile(entry, float(u)):.4g}") for u in units[:, i])
        for i, entry in enumerate(prior.spec.uncertainties.values())
    }
    return Draws(made=made, models=prior.models, draws=values)


def weighed(z: Floats, simulated: Floats, published: Floats, variance: Floats, defaults: Floats) -> Posterior:
    """The posterior from lives at scores ``z``, drawn within `SPAN` of ``defaults``, its centre.

    The line of the regression is too rough to say where the centre lies: the defaults were fitted to the same outcomes
    with the whole model. It says how far from them the outcomes let a parameter go (Laplace's approximation).
    """
    simulated = np.where(np.isfinite(simulated), simulated, np.nan)
    known = ~np.isnan(simulated)
    used = (known.mean(axis=0) >= APPLIES) & np.isfinite(published)
    used[used] = np.nanstd(simulated[:, used], axis=0) > 1e-12
    mean = np.nanmean(simulated[:, used], axis=0)
    y = np.where(known[:, used], simulated[:, used], mean) - mean
    centre = z.mean(axis=0)
    slopes, left = _ridge(z - centre, y)
    luck = left.T @ left / len(z)
    error = luck + np.diag(DISCREPANCY * np.diag(luck) + variance[used])
    gain = np.linalg.solve(error, slopes).T
    covariance = np.linalg.inv(np.eye(z.shape[1]) + gain @ slopes)
    root = np.linalg.cholesky(covariance)
    off = np.full(len(published), np.nan)
    predicted = mean + slopes @ (defaults - centre)
    off[used] = (published[used] - predicted) / np.sqrt(np.diag(error))
    told, axes = np.linalg.eigh(gain @ slopes)
    told, axes = told[told > 1], axes[:, told > 1]
    logs = (((z - defaults) @ axes) ** 2 * (SPAN**-2 - 1 - told)).sum(axis=1) / 2
    weights = np.exp(logs - logs.max())
    return Posterior(root, float(weights.sum() ** 2 / (weights**2).sum()), used, off)


def _ridge(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Slopes (summaries, parameters) and residuals (lives, summaries), each life left out of its own prediction; the
    penalty is each summary's best.
    """
    u, s, v = np.linalg.svd(x, full_matrices=False)
    slopes, left, least = np.zeros((y.shape[1], x.shape[1])), y.copy(), np.full(y.shape[1], np.inf)
    for penalty in PENALTIES * len(x):
        kept = s**2 / (s**2 + penalty)
        hat = (u**2 * kept).sum(axis=1) + 1 / len(x)
        out = (y - (u * kept) @ (u.T @ y)) / (1 - hat)[:, None]
        better = (out**2).sum(axis=0) < least
        least = np.where(better, (out**2).sum(axis=0), least)
        slopes[better] = ((v.T * (s / (s**2 + penalty))) @ (u.T @ y[:, better])).T
        left[:, better] = out[:, better]
    return slopes, left
