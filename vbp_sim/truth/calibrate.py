"""Fit cost and belief parameters to the real bids of earlier rounds.

The loss asks for the distribution of bids and for the outcome of the round at once, per market and then averaged:

    CRPS of the generics' valid bids over the ceiling / CRPS of all these bids pooled
    + ((mean cut - real) / 0.04)^2 w + ((weighted cut - real) / 0.06)^2 w + (ln(winners / real) / 0.05)^2 w
    + ((originator win rate - real) / 0.15)^2 w + ((valid bids per drug - real) / 0.2)^2 w
    + ((slope of ln(price / ceiling) on ln(firms) - real) / (2 standard errors))^2 w,  w = 0.05
    + 0.004 x squared distance from the start, in steps of the search

searched by an evolution strategy with a full covariance (CMA-ES), the same luck for every candidate.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.runs.load import load_rules
from vbp_sim.runs.workers import Workers
from vbp_sim.scenario.market import Market
from vbp_sim.truth.accuracy import accuracy, pooled, score
from vbp_sim.truth.backtest import Backtest, Prediction, backtest
from vbp_sim.truth.replay import read_market_of

Floats = npt.NDArray[np.float64]

#: how far each metric may be off before it counts as much as `WEIGHT`; numbers of products in their logarithm
TOLERANCE = {
    "cut_ceiling": 0.04, "cut_weighted": 0.06, "originator_win_rate": 0.15, "bidders_per_drug": 0.2,
    "selected_products": 0.05,
}  # fmt: skip
WEIGHT = 0.05
PRIOR = 0.004


@dataclass(frozen=True)
class Free:
    """A parameter that is fitted: where it is, its bounds, and whether steps multiply; ``tick`` rounds it."""

    part: str
    name: str
    low: float
    high: float
    step: float
    log: bool = False
    tick: float = 0.0

    def inner(self, value: float) -> float:
        """The value on the scale of the search."""
        return float(np.log(value) if self.log else value) / self.step

    def outer(self, x: float) -> float:
        """The value as the model has it, within its bounds."""
        value = float(np.exp(x * self.step) if self.log else x * self.step)
        value = min(max(value, self.low), self.high)
        return round(round(value / self.tick) * self.tick, 6) if self.tick else round(value, 4)


#: what ``vbp calibrate`` fits
FREE = (
    Free("firms", "cost_median", 0.02, 1.0, 0.2, log=True),
    Free("firms", "ceiling_weight", 0.0, 4.0, 0.15),
    Free("firms", "round_weight", 0.0, 1.0, 0.3),
    Free("firms", "cheapness", 0.0, 0.4, 0.04),
    Free("firms", "scale", 0.0, 0.15, 0.03),
    Free("firms", "entry", 0.0, 2.0, 0.3),
    Free("firms", "drug_spread", 0.05, 1.2, 0.15, log=True),
    Free("firms", "firm_spread", 0.1, 1.2, 0.15, log=True),
    Free("bidding", "belief_markup", -0.3, 4.0, 0.25),
    Free("bidding", "belief_spread", 0.2, 1.2, 0.15, tick=0.1),
    Free("bidding", "belief_error", 0.05, 1.2, 0.15, log=True),
    Free("bidding", "noise", 0.005, 0.6, 0.4, log=True),
    Free("bidding", "maverick", 0.0, 0.2, 0.02),
    Free("bidding", "focal", 0.0, 0.9, 0.1, tick=0.1),
    Free("bidding", "originator_threat", 0.0, 1.0, 0.15, tick=0.1),
    Free("bidding", "generic_kept", 0.0, 1.0, 0.15),
    Free("bidding", "generic_exposure", 0.0, 1.0, 0.1),
    Free("bidding", "originator_kept", 0.0, 1.5, 0.15),
    Free("bidding", "walk_away", 0.05, 0.9, 0.2, log=True),
    Free("bidding", "stays_out", 0.0, 0.8, 0.1),
    Free("bidding", "originator_exposure", 0.02, 3.0, 0.4, log=True),
)


@dataclass(frozen=True)
class Fit:
    """The best prediction found, its loss and the start's, and how many candidates were tried."""

    prediction: Prediction
    loss: float
    start: float
    tried: int


def calibrate(
    markets: Sequence[tuple[str, str]],
    start: Prediction,
    *,
    generations: int = 30,
    population: int = 14,
    replications: int = 8,
    seed: int = 1,
    workers: int = 2,
    hold: Sequence[str] = (),
    step: float = 0.7,
    progress: Callable[[int, float], None] | None = None,
) -> Fit:
    """Fit `FREE` on markets, each with the id of its rule set; the same arguments give the same fit.

    Parameters named in ``hold`` stay as the start has them; ``step`` is the first step of the search over the usual
    one of each parameter, small where the start is good.
    """
    free = [f for f in FREE if hasattr(getattr(start, f.part), f.name) and f.name not in hold]
    centre = np.array([f.inner(getattr(getattr(start, f.part), f.name)) for f in free])
    task = _Task(tuple(markets), start.model_dump(mode="json"), tuple(free), replications, seed, centre)
    with Workers(workers) as pool:
        first = pool.submit(task, centre).result()

        def losses(candidates: Floats) -> Floats:
            return np.array(list(pool.map(task, candidates)))

        best, loss = minimize(losses, centre, generations, population, seed, progress, step)
    if loss > first:
        best, loss = centre, first
    names = tuple(name for name, _ in markets)
    fitted = Prediction.model_validate({**task.patched(best), "fitted_on": names})
    return Fit(fitted, loss, first, 1 + generations * population)


