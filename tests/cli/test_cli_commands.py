"""check, show, schema, list and new: what they print, where, and how they end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from vbp_sim.runs.load import load_scenario

BAD = "extends: pilot-2018\nsed: 1\nstart: 2018-99-01\n"


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    file = tmp_path / "坏 file.yaml"
    file.write_text(BAD, encoding="utf-8")
    return file


def test_check_says_ok_on_stdout(vbp: Any) -> None:
    code, out, err = vbp("check", "batch-2")
    assert (code, err) == (0, "")
    assert out.startswith("batch-2: OK (1 round,")


def test_check_names_every_error_on_stderr_and_ends_with_2(vbp: Any, bad: Path) -> None:
    code, out, err = vbp("check", bad, "pilot-2018")
    assert code == 2
    assert f"{bad}:2:1: unknown key 'sed'\n    did you mean 'seed'?\n    | sed: 1\n    | ^" in err
    assert f"{bad}:3:8: start: a date" in err
    assert "2 problems" in err
    assert "pilot-2018: OK" in out


def test_check_as_json_is_one_document(vbp: Any, bad: Path) -> None:
    code, out, err = vbp("check", bad, "pilot-2018", "--json")
    found = json.loads(out)
    assert (code, err, found["ok"]) == (2, "", False)
    assert [file["ok"] for file in found["files"]] == [False, True]
    assert found["files"][0]["problems"][0]["place"] == f"{bad}:2:1"


def test_check_looks_into_every_variant(vbp: Any, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("extends: pilot-2018\nvariants:\n  x: {changes: {demand: {growht: 1}}}\n")
    code, _, err = vbp("check", file)
    assert code == 2
    assert f"{file}:3:26: unknown key 'growht' in demand" in err


def test_quiet_check_says_only_errors(vbp: Any, bad: Path) -> None:
    assert vbp("check", "--quiet", "pilot-2018") == (0, "", "")
    assert "unknown key 'sed'" in vbp("check", "-q", bad).err


def test_show_gives_values_with_who_set_them(vbp: Any) -> None:
    code, out, _ = vbp("show", "pilot-2018", "--set", "demand.growth=0.25")
    assert code == 0
    line = next(line for line in out.splitlines() if line.strip().startswith("growth: 0.25"))
    assert line.split("  #") == [line.split("  #")[0], " share; --set demand.growth"]
    assert "STAND-IN" in out


def test_show_as_json(vbp: Any) -> None:
    values = {v["path"]: v for v in json.loads(vbp("show", "pilot-2018", "--json").out)["values"]}
    assert values["rounds.pilot.calendar.opening"]["value"] == "2018-12-06"
    assert values["rounds.pilot.rules.share.table.1"]["stand_in"] is True


def test_show_rules(vbp: Any) -> None:
    code, out, _ = vbp("show", "rules", "expansion-2019")
    assert code == 0
    assert "  rule: by-winners" in out
    code, _, err = vbp("show", "rules", "expansion-2091")
    assert code == 2
    assert "did you mean 'expansion-2019'?" in err


@pytest.mark.parametrize("what", ["scenario", "rules", "market", "all"])
@pytest.mark.parametrize("form", ["json", "markdown"])
def test_schema_prints_every_form(vbp: Any, what: str, form: str) -> None:
    code, out, err = vbp("schema", what, "--format", form)
    assert (code, err) == (0, "")
    assert json.loads(out) if form == "json" else out.startswith("#")


@pytest.mark.parametrize(
    ("what", "name"),
    [
        ("scenarios", "pilot-2018"),
        ("rules", "expansion-2019"),
        ("models", "newsvendor"),
        ("markets", "pilot-2018"),
    ],
)
def test_list(vbp: Any, what: str, name: str) -> None:
    code, out, _ = vbp("list", what)
    assert code == 0
    assert name in out
    rows = json.loads(vbp("list", what, "--json").out)
    assert any({name, f"markets/{name}"} & set(row.values()) for row in rows)


def test_list_variants_needs_a_scenario(vbp: Any, tmp_path: Path) -> None:
    assert vbp("list", "variants").code == 2
    (tmp_path / "a.yaml").write_text("extends: pilot-2018\nvariants: {x: {title: Try}}\n")
    rows = json.loads(vbp("list", "variants", tmp_path / "a.yaml", "--json").out)
    assert {"variant": "x", "title": "Try"} in rows


def test_new_makes_a_project_that_checks(vbp: Any, tmp_path: Path) -> None:
    code, out, _ = vbp("new", "我的 project", "--dir", tmp_path)
    file = Path(out.strip())
    assert code == 0
    assert load_scenario(file).spec.scenario == "我的 project"
    first = file.read_text(encoding="utf-8").splitlines()[0]
    assert (file.parent / first.partition("$schema=")[2]).is_file()
    assert vbp("check", file).code == 0


def test_new_from_every_shipped_scenario(vbp: Any, tmp_path: Path) -> None:
    for row in json.loads(vbp("list", "scenarios", "--json").out):
        code, out, err = vbp("new", row["scenario"], "--from", row["scenario"], "--dir", tmp_path)
        assert (code, err.startswith("edit it")) == (0, True)
        assert Path(out.strip()).is_file()


def test_new_never_overwrites(vbp: Any, tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    code, _, err = vbp("new", "here", "--dir", tmp_path)
    assert code == 2
    assert "exists already, and nothing is overwritten" in err
    assert list((tmp_path / "here").iterdir()) == []


@pytest.mark.parametrize(
    "args", [("../x",), ("",), ("a/b",), ("a", "--from", "pilot-2081"), ("a", "--dir", "/nowhere")]
)
def test_new_refuses_what_it_cannot_do(vbp: Any, tmp_path: Path, args: tuple[str, ...]) -> None:
    where = () if "--dir" in args else ("--dir", tmp_path)
    code, _, err = vbp("new", *args, *where)
    assert (code, "Traceback" in err) == (2, False)
    assert list(tmp_path.iterdir()) == []
