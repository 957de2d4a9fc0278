"""The wheel carries all that the program needs away from the project's folder."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

from pages import ROOT


def test_a_wheel_runs_reports_and_starts_projects_by_itself(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(tmp_path / "installed")
    away = tmp_path / "away"
    away.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "installed"), "VBP_LANG": "zh"}

    def vbp(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "vbp_sim", *words], cwd=away, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    where = [sys.executable, "-c", "import vbp_sim; print(vbp_sim.__file__)"]
    found = subprocess.run(where, cwd=away, env=environment, capture_output=True, text=True, check=True).stdout
    assert found.startswith(str(tmp_path))
    assert "share-90" in vbp("list", "policies")
    vbp("new", "mine", "--market", "batch-3", "--rules", "batch-9")
    vbp("check", "mine/mine.yaml", "--quiet")
    vbp("run", "pilot-2018", "--replications", "1", "--no-figures", "--report", "--out", "run", "--quiet")
    assert "中选" in (away / "run" / "report.html").read_text(encoding="utf-8")
