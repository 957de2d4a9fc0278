"""Studies that are not whole: a sweep that is still computed, a comparison without runs, a missing library."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from exploring import GROW, SWEEP
from small import write_scenario

from vbp_sim.studies.compare import Precision, compare, write
from vbp_sim.studies.sweep import Options, begin, carry_on


def test_a_sweep_shows_more_as_it_has_more(serve: Callable[[Path], Any], tmp_path: Path) -> None:
    write_scenario(tmp_path, replications=3)
    file = tmp_path / "sweep.yaml"
    file.write_text(SWEEP, encoding="utf-8")
    carry_on(begin(file, tmp_path / "sweep"), Options(executor="serial", points=[0, 1]))
    site = serve(tmp_path / "sweep")

    def done() -> list[str]:
        lines = io.StringIO(site.get("/table.csv").body.decode("utf-8-sig"))
        return [row["runs_done"] for row in csv.DictReader(lines)]

    assert done() == ["2", "2"] + ["0"] * 6
    assert "4 of 16 runs are done." in site.get().text
    carry_on(begin(file, tmp_path / "sweep"), Options(executor="serial"))
    assert done() == ["2"] * 8
    assert "runs are done." not in site.get().text


def test_a_comparison_that_kept_no_runs_still_compares(serve: Callable[[Path], Any], tmp_path: Path) -> None:
    scenario = write_scenario(tmp_path, replications=3, variants={"grow": GROW})
    write(compare(scenario, ["grow"], until=Precision("use_change", 9.0, 3), workers=1), tmp_path / "found")
    site = serve(tmp_path / "found")
    text = site.get().text
    assert "This comparison keeps metrics only" in text
    assert text.count("<svg role=") == 2
    assert site.get("/?drug=alpha").status == 400


def test_without_the_library_the_message_says_what_to_install(studies: dict[str, Path]) -> None:
    hide = "import sys; sys.modules['uvicorn'] = None; from vbp_sim.cli import main; main()"
    command = [sys.executable, "-c", hide, "explore", str(studies["run"]), "--no-browser"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "pip install 'vbp-sim[explore]'" in done.stderr
