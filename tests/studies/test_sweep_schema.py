"""Sweep files have a schema and a reference page that do not drift, and `vbp check` reads them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from small import write_scenario
from sweeping import TINY

from vbp_sim.runs.load import shipped
from vbp_sim.scenario import schema
from vbp_sim.studies.sweep_file import NEEDS
from vbp_sim.studies.sweep_schema import sweep_page, sweep_schema

ROOT = Path(__file__).parents[2]


def test_the_shipped_schema_has_not_drifted() -> None:
    file = shipped() / "schema" / "sweep.schema.json"
    remedy = "run: vbp schema sweep > scenarios/schema/sweep.schema.json"
    assert file.read_text(encoding="utf-8") == schema.text_of(sweep_schema()), remedy


def test_the_reference_page_has_not_drifted() -> None:
    remedy = "run: vbp schema sweep --format markdown > docs/sweep-reference.md"
    assert (ROOT / "docs" / "sweep-reference.md").read_text(encoding="utf-8") == sweep_page(), remedy


def test_every_field_has_a_description() -> None:
    made = sweep_schema()
    for model in (made, *made["$defs"].values()):
        assert [key for key, field in model["properties"].items() if not field.get("description")] == []


def test_unknown_keys_are_refused_and_each_distribution_needs_its_own() -> None:
    made = sweep_schema()
    assert made["additionalProperties"] is False
    rules = made["$defs"]["Uncertainty"]["allOf"]
    named = {rule["if"]["properties"]["distribution"]["const"]: rule["then"]["required"] for rule in rules}
    assert named == {name: list(keys) for name, keys in NEEDS.items()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_scenario(tmp_path, **TINY)
    return tmp_path


def sweep(folder: Path, levers: str) -> Path:
    file = folder / "x.yaml"
    file.write_text(f"sweep: s\nscenario: small.yaml\nlevers:\n{levers}\nreplications: 3\n", encoding="utf-8")
    return file


def test_check_reads_a_sweep_and_counts_its_runs(vbp: Any, folder: Path) -> None:
    file = sweep(folder, "  growth: {path: demand.growth, values: [0.0, 0.1]}")
    assert vbp("check", file)[:2] == (0, f"{file}: OK (2 points, 6 runs)\n")
    assert json.loads(vbp("check", file, "--json")[1])["files"][0]["points"] == 2
    assert sorted(f.name for f in folder.iterdir()) == ["market", "small.yaml", "x.yaml"]


@pytest.mark.parametrize(
    ("levers", "place", "says"),
    [
        ("  growth: {path: demand.growht, values: [0.0]}", "4:18", "growht"),
        ("  growth: {path: demand.growth, values: [much]}", "4:42", "much"),
        ("  growth: {path: demand.growth, value: [0.0]}", "4:33", "did you mean 'values'?"),
        ("  growth: {path: demand.growth}", "4:18", "a lever has either"),
    ],
)
def test_check_says_where_a_sweep_is_wrong(vbp: Any, folder: Path, levers: str, place: str, says: str) -> None:
    file = sweep(folder, levers)
    code, _, err = vbp("check", file)
    assert code == 2
    assert f"{file}:{place}: " in err
    assert says in err


def test_check_of_a_sweep_takes_no_settings(vbp: Any, folder: Path) -> None:
    code, _, err = vbp("check", sweep(folder, "  g: {path: demand.growth, values: [0]}"), "--set", "demand.growth=1")
    assert code == 2
    assert "--variant and --set are for scenarios" in err
