"""Draws of parameters: whose value they move, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scenario_making import make_scenario

from vbp_sim.engine.simulation import simulate
from vbp_sim.errors import InputError
from vbp_sim.runs.load import load_draws, load_scenario, shipped
from vbp_sim.runs.manifest import Summary
from vbp_sim.scenario.draws import Draws, read_draws
from vbp_sim.scenario.load import Scenario
from vbp_sim.scenario.spec import Spec
from vbp_sim.studies.sweep_file import read_sweep


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return make_scenario(tmp_path)


def drawn(folder: Path, file: Path, text: str, *sets: str) -> Scenario:
    (folder / "mine.yaml").write_text(f"made: by hand\n{text}\n", encoding="utf-8")
    return load_scenario(file, sets=("draws=[mine.yaml]", *sets))


def settings(scenario: Scenario, k: int) -> tuple[float, float]:
    spec: Spec = scenario.drawn(k).spec
    return spec.demand.trend, getattr(spec.behaviour.choice, "task", np.nan)


TEXT = "models: {behaviour.choice: shelves}\ndraws: {demand.trend: [0.01, 0.02], behaviour.choice.task: [1.0, 3.0]}"


def test_replication_k_takes_draw_k_and_begins_again(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    scenario = drawn(tmp_path, file, TEXT)
    assert [settings(scenario, k) for k in range(3)] == [(0.01, 1.0), (0.02, 3.0), (0.01, 1.0)]
    assert scenario.digest != load_scenario(file).digest


def test_what_is_stated_and_what_another_model_has_is_kept(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert settings(drawn(tmp_path, file, TEXT, "demand.trend=0.05"), 0) == (0.05, 1.0)
    other = drawn(tmp_path, file, TEXT, "behaviour.choice={model: task-first}")
    assert other.drawn(1).spec.behaviour.choice == other.spec.behaviour.choice
    assert other.drawn(1).spec.demand.trend == 0.02


def test_draws_of_the_defaults_change_no_number(tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    plain = load_scenario(file)
    assert plain.drawn(3) is plain
    same = drawn(tmp_path, file, f"draws: {{demand.trend: [{plain.spec.demand.trend}]}}")
    base, drawn_tables = simulate(plain, 1), simulate(same, 1)
    for name, table in base.items():
        for column, values in table.items():
            np.testing.assert_array_equal(values, drawn_tables[name][column], err_msg=f"{name}.{column}")
    assert (simulate(drawn(tmp_path, file, TEXT), 1)["use"]["need"] != base["use"]["need"]).any()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("draws: {demand.trend: [0.01, 0.02], demand.growth: [0.1]}", "as many values"),
        ("draws: {demand.trend: [9.0]}", "draw 0 does not fit: trend"),
        ("draws: {demand.trent: [0.1]}", "draw 0 does not fit: trent"),
        ("draws: {}", "draws"),
    ],
)
def test_what_is_refused(text: str, told: str, tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=told):
        drawn(tmp_path, file, text)


def test_a_name_that_is_no_file_is_told_where_it_stands(file: Path) -> None:
    with pytest.raises(InputError, match="there is no file 'us'"):
        load_scenario(file, sets=("draws=[us]",))


@pytest.mark.parametrize("name", ["bids", "use"])
def test_shipped_draws_are_of_the_shipped_prior_whose_ranges_have_sources(name: str) -> None:
    (draws,) = load_draws([name])
    spec, _ = read_sweep(shipped() / "parameters" / f"prior-{name}.yaml")
    assert draws.number >= 40
    assert list(draws.draws) == [entry.path for entry in spec.uncertainties.values()]
    assert all(entry.source for entry in spec.uncertainties.values())
    for entry in spec.uncertainties.values():
        values = np.array(draws.draws[entry.path])
        assert entry.low is None or values.min() >= entry.low * (1 - 1e-3) - 1e-9
        assert entry.high is None or values.max() <= entry.high * (1 + 1e-3) + 1e-9


def test_draws_are_read_again_when_their_file_changes(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    for value in (0.25, 0.125):
        file.write_text(f"made: m\ndraws: {{demand.trend: [{value}]}}", encoding="utf-8")
        assert read_draws(file).draws["demand.trend"] == (value,)


def test_a_run_says_what_its_ranges_hold(
    tmp_path: Path, file: Path, vbp: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text(f"made: by hand\n{TEXT}", encoding="utf-8")
    out = tmp_path / "run"
    code, shown, _ = vbp(  # type: ignore[operator]
        "run", file, "--draws", "mine.yaml", "--replications", 3, "--no-figures", "--out", out
    )
    assert code == 0
    assert "draws: mine.yaml" in shown
    assert Summary.model_validate_json((out / "summary.json").read_text(encoding="utf-8")).draws == ["mine.yaml"]


def test_draws_of_a_prediction_are_those_below_behaviour() -> None:
    from vbp_sim.truth.backtest import Prediction

    draws = Draws(made="m", draws={"behaviour.bidding.noise": (0.1, 0.3), "behaviour.choice.task": (1.0, 2.0)})
    assert getattr(Prediction().drawn([draws], 1).bidding, "noise") == 0.3  # noqa: B009
    assert Prediction().drawn([], 1) == Prediction()
