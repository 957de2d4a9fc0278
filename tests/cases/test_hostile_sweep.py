"""A sweep whose names are formulas and markup, and a plan that was edited to have such: no table ever says them."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "studies"))

from sweeping import swept, write_sweep

#: ids that a spreadsheet takes for a formula, a browser for markup, a terminal for an order
HOSTILE = ("=cmd|' /C calc'!A0", "+1", "-1", "@sum", "\t=1", "<img src=x onerror=alert(10)>", "a\x1b[31m", "a b", "")
GROWTH = {"path": "demand.growth", "values": [0.0, 0.1]}


@pytest.mark.parametrize("id", HOSTILE)
@pytest.mark.parametrize("table", ["levers", "uncertainties"])
def test_a_hostile_id_of_a_lever_or_an_uncertainty_is_refused_where_it_stands(
    vbp: Any, tmp_path: Path, table: str, id: str
) -> None:
    entry = GROWTH if table == "levers" else {"path": "demand.growth", "distribution": "uniform", "low": 0, "high": 1}
    file = write_sweep(tmp_path, **{"levers": {}, table: {id: entry}})
    code, _, said = vbp("sweep", "run", file, "--out", tmp_path / "s")
    assert code == 2, said
    assert f"{file}:" in said
    assert "\x1b" not in said
    assert not (tmp_path / "s").exists()


def test_a_hostile_name_of_a_sweep_is_no_path_and_no_markup(
    vbp: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name, title = "../../=1+1<script>alert(8)</script>", "=1+1<script>alert(9)</script>"
    outcome = swept(write_sweep(tmp_path, sweep=name, title=title), None)  # type: ignore[arg-type]
    assert outcome.folder.parent == Path("results")
    assert vbp("report", outcome.folder, "--out", tmp_path / "report.html")[0] == 0
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(9)" in page


@pytest.mark.parametrize("command", ["status", "resume"])
def test_a_plan_that_was_edited_to_have_a_hostile_lever_is_refused(vbp: Any, tmp_path: Path, command: str) -> None:
    swept(write_sweep(tmp_path), tmp_path / "s")
    plan = tmp_path / "s" / "plan.json"
    content = json.loads(plan.read_text(encoding="utf-8"))
    content["spec"]["levers"] = {HOSTILE[0]: GROWTH}
    plan.write_text(json.dumps(content), encoding="utf-8")
    code, _, said = vbp("sweep", command, tmp_path / "s")
    assert (code, str(plan) in said) == (2, True)


def test_a_hostile_value_of_a_lever_is_no_formula_in_study_csv(tmp_path: Path) -> None:
    values = ["=1+1", "+1", "-1", "@sum"]
    swept(write_sweep(tmp_path, levers={"note": {"path": "title", "values": values}}), tmp_path / "s")
    with (tmp_path / "s" / "study.csv").open(encoding="utf-8-sig", newline="") as lines:
        assert [row["note"] for row in csv.DictReader(lines)] == [f"'{value}" for value in values]
