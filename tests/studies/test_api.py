"""The notebook face: the same results as the command line, as data frames where pandas is installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sweeping import swept, write_sweep

import vbp_sim
from vbp_sim.errors import InputError, VbpError


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    write_sweep(tmp_path, {"variants": {"grow": {"changes": {"demand": {"growth": 0.5}}}}})
    return tmp_path / "small.yaml"


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = "import vbp_sim, sys; print([m for m in ('numpy', 'pydantic', 'pandas') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_load_takes_settings_like_the_command_line(scenario: Path) -> None:
    loaded = vbp_sim.load(scenario, "grow", sets={"finance.fund_share": 0.5}, seed=9, replications=2)
    spec = loaded.spec
    assert (spec.demand.growth, spec.finance.fund_share, spec.seed, spec.replications) == (0.5, 0.5, 9, 2)
    with pytest.raises(InputError, match="fund_share"):
        vbp_sim.load(scenario, sets={"finance.fund_share": 5})
    whole = vbp_sim.load(scenario, sets={"laws.national.changes.retention": {"rule": "linear", "most": 0.1}})
    assert whole.spec.laws["national"].changes == {"retention": {"rule": "linear", "most": 0.1}}


def test_run_and_compare_give_frames(scenario: Path, tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    result = vbp_sim.run(vbp_sim.load(scenario, replications=2), tmp_path / "run", workers=1)
    assert result.frame().loc["completion", "mean"] == result.summary["metrics"]["completion"]["mean"]
    assert set(result.frame("use").replication) == {0, 1}
    found = vbp_sim.compare(scenario, ["grow"], replications=2, workers=1, results=tmp_path / "runs")
    assert found.frame().loc[("use_change", "grow"), "difference"] > 0
    assert found.replications().loc["grow"].shape[0] == 2
    shown = found._repr_html_()
    assert "<th>grow</th>" in shown
    assert "too few" in shown
    drawn = found.plot("variants-shares", metrics=["completion"])
    assert drawn.get_axes()
    swept(write_sweep(tmp_path), tmp_path / "s")
    assert isinstance(vbp_sim.read_study(tmp_path / "s"), pandas.DataFrame)


def test_without_pandas_a_message_says_what_to_install(
    scenario: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = vbp_sim.run(vbp_sim.load(scenario), tmp_path / "run", workers=1)
    assert "replications: 1" in repr(result)
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(VbpError, match=r"pip install 'vbp-sim\[notebook\]'"):
        result.frame()


def test_a_run_shows_itself_draws_and_names_its_tables(scenario: Path, tmp_path: Path) -> None:
    result = vbp_sim.run(vbp_sim.load(scenario), tmp_path / "run", workers=1)
    shown = result._repr_html_()
    assert shown.count("<tr>") > 20
    assert "nan" not in shown
    assert result.plot("price-by-drug").get_axes()
    with pytest.raises(InputError, match=r"did you mean 'settlement'\? tables: bids, awards"):
        result.frame("setlement")
    assert {"run", "load", "compare", "register", "read_study"} <= set(dir(vbp_sim))


def test_unknown_names_are_attribute_errors() -> None:
    with pytest.raises(AttributeError, match="no attribute 'walk'"):
        vbp_sim.walk  # noqa: B018