@dataclass(frozen=True)
class _Task:
    """The loss of a candidate, computed in any process."""

    markets: tuple[tuple[str, str], ...]
    start: dict[str, Any]
    free: tuple[Free, ...]
    replications: int
    seed: int
    centre: Floats

    def __call__(self, x: Floats) -> float:
        prediction = Prediction.model_validate(self.patched(x))
        losses = []
        for name, rules in self.markets:
            market, law = read_once(name, rules)
            losses.append(loss(backtest(market, law, prediction, self.replications, self.seed)))
        return float(np.mean(losses)) + PRIOR * float(((x - self.centre) ** 2).mean()) * len(x)

    def patched(self, x: Floats) -> dict[str, Any]:
        """The start with the candidate's values."""
        data = {part: dict(value) if isinstance(value, dict) else value for part, value in self.start.items()}
        for f, value in zip(self.free, x.tolist(), strict=True):
            data[f.part][f.name] = f.outer(value)
        return data


@functools.cache
def read_once(market: str, rules: str) -> tuple[Market, RuleSet]:
    """A market and its rule set, read once in each process."""
    return read_market_of(market), load_rules(rules)[0]


def loss(test: Backtest) -> float:
    """Misfit of one market; see the module."""
    total = score(test) / pooled(test.real_bids[~test.originator], test)
    for name, tolerance in TOLERANCE.items():
        if name in test.real:
            mean, real = test.metrics[name]["mean"], test.real[name]
            off = np.log(max(mean, 1) / max(real, 1)) if name == "selected_products" else mean - real
            total += WEIGHT * float(off / tolerance) ** 2
    right = accuracy(test)
    if right is not None:
        total += WEIGHT * ((right.slope - right.slope_real) / (2 * right.slope_error)) ** 2
    return float(total)


def minimize(
    losses: Callable[[Floats], Floats], centre: Floats, generations: int, population: int, seed: int,
    progress: Callable[[int, float], None] | None = None, step: float = 0.7,
) -> tuple[Floats, float]:  # fmt: skip
    """Evolution strategy with covariance adaptation (Hansen 2016): best candidate and its loss."""
    luck, n = np.random.default_rng(seed), len(centre)
    mu = population // 2
    weights = np.log(mu + 0.5) - np.log(np.arange(1, mu + 1))
    weights /= weights.sum()
    effective = 1 / float((weights**2).sum())
    c_sigma = (effective + 2) / (n + effective + 5)
    damping = 1 + c_sigma + 2 * max(0.0, np.sqrt((effective - 1) / (n + 1)) - 1)
    c_c, c_1 = 4 / (n + 4), 2 / ((n + 1.3) ** 2 + effective)
    c_mu = min(1 - c_1, 2 * (effective - 2 + 1 / effective) / ((n + 2) ** 2 + effective))
    usual = np.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n))
    mean, sigma, cov = centre.copy(), step, np.eye(n)
    path_s, path_c = np.zeros(n), np.zeros(n)
    best, lowest = centre, np.inf
    for g in range(generations):
        values, axes = np.linalg.eigh(cov)
        root = axes * np.sqrt(np.maximum(values, 1e-12))
        steps = luck.standard_normal((population, n)) @ root.T
        found = losses(mean + sigma * steps)
        order = np.argsort(found)
        if found[order[0]] < lowest:
            best, lowest = mean + sigma * steps[order[0]], float(found[order[0]])
        chosen_steps = steps[order[:mu]]
        move = weights @ chosen_steps
        mean = mean + sigma * move
        white = axes @ ((axes.T @ move) / np.sqrt(np.maximum(values, 1e-12)))
        path_s = (1 - c_sigma) * path_s + np.sqrt(c_sigma * (2 - c_sigma) * effective) * white
        path_c = (1 - c_c) * path_c + np.sqrt(c_c * (2 - c_c) * effective) * move
        cov = (1 - c_1 - c_mu) * cov + c_1 * np.outer(path_c, path_c) + c_mu * (chosen_steps.T * weights) @ chosen_steps
        sigma *= float(np.exp(min(1.0, (c_sigma / damping) * (np.linalg.norm(path_s) / usual - 1))))
        if progress is not None:
            progress(g + 1, lowest)
    return best, lowest


def write(fit: Fit, file: Path) -> None:
    """Write the fitted parameters as YAML that ``vbp backtest --params`` and a scenario's ``behaviour`` read."""
    import yaml

    data = fit.prediction.model_dump(mode="json")
    head = (
        f"# fitted by vbp calibrate on {', '.join(fit.prediction.fitted_on)}: "
        f"loss {fit.loss:.4f} after {fit.start:.4f}, {fit.tried} candidates\n"
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(head + yaml.safe_dump(data, sort_keys=False, allow_unicode=True), encoding="utf-8")
