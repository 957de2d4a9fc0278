"""Draws of parameters from a prior, judged by simulation: what `vbp calibrate --prior` writes.

    z ~ N(z0, 1)                      normal scores of the prior, a sweep file with a source for each distribution;
                                      z0 those of the fitted defaults
    s = a + B z + e,  e ~ N(0, V)     summaries of lives that are simulated with draws of the law so far
    published s  ~ a + B z + Student error with `TAILS` degrees of freedom and the squared scale
                 (1 + DISCREPANCY) diag(V) + published variance, correlated as V
    covariance   = (1 + B' error^-1 B)^-1,  mean = z0 + covariance B' error^-1 (published s - a - B z0)

`ROUNDS` times: lives with draws of the law, a line through all lives so far, the next law; the first lies around the
defaults. So the line holds where the draws lie, and draws that are simulated agree with what may be fitted, also where
the model is curved (posterior linearisation, Garcia-Fernandez, Svensson, Morelande and Sarkka 2015). B is a ridge
regression, in which a score counts by its spread in the law, V the covariance of residuals that each life is left out
of. What happened is one draw of luck, so the luck of one life is in V. The Student law lets go of outcomes that no
parameter brings near (Lange, Little and Taylor 1989).
Draws are equally likely. How well lives stand behind them says an effective sample size: all lives, weighted from the
laws that they were drawn from to the last one.
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
#: degrees of freedom of the error: an assumption, usual where a few outcomes may lie far out
TAILS = 4
#: how far from the defaults the first lives are simulated, sd in scores; and the farthest a default may lie out
SPAN, FARTHEST = 0.7, 1.5
#: rounds of lives
ROUNDS = 3
#: draws that are written
NUMBER = 64
#: penalties of the ridge that are tried, over the number of simulations
PENALTIES = np.geomspace(1e-3, 30, 15)
#: part of simulated lives in which a summary must apply to be used
APPLIES = 0.8


@dataclass(frozen=True)
class Posterior:
    """Normal law of the scores: ``mean``, and ``root`` with root root' its covariance; ``used`` (summaries,) whether
    they say anything; ``off`` (summaries,) by how many scales of the error what was published lies off the mean of the
    lives, nan where unused.
    """

    mean: Floats
    root: Floats
    used: npt.NDArray[np.bool_]
    off: Floats

    def at(self, normal: Floats) -> Floats:
        """Standard normal draws (number, parameters) as scores of this law."""
        return self.mean + normal @ self.root.T

    def log(self, z: Floats) -> Floats:
        """Logarithm of the density at scores (number, parameters), but for what all laws share."""
        apart = np.linalg.solve(self.root, (z - self.mean).T)
        return np.asarray(-(apart**2).sum(axis=0) / 2 - np.log(np.diag(self.root)).sum())


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
    tell: Callable[[str], None] = lambda text: None,
) -> tuple[Draws, Posterior]:
    """Posterior draws. ``simulate`` gives the summaries (draws, summaries) of one life with each draw, from a seed;
    ``published`` and its ``variance`` (summaries,). ``tell`` is told of each round.
    """
    spec, unknown = prior.spec, np.full(len(published), np.nan)
    laws = [Posterior(prior.defaults, SPAN * np.eye(len(prior.defaults)), np.isfinite(unknown), unknown)]
    z, lives = np.empty((0, len(prior.defaults))), np.empty((0, len(published)))
    for round_ in range(ROUNDS):
        tell(f"round {round_ + 1} of {ROUNDS}: {spec.sample.size} lives")
        new = laws[-1].at(normals(spec, spec.sample.size, spec.seed + round_))
        z = np.concatenate([z, new])
        lives = np.concatenate([lives, simulate(drawn(prior, new, made), spec.seed + round_)])
        laws.append(weighed(prior.defaults, laws[-1], z, lives, published, variance))
    logs = np.array([law.log(z) for law in laws])
    weights = np.exp(logs[-1] - np.logaddexp.reduce(logs[:-1]))
    draws = drawn(prior, laws[-1].at(normals(spec, number, spec.seed + ROUNDS)), made)
    effective = round(float(weights.sum() ** 2 / (weights**2).sum()), 1)
    return draws.model_copy(update={"prior": spec.sweep, "effective": effective}), laws[-1]


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


def weighed(
    centre: Floats, law: Posterior, z: Floats, simulated: Floats, published: Floats, variance: Floats
) -> Posterior:
    """The law after ``law``, by a line through the lives ``simulated`` at scores ``z``; ``centre`` is the prior's."""
    simulated = np.where(np.isfinite(simulated), simulated, np.nan)
    known = ~np.isnan(simulated)
    used = (known.mean(axis=0) >= APPLIES) & np.isfinite(published)
    used[used] = np.nanstd(simulated[:, used], axis=0) > 1e-12
    level = np.nanmean(simulated[:, used], axis=0)
    y = np.where(known[:, used], simulated[:, used], level) - level
    here = z.mean(axis=0)
    steep, left = _ridge(np.linalg.solve(law.root, (z - here).T).T, y)
    slopes = np.linalg.solve(law.root.T, steep.T).T
    luck = left.T @ left / len(z)
    misfit = published[used] - level
    scale = (1 + DISCREPANCY) * np.diag(luck) + variance[used]
    error = luck + np.diag(scale * (TAILS + misfit**2 / scale) / (TAILS + 1) - np.diag(luck))
    gain = np.linalg.solve(error, slopes).T
    covariance = np.linalg.inv(np.eye(len(centre)) + gain @ slopes)
    mean = centre + covariance @ gain @ (misfit - slopes @ (centre - here))
    off = np.full(len(published), np.nan)
    off[used] = misfit / np.sqrt(scale)
    return Posterior(mean, np.linalg.cholesky(covariance), used, off)


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
