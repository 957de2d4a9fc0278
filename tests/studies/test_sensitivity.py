"""Sensitivity against functions whose answer is known, and the region in which a known test fails."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import works
from scipy.stats import sobol_indices
from sweeping import growth, swept, write_sweep

from vbp_sim.errors import InputError, RunError
from vbp_sim.studies.design import Design
from vbp_sim.studies.discovery import discover
from vbp_sim.studies.plan import read_plan
from vbp_sim.studies.sensitivity import adapted, indices, morris, rank_correlations, sensitivity, sobol
from vbp_sim.studies.sweep import Options, begin, carry_on
from vbp_sim.studies.sweep_file import SweepSpec

THREE = {
    name: {"path": f"finance.{name}", "distribution": "uniform", "low": 0.0, "high": 1.0}
    for name in ("fund_share", "insured_share", "on_time_share")
}
#: Ishigami with a = 7, b = 0.1: first and total indices (closed form)
FIRST = {"fund_share": 0.3139, "insured_share": 0.4424, "on_time_share": 0.0}
TOTAL = {"fund_share": 0.5576, "insured_share": 0.4424, "on_time_share": 0.2437}


def analysed(folder: Path, method: str, size: int) -> Path:
    file = write_sweep(folder, levers=growth(3), uncertainties=THREE, sample={"size": 4})
    study = begin(file, folder / method, adapt=lambda spec: adapted(spec, method, size))
    carry_on(study, Options(executor="serial"), works.ishigami)
    return study.folder


def test_sobol_indices_of_ishigami_and_their_intervals() -> None:
    given = {"sweep": "three", "scenario": "small.yaml", "uncertainties": THREE, "sample": {"size": 4}}
    spec = adapted(SweepSpec.model_validate(given), "sobol", 256)
    units = Design(spec).units
    rows = sobol(works.ishigami_of(units), units, spec.seed)
    for name, (total, low, high, first, first_low, first_high) in zip(THREE, rows, strict=True):
        assert total == pytest.approx(TOTAL[name], abs=0.06)
        assert first == pytest.approx(FIRST[name], abs=0.12)
        assert low <= TOTAL[name] <= high
        assert first_low <= FIRST[name] <= first_high


def test_a_study_tells_the_indices_of_its_runs_the_largest_first(tmp_path: Path) -> None:
    folder = analysed(tmp_path, "sobol", 16)
    spec = read_plan(folder).spec
    units = Design(spec).units
    rows = dict(zip(THREE, sobol(works.ishigami_of(units), units, spec.seed), strict=True))
    found = sensitivity(folder, "sobol", ["completion"])
    assert [effect.size for effect in found] == sorted((row[0] for row in rows.values()), reverse=True)
    for e in found:
        assert (e.size, e.low, e.high, e.detail, e.detail_low, e.detail_high) == rows[e.uncertainty]


def test_levers_are_varied_with_the_uncertainties_if_that_is_asked(tmp_path: Path) -> None:
    """The same function, one of its factors a lever of eight values: its indices are those of a step function."""
    values = [(i + 0.5) / 8 for i in range(8)]
    two = {name: THREE[name] for name in ("fund_share", "on_time_share")}
    lever = {"insured_share": {"path": "finance.insured_share", "values": values}}
    file = write_sweep(tmp_path, levers=lever, uncertainties=two, sample={"size": 4})
    study = begin(file, tmp_path / "s", adapt=lambda spec: adapted(spec, "sobol", 128, True))
    carry_on(study, Options(executor="serial"), works.ishigami)
    found = {e.uncertainty: e for e in sensitivity(study.folder, "sobol", ["completion"])}
    assert set(found) == {"fund_share", "insured_share", "on_time_share"}
    assert found["insured_share"].size == pytest.approx(TOTAL["insured_share"], abs=0.08)
    only = write_sweep(tmp_path, levers=lever, uncertainties={}, sample={"size": 1})
    with pytest.raises(InputError, match="--levers"):
        begin(only, tmp_path / "t", adapt=lambda spec: adapted(spec, "morris", 4))


def test_own_intervals_use_the_formula_of_scipy() -> None:
    rng = np.random.default_rng(3)
    a, b, ab = rng.random(64), rng.random(64), rng.random((2, 64))
    theirs = sobol_indices(func={"f_A": a[None], "f_B": b[None], "f_AB": ab[:, None]}, n=64)
    first, total = indices(a, b, ab)
    np.testing.assert_allclose(first, np.ravel(theirs.first_order), rtol=1e-9)
    np.testing.assert_allclose(total, np.ravel(theirs.total_order), rtol=1e-9)


def test_morris_of_a_linear_function_gives_its_slopes() -> None:
    """y = 3 a - 2 b + 0 c: mu* are 3, 2, 0, and nothing interacts, so sigma is 0."""
    from vbp_sim.studies.design import _morris

    units = _morris(3, 10, np.random.default_rng(1))
    rows = morris(3 * units[:, 0] - 2 * units[:, 1], units, 1)
    assert [row[0] for row in rows] == pytest.approx([3, 2, 0])
    assert [row[3] for row in rows] == pytest.approx([0, 0, 0], abs=1e-9)


def test_morris_sees_what_acts_only_together(tmp_path: Path) -> None:
    found = {e.uncertainty: e for e in sensitivity(analysed(tmp_path, "morris", 40), "morris", ["completion"])}
    assert found["on_time_share"].size > 0
    assert found["on_time_share"].detail > 0


def test_rank_correlations_find_direction_through_a_curve() -> None:
    rng = np.random.default_rng(2)
    units = rng.random((200, 3))
    rows = rank_correlations(np.exp(4 * units[:, 0]) - 5 * units[:, 1], units, 1)
    assert rows[0][3] > 0.9
    assert rows[1][3] < -0.3
    assert rows[2][4] < 0 < rows[2][5]
    with pytest.raises(InputError, match="at least 8 points"):
        rank_correlations(units[:4, 0], units[:4], 1)


def test_fishers_interval_counts_the_points_less_the_uncertainties() -> None:
    """Of 20 points and 3 uncertainties 15 are left: +-1.96 / sqrt(20 - 3 - 2) in z = atanh r, not / sqrt(20)."""
    rng = np.random.default_rng(5)
    units = rng.random((20, 3))
    for _, _, _, r, low, high in rank_correlations(units @ [1.0, 0.5, 0.0] + rng.random(20), units, 1):
        assert math.atanh(high) - math.atanh(r) == pytest.approx(1.959964 / math.sqrt(15))
        assert math.atanh(r) - math.atanh(low) == pytest.approx(1.959964 / math.sqrt(15))


def test_missing_runs_are_told(tmp_path: Path) -> None:
    file = write_sweep(tmp_path, uncertainties=THREE)
    study = begin(file, tmp_path / "s", adapt=lambda spec: adapted(spec, "sobol", 4))
    carry_on(study, Options(executor="serial", points=[0, 1]), works.ishigami)
    with pytest.raises(RunError, match="18 runs are missing"):
        sensitivity(tmp_path / "s", "sobol")


def test_metrics_that_do_not_vary_are_left_out(tmp_path: Path) -> None:
    found = sensitivity(analysed(tmp_path, "lhs", 20), "lhs")
    assert {e.metric for e in found} == {"completion"}
    assert all(math.isnan(e.noise) for e in found)


def test_discovery_finds_the_region_that_was_put_there(tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    two = {"growth": {"path": "demand.growth", "distribution": "uniform", "low": 0.0, "high": 1.0}, **THREE}
    file = write_sweep(
        tmp_path, levers={"v": {"variants": [""]}}, uncertainties=two, sample={"method": "sobol", "size": 128}
    )
    swept(file, tmp_path / "s")
    worst, *others = discover(tmp_path / "s", "completion > 0.7")
    assert worst.density == worst.coverage == 1.0
    (condition,) = worst.conditions
    assert float(condition.removeprefix("growth > ")) == pytest.approx(0.7, abs=0.02)
    assert sum(box.cases for box in (worst, *others)) == 128
    with pytest.raises(InputError, match="no regions to tell apart"):
        discover(tmp_path / "s", "completion > 5")
    with pytest.raises(InputError, match="did you mean 'completion'"):
        discover(tmp_path / "s", "complection > 5")


def test_the_command_ranks_draws_and_can_be_repeated(vbp: Any, tmp_path: Path) -> None:
    """Real runs."""
    one = {"grow": {"path": "demand.growth", "distribution": "uniform", "low": 0.0, "high": 0.5}}
    pays = {"pays": {"path": "finance.fund_share", "distribution": "uniform", "low": 0.5, "high": 0.8}}
    file, out = write_sweep(tmp_path, levers={}, uncertainties={**one, **pays}), tmp_path / "s"
    words = ("sensitivity", file, "--size", 2, "--executor", "serial", "--metric", "use_change", "--out", out)
    code, shown, _ = vbp(*words)
    assert (code, shown.splitlines()[1].split()[:2]) == (0, ["use_change", "grow"])
    assert (out / "figures" / "ranking.svg").read_text(encoding="utf-8").startswith("<?xml")
    code, shown, _ = vbp(*words, "--json")
    assert [e["uncertainty"] for e in json.loads(shown)["effects"]] == ["grow", "pays"]
    assert vbp("sensitivity", file, "--method", "sobol", "--size", 3, "--out", out)[0] == 2
    assert vbp("sensitivity", file, "--method", "tree")[0] == 2


def test_two_trajectories_give_no_interval_and_three_none_below_zero() -> None:
    from vbp_sim.studies.design import _morris

    units = _morris(2, 2, np.random.default_rng(1))
    assert all(np.isnan(row[1:4]).all() and row[0] >= 0 for row in morris(units[:, 0] ** 3, units, 1))
    units = _morris(2, 3, np.random.default_rng(1))
    y = np.where(np.arange(len(units)) < 3, 1, 0) * units[:, 0]
    rows = morris(y, units, 1)
    assert all(row[1] >= 0 for row in rows)
    assert any(row[1] == 0 < row[2] for row in rows)


def test_two_base_points_give_no_interval_of_indices() -> None:
    units = np.random.default_rng(1).random((8, 2))
    assert all(np.isnan([*row[1:3], *row[4:6]]).all() for row in sobol(units[:, 0] + units[:, 1], units, 1))


def test_the_table_of_a_screening_has_the_unit_of_each_metric() -> None:
    from vbp_sim.cli.sensitivity import _row
    from vbp_sim.studies.sensitivity import Effect

    nothing = float("nan")
    share = Effect("completion", "growth", 0.0314, nothing, nothing, 0.01, nothing, nothing, nothing)
    money = Effect("fund_saving", "growth", 2.5e9, 0.0, 4e9, 1e9, nothing, nothing, nothing)
    assert _row(share, "morris", [share]) == ("completion (%)", "growth", "3.14", "too few", "1", "")
    assert _row(money, "morris", [money])[:4] == ("fund_saving (billion yuan/year)", "growth", "2.5", "[0, 4]")
    assert _row(share, "sobol", [share])[:3] == ("completion", "growth", "0.0314")
