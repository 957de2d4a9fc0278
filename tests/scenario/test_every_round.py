"""What a patch says of the round ``*`` it says of every round: in variants, in --set, beside what it says of one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from small import round_of, write_scenario

from vbp_sim.errors import InputError
from vbp_sim.runs.load import load_scenario
from vbp_sim.scenario.load import Scenario
from vbp_sim.scenario.patches import overlap

ALL = {"rounds": {"*": {"rules": {"term": {"rule": "by-winners", "table": {"1": 18, "2": 18, "3": 18}}}}}}
VARIANTS: dict[str, Any] = {
    "every": {"changes": ALL},
    "mixed": {"changes": {"rounds": {**ALL["rounds"], "second": {"rules": {"term": {"table": {"3": 30}}}}}}},
    "other": {"changes": {"rounds": {"*": {"rules": "batch-3"}}}},
    "one": {"changes": {"rounds": {"second": {"rules": {"term": {"table": {"1": 6}}}}}}},
    "over": {
        "changes": {"rounds": {"second": {"rules": {"term": {"table": {"1": 6}}}}}},
        "replaces": ["rounds.second.rules.term"],
    },
    "again": {"changes": ALL, "replaces": ["rounds.*.rules.term"]},
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    rounds = {"first": round_of(rules="expansion-2019"), "second": round_of("2021-01-01", rules="expansion-2019")}
    return write_scenario(tmp_path, rounds=rounds, variants=VARIANTS)


def terms(scenario: Scenario) -> list[dict[str, float]]:
    return [each.rules.term.table for each in scenario.spec.rounds.values()]  # type: ignore[attr-defined]


def test_every_round_gets_it_and_the_place_is_remembered(file: Path) -> None:
    found = load_scenario(file, "every")
    assert terms(found) == [{"1": 18, "2": 18, "3": 18}] * 2
    origins = {str(found.origins.of(("rounds", name, "rules", "term", "table", "2"))) for name in ("first", "second")}
    assert len(origins) == 1
    assert next(iter(origins)).startswith(f"variant every ({file}:")


def test_what_is_said_of_one_round_goes_on_top(file: Path) -> None:
    assert terms(load_scenario(file, "mixed")) == [{"1": 18, "2": 18, "3": 18}, {"1": 18, "2": 18, "3": 30}]


def test_a_file_that_it_names_is_put_into_each(file: Path) -> None:
    assert [each.rules.id for each in load_scenario(file, "other").spec.rounds.values()] == ["batch-3"] * 2  # type: ignore[attr-defined]


@pytest.mark.parametrize("chain", ["every,one", "one,every", "mixed,one"])
def test_two_patches_clash_in_the_rounds_that_both_set(file: Path, chain: str) -> None:
    with pytest.raises(InputError, match=r"both set rounds\.second\.rules\.term"):
        load_scenario(file, chain)


def test_replaces_may_name_every_round(file: Path) -> None:
    assert terms(load_scenario(file, "every,over"))[1]["1"] == 6
    assert terms(load_scenario(file, "one,again")) == [{"1": 18, "2": 18, "3": 18}] * 2


def test_the_command_line_may_name_every_round(file: Path) -> None:
    found = load_scenario(file, sets=["rounds.*.rules.term.table.1=7"])
    assert [table["1"] for table in terms(found)] == [7, 7]
    with pytest.raises(InputError, match="sets this already"):
        load_scenario(file, "one", ["rounds.*.rules.term.table.1=7"])
    assert [table["1"] for table in terms(load_scenario(file, "one", ["rounds.*.rules.term.table.1:=7"]))] == [7, 7]


def test_an_unknown_key_is_said_where_it_stands(file: Path) -> None:
    with pytest.raises(InputError, match="did you mean 'table'") as error:
        load_scenario(file, sets=["rounds.*.rules.term.tabel.1=7"])
    assert "--set rounds.*.rules.term.tabel.1" in str(error.value)


def test_a_star_elsewhere_is_a_key_like_any_other() -> None:
    lines = ("rounds", "a", "rules", "selection", "low_lines")
    assert not overlap((*lines, "*"), (*lines, "oral"))
    assert overlap(("rounds", "*", "rules"), ("rounds", "a", "rules", "term"))
    assert not overlap(("laws", "*"), ("laws", "a"))
