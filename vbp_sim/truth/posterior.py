"""Draws of parameters from a prior, weighted by what may be fitted: what `vbp calibrate --prior` writes.

    z ~ N(0, 1)                       normal scores of the prior, a sweep file with a source for each distribution
    s = a + B z + e,  e ~ N(0, V)     summaries of one simulated life; B by ridge, V from residuals left out one by one
    published s  ~ N(a + B z, V + DISCREPANCY diag(V) + diag(published variance))

So the posterior of z is normal, in closed form: approximate Bayesian computation with a linear adjustment (Beaumont,
Zhang and Balding 2002; Blum 2010), a synthetic likelihood (Wood 2010) with a regression for its mean. What happened is
one draw of luck, so the luck of one life is in V. The second wave simulates at draws from the posterior of the first,
so that the line is drawn where it matters; all lives together give a and B, and the prior is taken once. Draws are
equally likely; how well simulations stand behind them says their effective sample size, weighted to the posterior.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from vbp_sim.runs.load import shipped
from vbp_sim.scenario.draws import FOLDER, Draws
from vbp_sim.studies.base import open_base
from vbp_sim.studies.design import Design, quantile
from vbp_sim.studies.design import draws as units_of
from vbp_sim.studies.sweep_file import SweepSpec, read_sweep

Floats = npt.NDArray[np.float64]

#: variance by which the model may be wrong in each summary, over the variance of luck: an assumption, as much again
DISCREPANCY = 1.0
WAVES = 2
#: draws that are written
NUMBER = 64
#: penalties of the ridge that are tried, over the number of simulations
PENALTIES = np.geomspace(1e-3, 30, 15)
#: part of simulated lives in which a summary must apply to be used
APPLIES = 0.8


@dataclass(frozen=True)
class Posterior:
    """Normal law of the scores: ``mean`` (parameters,), ``root`` with root root' its covariance; ``effective`` sample
    size behind it; ``used`` (summaries,) whether they say anything; ``off`` (summaries,) by how many standard
    deviations what was published lies off the mean posterior prediction, nan where unused.
    """

    mean: Floats
    root: Floats
    effective: float
    used: npt.NDArray[np.bool_]
    off: Floats


def read_prior(name: str) -> tuple[SweepSpec, dict[str, str]]:
    """A sweep file, or a shipped prior by its name, and the models that its scenario has for the parts it draws in."""
    shipped_one = shipped() / FOLDER / f"prior-{name}.yaml"
    file = shipped_one if shipped_one.is_file() else Path(name)
    spec, _ = read_sweep(file)
    point = Design(spec).point(0)
    scenario = open_base(spec.scenario, file.parent, spec.seed).scenario(point.variant, point.settings)
    models = {}
    for entry in spec.uncertainties.values():
        above, _, _ = entry.path.rpartition(".")
        model = getattr(functools.reduce(getattr, above.split("."), scenario.spec), "model", "")
        models |= {above: model} if model else {}
    return spec, models


def write(draws: Draws, file: Path) -> None:
    """Write draws as YAML, one line a parameter; JSON is YAML, too."""
    whole = draws.model_dump(mode="json")
    values = ",\n".join(f"  {json.dumps(path)}: {json.dumps(each)}" for path, each in whole.pop("draws").items())
    head = "\n".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in whole.items())
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{head}\ndraws: {{\n{values}\n}}\n", encoding="utf-8")


def prior(size: int) -> Posterior:
    """The prior's scores."""
    return Posterior(np.zeros(size), np.eye(size), 0.0, np.zeros(0, dtype=np.bool_), np.zeros(0))


def fit(
    spec: SweepSpec,
    simulate: Callable[[Draws, int], Floats],
    published: Floats,
    variance: Floats,
    *,
    models: dict[str, str],
    made: str,
    number: int = NUMBER,
    tell: Callable[[str], None] = lambda text: None,
) -> tuple[Draws, Posterior]:
    """Posterior draws. ``simulate`` gives the summaries (draws, summaries) of one life with each draw, from a seed;
    ``published`` and its ``variance`` (summaries,).
    """
    laws, lives, seen = [prior(len(spec.uncertainties))], [], []
    for wave in range(WAVES):
        tell(f"wave {wave + 1} of {WAVES}: {spec.sample.size} lives")
        lives.append(scores(laws[-1], spec, spec.sample.size, wave))
        seen.append(simulate(drawn(spec, lives[-1], models, made), spec.seed + wave))
        laws.append(weighed(np.concatenate(lives), np.concatenate(seen), published, variance, laws))
        tell(f"effective sample size {laws[-1].effective:.1f}")
    found = laws[-1]
    z = scores(found, spec, number, WAVES)
    draws = drawn(spec, z, models, made).model_copy(
        update={"prior": spec.sweep, "effective": round(found.effective, 1)}
    )
    return draws, found


def scores(law: Posterior, spec: SweepSpec, number: int, wave: int) -> Floats:
    """Draws of scores (number, parameters), addressed by the sweep's seed, the wave and their number."""
    from scipy.special import ndtri

    sample = spec.sample.model_copy(update={"size": number})
    units = units_of(spec.model_copy(update={"sample": sample, "seed": spec.seed + wave}))
    return np.asarray(law.mean + ndtri(units) @ law.root.T)


def drawn(spec: SweepSpec, z: Floats, models: dict[str, str], made: str) -> Draws:
    """Scores as values of parameters, to four digits."""
    from scipy.special import ndtr

    units = np.clip(ndtr(z), 1e-9, 1 - 1e-9)
    values = {
        entry.path: tuple(float(f"{quantile(entry, float(u)):.4g}") for u in units[:, i])
        for i, entry in enumerate(spec.uncertainties.values())
    }
    return Draws(made=made, models=models, draws=values)


def weighed(z: Floats, simulated: Floats, published: Floats, variance: Floats, laws: Sequence[Posterior]) -> Posterior:
    """The posterior from simulations at scores ``z``, as many of which were drawn from each of ``laws``."""
    known = np.isfinite(simulated)
    used = (known.mean(axis=0) >= APPLIES) & np.isfinite(published) & (np.nanstd(simulated, axis=0) > 1e-12)
    mean = np.nanmean(np.where(known, simulated, np.nan)[:, used], axis=0)
    y = np.where(known[:, used], simulated[:, used], mean) - mean
    centre = z.mean(axis=0)
    slopes, left = _ridge(z - centre, y)
    luck = left.T @ left / len(z)
    error = luck + np.diag(DISCREPANCY * np.diag(luck) + variance[used])
    gain = np.linalg.solve(error, slopes).T
    covariance = np.linalg.inv(np.eye(z.shape[1]) + gain @ slopes)
    found = covariance @ (gain @ (published[used] - mean + slopes @ centre))
    root = np.linalg.cholesky(covariance)
    off = np.full(len(published), np.nan)
    predicted = mean + slopes @ (found - centre)
    off[used] = (published[used] - predicted) / np.sqrt(np.diag(error))
    drawn_from = np.logaddexp.reduce([_log_density(z, law.mean, law.root) for law in laws])
    logs = _log_density(z, found, root) - drawn_from
    weights = np.exp(logs - logs.max())
    return Posterior(found, root, float(weights.sum() ** 2 / (weights**2).sum()), used, off)


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


def _log_density(z: Floats, mean: Floats, root: Floats) -> Floats:
    """Logarithm of a normal density but for a constant that all of them share."""
    white = np.linalg.solve(root, (z - mean).T)
    return np.asarray(-(white**2).sum(axis=0) / 2 - np.log(np.diag(root)).sum())
