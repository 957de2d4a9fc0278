"""The search, its parameters, and a small fit through the command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from vbp_sim.truth.backtest import Prediction, load_prediction
from vbp_sim.truth.calibrate import FREE, minimize

Vbp = Callable[..., tuple[int, str, str]]


def test_the_search_finds_the_bottom_of_a_tilted_bowl() -> None:
    goal = np.array([1.0, -2.0, 0.5])
    turn = np.array([[1.0, 0.8, 0.0], [0.0, 1.0, -0.5], [0.0, 0.0, 1.0]])

    def losses(candidates: np.ndarray) -> np.ndarray:
        return np.array([float(((turn @ (x - goal)) ** 2).sum()) for x in candidates])

    best, low = minimize(losses, np.zeros(3), generations=80, population=10, seed=1)
    np.testing.assert_allclose(best, goal, atol=0.02)
    assert low < 1e-3


@pytest.mark.parametrize("free", FREE, ids=lambda f: f.name)
def test_every_parameter_comes_back_from_the_scale_of_the_search(free: object) -> None:
    default = getattr(getattr(Prediction(), free.part), free.name)  # type: ignore[attr-defined]
    assert free.outer(free.inner(default)) == pytest.approx(default, abs=1e-4)  # type: ignore[attr-defined]
    assert free.outer(1e3) == free.high  # type: ignore[attr-defined]


def test_a_small_fit_is_written_read_and_not_worse(tmp_path: Path, vbp: Vbp) -> None:
    file = tmp_path / "fit.yaml"
    code, out, _ = vbp("calibrate", file, "--on", "expansion-2019", "--generations", 1, "--population", 4,
                       "--replications", 2, "--workers", 1, "--json")  # fmt: skip
    found = json.loads(out)
    assert code == 0
    assert found["loss"] <= found["start"]
    assert load_prediction(file).fitted_on == ("expansion-2019",)


def test_the_shipped_fit_is_what_the_models_have_as_defaults() -> None:
    fitted = load_prediction(Path(__file__).parents[2] / "scenarios/parameters/expansion-batch-2.yaml")
    assert fitted.fitted_on == ("expansion-2019", "batch-2")
    assert fitted.model_copy(update={"fitted_on": ()}) == Prediction()


def test_a_market_without_bids_cannot_be_fitted(tmp_path: Path, vbp: Vbp) -> None:
    from small import write_scenario

    write_scenario(tmp_path)
    code, _, told = vbp("calibrate", tmp_path / "fit.yaml", "--on", f"{tmp_path / 'market'}=batch-4")
    assert code == 2
    assert "no product has a bid" in told


def test_a_fit_opens_no_file_of_a_market_that_it_is_not_fitted_on(tmp_path: Path) -> None:
    """Every file that any process of a fit opens is written down: the markets of the fit, no other; the map of the
    nation and the columns of markets are none."""
    (tmp_path / "sitecustomize.py").write_text(
        "import os, sys\n"
        f"log = os.open({str(tmp_path / 'opened')!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND)\n"
        "sys.addaudithook(lambda event, args: event == 'open' and os.write(log, f'{args[0]}\\n'.encode()))\n"
    )
    start = tmp_path / "start.yaml"
    start.write_text("bidding: {model: best-response, draws: 16}\n")
    command = [sys.executable, "-m", "vbp_sim", "calibrate", tmp_path / "fit.yaml", "--start", start]
    more = ["--generations", "1", "--population", "4", "--replications", "2", "--workers", "1", "--quiet"]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(tmp_path), os.environ.get("PYTHONPATH"))))}
    subprocess.run([*command, *more], check=True, env=env)
    tables = {Path(line) for line in (tmp_path / "opened").read_text().splitlines() if ".csv" in line}
    of_no_market = ("nation.csv", "market_columns.csv")
    assert {file.parent.name for file in tables if file.name not in of_no_market} == {"expansion-2019", "batch-2"}
