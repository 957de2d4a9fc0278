"""The front of problems whose front is known; resuming; scenario files that run."""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sweeping import runs, write_sweep

from vbp_sim.errors import InputError
from vbp_sim.runs.load import load_scenario
from vbp_sim.runs.replications import run_one
from vbp_sim.scenario.load import Scenario
from vbp_sim.studies.optimize import objectives, optimize, write_front
from vbp_sim.studies.sweep import Options, begin

TWO = {
    "g": {"path": "demand.growth", "low": 0.0, "high": 1.0, "steps": 9},
    "f": {"path": "finance.fund_share", "values": [0.2, 0.5, 0.8]},
}
SERIAL = Options(executor="serial")
calls = 0


def trade(scenario: Scenario, replication: int) -> Mapping[str, float]:
    """More growth gives more completion and more unmet need; fund_share 0.5 gives least unmet need."""
    global calls
    calls += 1
    g, f = scenario.spec.demand.growth, scenario.spec.finance.fund_share
    return {"completion": g, "unmet_share": g**2 + abs(f - 0.5)}


def test_the_front_of_a_known_problem_is_found(tmp_path: Path) -> None:
    pytest.importorskip("optuna")
    study = begin(write_sweep(tmp_path, levers=TWO), tmp_path / "s")
    front = optimize(study, objectives(["max:completion", "unmet_share"]), 160, SERIAL, trade)
    assert {c.values["f"] for c in front} == {0.5}
    assert [c.objectives["completion"] for c in front] == sorted((c.values["g"] for c in front), reverse=True)
    assert len(front) >= 8  # of 9


def test_regret_is_what_another_combination_would_be_better_by_in_the_worst_draw(tmp_path: Path) -> None:
    """Unmet need is |f - own|: with own in 0 to 1 no f holds everywhere, and the middle one regrets least."""
    pytest.importorskip("optuna")
    levers = {"g": {"path": "demand.growth", "values": [0.0]}, "f": TWO["f"]}
    own = {"own": {"path": "finance.insured_share", "distribution": "uniform", "low": 0.0, "high": 1.0}}
    file = write_sweep(tmp_path, levers=levers, uncertainties=own, sample={"method": "sobol", "size": 8})

    def far(scenario: Scenario, replication: int) -> Mapping[str, float]:
        f, wanted = scenario.spec.finance.fund_share, scenario.spec.finance.insured_share
        return {"completion": -abs(f - wanted), "unmet_share": abs(f - wanted)}

    study = begin(file, tmp_path / "s")
    front = optimize(study, objectives(["max:completion", "unmet_share"]), 12, SERIAL, far)
    best = front[0]
    draws = [study.design.point(s * study.design.combinations).values["own"] for s in range(study.design.samples)]
    lost = max(abs(best.values["f"] - d) - min(abs(f - d) for f in (0.2, 0.5, 0.8)) for d in draws)
    assert best.regret["unmet_share"] == pytest.approx(lost)
    assert best.regret["completion"] == pytest.approx(lost)
    nearest = [min((0.2, 0.5, 0.8), key=lambda f: abs(f - d)) for d in draws]
    assert best.holds == pytest.approx(nearest.count(best.values["f"]) / len(draws))


def test_a_search_is_gone_on_with_and_gives_the_same_front(tmp_path: Path) -> None:
    pytest.importorskip("optuna")
    file, wanted = write_sweep(tmp_path, levers=TWO), objectives(["max:completion", "unmet_share"])
    whole = optimize(begin(file, tmp_path / "whole"), wanted, 64, SERIAL, trade)
    optimize(begin(file, tmp_path / "s"), wanted, 32, SERIAL, trade)
    done = len(runs(tmp_path / "s"))
    before = calls
    assert optimize(begin(file, tmp_path / "s"), wanted, 64, SERIAL, trade) == whole
    assert calls - before == len(runs(tmp_path / "s")) - done
    assert runs(tmp_path / "s") == runs(tmp_path / "whole")


def test_a_candidate_counts_by_its_mean_over_the_uncertainties(tmp_path: Path) -> None:
    pytest.importorskip("optuna")
    own = {"own": {"path": "finance.fund_share", "distribution": "uniform", "low": 0.0, "high": 1.0}}
    levers = {"g": {"path": "demand.growth", "values": [0.5, 0.6]}}
    file = write_sweep(tmp_path, levers=levers, uncertainties=own, sample={"method": "sobol", "size": 64})
    front = optimize(begin(file, tmp_path / "s"), objectives(["max:completion", "unmet_share"]), 8, SERIAL, trade)
    assert [c.objectives["unmet_share"] for c in front] == pytest.approx([0.36 + 0.25, 0.25 + 0.25], abs=0.01)


def test_the_command_leaves_scenarios_that_run(vbp: Any, tmp_path: Path) -> None:
    """Real runs."""
    pytest.importorskip("optuna")
    values = [{"rule": "linear", "most": m} for m in (0.0, 0.5)]
    levers = {
        "kept": {"path": "laws.national.changes.retention", "values": values},
        "v": {"variants": ["", "grow"]},
    }
    file = write_sweep(tmp_path, {"variants": {"grow": {"changes": {"demand": {"growth": 0.5}}}}}, levers=levers)
    words = ("optimize", file, "--objective", "max:retained_surplus", "--objective", "max:use_change", "--trials", 6)
    code, shown, said = vbp(*words, "--executor", "serial", "--out", tmp_path / "s")
    assert (code, "on the front" in said) == (0, True)
    with (tmp_path / "s" / "front.csv").open(encoding="utf-8-sig") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == len(shown.splitlines()) - 1 >= 1
    for row in rows:
        scenario = load_scenario(tmp_path / "s" / "front" / f"{row['combination']}.yaml")
        metrics = run_one(scenario, 0).metrics
        assert metrics["retained_surplus"] == float(row["retained_surplus"])
    assert (tmp_path / "s" / "figures" / "tradeoff.svg").is_file()


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["cut_own"], "two or more different metrics"),
        (["cut_own", "cut_own"], "two or more different metrics"),
        (["cut_own", "complection"], "did you mean 'completion'"),
        (["cut_own", "originator_share"], "max:originator_share or min:originator_share"),
        (["cut_own", "most:unmet_share"], "it must be said whether more"),
    ],
)
def test_wrong_objectives_are_told(texts: list[str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        objectives(texts)


def test_without_levers_or_optuna_a_message_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = objectives(["max:completion", "unmet_share"])
    with pytest.raises(InputError, match="there are no levers"):
        optimize(begin(write_sweep(tmp_path, levers={}), tmp_path / "s"), wanted, 2, SERIAL, trade)
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(InputError, match=r"pip install 'vbp-sim\[optimize\]'"):
        optimize(begin(write_sweep(tmp_path), tmp_path / "s"), wanted, 2, SERIAL, trade)


def test_scenarios_behind_a_link_are_left_alone(tmp_path: Path) -> None:
    study = begin(write_sweep(tmp_path, levers=TWO), tmp_path / "s")
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "front").symlink_to(tmp_path)
    with pytest.raises(InputError, match="front: is a link"):
        write_front(study, [])
    assert (tmp_path / "small.yaml").exists()
