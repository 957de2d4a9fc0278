"""The published schemas and the reference page come from the models and have not drifted from them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from vbp_sim.runs.load import shipped
from vbp_sim.scenario import reference, schema

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("name", "make"), [("scenario", schema.scenario_schema), ("rules", schema.rules_schema)])
def test_the_shipped_schema_has_not_drifted(name: str, make: Any) -> None:
    file = shipped() / "schema" / f"{name}.schema.json"
    remedy = f"run: vbp schema {name} --partial > scenarios/schema/{name}.schema.json"
    assert file.read_text(encoding="utf-8") == schema.text_of(make(partial=True)), remedy


def test_the_reference_page_has_not_drifted() -> None:
    remedy = "run: vbp schema all --format markdown > docs/scenario-reference.md"
    page = (ROOT / "docs" / "scenario-reference.md").read_text(encoding="utf-8")
    assert page == reference.whole_page(), remedy


def test_every_field_has_a_description() -> None:
    made = schema.scenario_schema()
    nameless = [
        f"{name}.{key}"
        for name, model in [("scenario", made), *made["$defs"].items()]
        for key, field in model["properties"].items()
        if not field.get("description") and key not in ("model", "rule")
    ]
    assert nameless == []


def test_the_partial_schema_requires_nothing_and_the_full_one_does() -> None:
    assert '"required"' not in json.dumps(schema.scenario_schema(partial=True))
    assert schema.scenario_schema()["required"] == ["scenario", "market", "start", "rounds"]


def test_a_choice_of_parts_lists_all_and_needs_a_name_for_all_but_the_default() -> None:
    choices = schema.scenario_schema()["$defs"]["Behaviour"]["properties"]["bidding"]["anyOf"]
    assert {"$ref": "#/$defs/RulesOfThumb"} in choices
    assert {"$ref": "#/$defs/Recorded", "required": ["model"]} in choices


def test_rules_may_be_a_name_or_a_map_that_extends() -> None:
    made = schema.scenario_schema()
    assert {"type": "string"} in made["$defs"]["Round"]["properties"]["rules"]["anyOf"]
    assert "extends" in made["$defs"]["RuleSet"]["properties"]


def test_every_reference_in_a_schema_leads_somewhere() -> None:
    for made in (schema.scenario_schema(partial=True), schema.rules_schema()):
        refs = set(_refs(made))
        assert refs <= {"#", *(f"#/$defs/{name}" for name in made["$defs"])}


def _refs(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [ref for item in node.values() for ref in _refs(item)]
    return [ref for item in node for ref in _refs(item)] if isinstance(node, list) else []


def test_shipped_scenarios_and_rule_sets_name_their_schema_in_the_first_line() -> None:
    for file in shipped().glob("*.yaml"):
        first = file.read_text(encoding="utf-8").splitlines()[0]
        assert first == "# yaml-language-server: $schema=schema/scenario.schema.json", file.name


def test_the_schema_does_not_depend_on_what_was_imported_first() -> None:
    late = "import vbp_sim.agents.bidding.rules_of_thumb, vbp_sim.rules.threshold; "
    made = [
        subprocess.run(
            [sys.executable, "-c", first + "from vbp_sim.scenario import schema; print(schema.scenario_schema())"],
            capture_output=True, text=True, check=True,
        ).stdout
        for first in ("", late)
    ]  # fmt: skip
    assert made[0] == made[1]
