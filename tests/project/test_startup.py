"""Help is fast because it imports nothing heavy: loaded modules are tested, not milliseconds."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest
from small import write_scenario

HEAVY = {"numpy", "scipy", "pydantic", "matplotlib", "rich", "simpy", "pyarrow", "yaml"}

LOADED = """
import json, sys
from vbp_sim.cli import main
codes = []
for words in json.loads(sys.argv[1]):
    sys.argv = ["vbp", *words]
    try:
        main()
    except SystemExit as stop:
        codes.append(stop.code)
print(json.dumps([codes, sorted(sys.modules)]))
"""


def loaded_after(*arguments: str) -> set[str]:
    """Modules that are loaded once `vbp` has run with these arguments and ended well."""
    return loaded_after_all([arguments])


def loaded_after_all(commands: Sequence[Sequence[str]]) -> set[str]:
    """The same after several commands, one after the other in one process."""
    words = [sys.executable, "-c", LOADED, json.dumps(commands)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    codes, modules = json.loads(done.stdout.splitlines()[-1])
    assert codes == [0] * len(commands), done.stderr
    return set(modules)


def test_help_imports_nothing_heavy() -> None:
    assert loaded_after("--help") & HEAVY == set()


def test_version_imports_nothing_heavy() -> None:
    assert loaded_after("--version") & HEAVY == set()


def test_help_of_a_command_imports_nothing_heavy() -> None:
    assert loaded_after("run", "--help") & HEAVY == set()


#: what no reading of scenarios needs
IDLE = {
    "asyncio", "dask", "fontTools", "jinja2", "markupsafe", "matplotlib", "multiprocessing", "numpy.ma", "numpy.random",
    "optuna", "pandas", "PIL", "pyarrow", "rich", "scipy", "simpy", "sklearn", "sqlite3", "xlsxwriter",
    "vbp_sim.engine", "vbp_sim.report.charts", "vbp_sim.report.pages",
    "vbp_sim.runs.run", "vbp_sim.studies", "vbp_sim.tender", "vbp_sim.truth",
}  # fmt: skip


@pytest.mark.parametrize("name", ["pilot-2018", "pilot-and-expansion"])
def test_check_imports_what_reads_scenarios_and_nothing_else(name: str) -> None:
    """That is what keeps it under 0.6 s of computing; half of that is NumPy, pydantic and Python itself."""
    assert loaded_after("check", name, "--quiet") & IDLE == set()


@pytest.mark.slow
@pytest.mark.skipif(find_spec("pandas") is None, reason="needs pandas, which nothing may import by itself")
def test_runs_and_reports_do_without_pandas_where_it_is_installed(tmp_path: Path) -> None:
    scenario = write_scenario(tmp_path, replications=1, variants={"dear": {"changes": {"demand": {"growth": 0.3}}}})
    out = str(tmp_path / "run")
    compare = (
        "compare",
        str(scenario),
        "--variants",
        "dear",
        "--replications",
        "2",
        "--out",
        str(tmp_path / "compared"),
    )
    run = ("run", str(scenario), "--out", out, "--report")
    assert "pandas" not in loaded_after_all([run, ("report", out), ("export", out), compare])


def test_a_run_that_draws_nothing_imports_no_plotting(tmp_path: Path) -> None:
    scenario = write_scenario(tmp_path, replications=1)
    known = loaded_after("run", str(scenario), "--no-figures", "--out", str(tmp_path / "run"))
    assert known & {"matplotlib", "jinja2", "xlsxwriter"} == set()
    assert "numpy" in known
