"""Weighing draws: closed forms of the normal case, scores of bands, and a small fit through the command."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from vbp_sim.scenario.draws import Draws, read_draws
from vbp_sim.studies.sweep_file import Sample, SweepSpec, Uncertainty
from vbp_sim.truth import posterior
from vbp_sim.truth.accuracy import interval_score
from vbp_sim.truth.outcomes import Held, tally
from vbp_sim.truth.summaries import Outcomes
from vbp_sim.truth.targets import read_targets

Vbp = Callable[..., tuple[int, str, str]]


def two(size: int = 400) -> posterior.Prior:
    normal = {"distribution": "normal", "mean": 0.0, "sd": 1.0}
    spec = SweepSpec(
        sweep="two", scenario="pilot-2018", sample=Sample(method="lhs", size=size),
        uncertainties={n: Uncertainty(path=f"demand.{n}", **normal) for n in ("a", "b")},
    )  # fmt: skip
    return posterior.Prior(spec, {}, np.array([0.3, 0.0]))


def line(draws: Draws, seed: int) -> np.ndarray:
    """One summary that says a + luck of sd 0.5, one that says nothing, one that never applies."""
    a, luck = np.array(draws.draws["demand.a"]), np.random.default_rng(seed)
    return np.stack([a + luck.normal(0, 0.5, len(a)), luck.normal(0, 1, len(a)), np.full(len(a), np.nan)], axis=1)


def fitted(published: float) -> tuple[Draws, posterior.Posterior]:
    known = np.array([published, 0.0, 1.0])
    return posterior.fit(two(), line, known, np.zeros(3), made="m", number=256)


def test_the_posterior_is_that_of_the_normal_case() -> None:
    """Luck and as much discrepancy: variance 0.5, a tenth less in the Student law at half a scale; prior 1."""
    draws, found = fitted(1.2)
    a, b = (np.array(draws.draws[f"demand.{name}"]) for name in "ab")
    assert a.mean() == pytest.approx(0.3 + 0.9 / 1.45, abs=0.08)
    assert a.std() == pytest.approx((0.45 / 1.45) ** 0.5, abs=0.05)
    assert (b.mean(), b.std()) == pytest.approx((0, 1), abs=0.15)
    assert found.used.tolist() == [True, True, False]
    assert 400 < draws.effective <= 1200


def test_an_outcome_that_no_parameter_brings_near_does_not_carry_draws_away() -> None:
    """Ten scales out it would move a normal law by 5 of its sd; the Student law lets go."""
    near, far = (np.mean(fitted(0.3 + out)[0].draws["demand.a"]) for out in (1.0, 10.0))
    assert far < near + 0.5


K, S, HELD = 5, 6, 4


def curved(z: np.ndarray, luck: np.random.Generator) -> np.ndarray:
    """`S` summaries and `HELD` outcomes that none of them is, curved in `K` parameters; luck of sd 0.3."""
    slopes = np.random.default_rng(7).normal(0, 0.5, (S + HELD, K))
    means = np.expm1(0.5 * z @ slopes.T)
    return np.asarray(means + luck.normal(0, 0.3, means.shape))


def test_bands_hold_a_simulated_truth() -> None:
    """Of parameters from the prior and of outcomes held out, about nine in ten lie in bands of 90 %; draws that are
    simulated agree with what was published, though the model is no line.
    """
    normal = {"distribution": "normal", "mean": 0.0, "sd": 1.0}
    paths = {f"x{i}": Uncertainty(path=f"demand.x{i}", **normal) for i in range(K)}
    known, held, off = [], [], []
    for truth in range(40):
        luck = np.random.default_rng(truth)
        z = luck.normal(size=K)
        real = curved(z[None], luck)[0]
        spec = SweepSpec(
            sweep="s", scenario="pilot-2018", uncertainties=paths, seed=10 * truth, sample=Sample(method="lhs", size=64)
        )

        def lives(draws: Draws, seed: int) -> np.ndarray:
            return curved(np.array(list(draws.draws.values())).T, np.random.default_rng(seed))

        prior = posterior.Prior(spec, {}, np.zeros(K))
        draws, _ = posterior.fit(
            prior, lambda d, seed: lives(d, seed)[:, :S], real[:S], np.zeros(S), made="m", number=128
        )
        values, simulated = np.array(list(draws.draws.values())).T, lives(draws, 999)
        for drawn, right, found in ((values, z, known), (simulated[:, S:], real[S:], held)):
            low, high = np.quantile(drawn, (0.05, 0.95), axis=0)
            found.append((low <= right) & (right <= high))
        off.append((simulated[:, :S].mean(axis=0) - real[:S]) / simulated[:, :S].std(axis=0))
    assert 0.85 < np.mean(known) < 0.97
    assert 0.85 < np.mean(held) < 0.97
    assert np.abs(np.mean(off)) < 0.2


def test_the_same_arguments_give_the_same_draws() -> None:
    assert fitted(0.3)[0] == fitted(0.3)[0]


def test_what_says_nothing_leaves_the_prior() -> None:
    def noise(draws: Draws, seed: int) -> np.ndarray:
        return np.random.default_rng(seed).normal(size=(draws.number, 1))

    _, found = posterior.fit(two(), noise, np.zeros(1), np.zeros(1), made="m")
    np.testing.assert_allclose(found.root @ found.root.T, np.eye(2), atol=0.05)


def test_scores_of_values_are_those_of_the_distribution() -> None:
    uniform = Uncertainty(path="demand.a", distribution="uniform", low=0.0, high=2.0)
    assert posterior.score(uniform, 1.0) == pytest.approx(0, abs=0.01)
    assert [posterior.score(uniform, end) for end in (0.0, 2.0)] == pytest.approx([-1.5, 1.5], abs=1e-6)
    steps = Uncertainty(path="demand.a", distribution="choice", values=(0.2, 0.3, 0.4))
    assert posterior.score(steps, 0.3) == pytest.approx(0, abs=0.01)
    assert posterior.score(steps, 0.2) == pytest.approx(-0.967, abs=0.01)


def test_only_fitted_outcomes_weigh() -> None:
    mine = Outcomes.of(target for name in ("pilot", "tenders") for target in read_targets(name))
    assert {target.status for target in mine.targets} == {"fitted"}
    assert not any(target.world.startswith("tender:") for target in mine.targets)


def test_scores_punish_width_and_misses() -> None:
    assert interval_score(0, 1, 0.5) == 1
    assert interval_score(0, 2, 0.5) == 2
    assert interval_score(0, 1, 1.1) == pytest.approx(1 + 20 * 0.1)
    (target,) = (t for t in read_targets("pilot") if t.id == "selected-after")
    narrow, wide = np.full(21, 0.7), np.linspace(0.6, 0.9, 21)
    held = Held.of(target, wide, narrow)
    assert (held.verdict, held.luck and held.luck.verdict) == ("in", "out")
    assert held.crps < (held.luck.crps if held.luck else 0)
    _, whole, fitted_ones = tally([held])
    assert whole[:4] == ("after implementation, all", "1", "1", "0")
    assert fitted_ones[0] == "after implementation, fitted"


def test_a_small_prior_is_weighed_written_and_read(tmp_path: Path, vbp: Vbp) -> None:
    prior = tmp_path / "prior.yaml"
    prior.write_text(
        "sweep: small\nscenario: batch-2\n"
        "levers:\n  a: {path: behaviour.firms.model, values: [anchored-costs]}\n"
        "  b: {path: behaviour.bidding.model, values: [best-response]}\n"
        "uncertainties:\n"
        "  c: {path: behaviour.firms.cost_median, distribution: uniform, low: 0.1, high: 0.3, source: test}\n"
        "sample: {method: lhs, size: 3}\n",
        encoding="utf-8",
    )
    out = tmp_path / "draws.yaml"
    code, told, _ = vbp("calibrate", out, "--prior", prior, "--on", "expansion-2019", "--workers", 1, "--json")
    assert code == 0
    draws = read_draws(out)
    assert json.loads(told)["number"] == draws.number == posterior.NUMBER
    assert draws.models == {"behaviour.firms": "anchored-costs"}
    assert "--on expansion-2019" in draws.made
    code, shown, _ = vbp("backtest", "--market", "expansion-2019", "--rules", "expansion-2019", "--draws", out,
                         "--replications", 2, "--whole", 0)  # fmt: skip
    assert code == 0
    assert "luck alone" in shown
