"""`vbp show` and the reference are made from the models and say who set what."""

from __future__ import annotations

from pathlib import Path

import pytest
from scenario_making import make_scenario

from vbp_sim.runs.load import load_rules, load_scenario
from vbp_sim.scenario.describe import lines_of, text_of
from vbp_sim.scenario.load import Scenario
from vbp_sim.scenario.tree import plain
from vbp_sim.scenario.yaml_source import parse


def shown(scenario: Scenario) -> dict[str, str]:
    """The remark of each value by path."""
    return {".".join(line.address): line.remark() for line in lines_of(scenario.spec, scenario.origins)}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return make_scenario(tmp_path)


def test_each_value_says_its_unit_and_who_set_it(file: Path) -> None:
    said = shown(load_scenario(file, "more", ["seed=3"]))
    assert said["start"] == f"{file}:3:8"
    assert said["demand.growth"] == f"share; variant more ({file}:17:37)"
    assert said["seed"] == "--set seed"
    assert said["finance.fund_share"].startswith("share; default: ")
    assert said["finance.fund_share"].endswith(" [M]")


def test_values_of_a_rule_set_carry_their_evidence_until_somebody_changes_them(file: Path) -> None:
    path = "rounds.first.rules.selection.floor_share"
    assert shown(load_scenario(file))[path].endswith("STAND-IN")
    assert shown(load_scenario(file, "", [f"{path}=0.5"]))[path] == f"share; --set {path}"


def test_what_is_shown_can_be_read_again(file: Path, tmp_path: Path) -> None:
    scenario = load_scenario(file, "", ["title='yes: no # x'", "description='2018'"])
    again = tmp_path / "again.yaml"
    again.write_text(text_of(lines_of(scenario.spec, scenario.origins)), encoding="utf-8")
    found = load_scenario(again).spec
    kept = {"variants", "rounds"}
    assert found.model_dump(exclude=kept) == scenario.spec.model_dump(exclude=kept)
    rules = [s.rounds["first"].rules.model_dump(exclude={"evidence"}) for s in (found, scenario.spec)]
    assert rules[0] == rules[1]


def test_a_rule_set_is_shown_with_sources() -> None:
    lines = {".".join(line.address): line for line in lines_of(*load_rules("pilot-2018"))}
    line = lines["share.table.1"]
    assert (line.value, line.confidence, line.stand_in) == (0.65, "S", True)
    assert plain(parse(text_of(list(lines.values())), "x"))["share"]["table"]["1"] == 0.65


def test_no_value_is_shown_without_an_origin_or_a_default() -> None:
    scenario = load_scenario("pilot-2018")
    assert all(line.remark() for line in lines_of(scenario.spec, scenario.origins))
