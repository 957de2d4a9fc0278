"""Whatever a file holds, it is a scenario or a list of problems with places; nothing else is ever raised."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scenario_making import SCENARIO, make_scenario

from vbp_sim.errors import InputError, Problem
from vbp_sim.runs.load import load_scenario
from vbp_sim.scenario.tree import plain
from vbp_sim.scenario.yaml_source import parse

BASE = plain(parse(SCENARIO, "small.yaml"))
BASE["rounds"]["first"]["rules"] = {
    "extends": "pilot-2018",
    "share": {"rule": "by-winners", "table": {"1": 0.6}},
}
BASE["behaviour"] = {"bidding": {"model": "rules-of-thumb", "markup": 1.5}, "reporting": {"cost_ratio": 8}}

values = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        1.5,
        70,
        10**20,
        "",
        "x",
        "2018-01-01",
        [],
        ["alpha"],
        {},
        {"x": 1},
        {"model": "x"},
        [[1]],
    ]
)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if not isinstance(node, dict):
        return [path]
    return [path, *(p for key, child in node.items() for p in places(child, (*path, key)))]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("any")
    make_scenario(folder)
    return folder


@given(st.data())
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_changed_file_loads_or_says_where_it_is_wrong(folder: Path, data: st.DataObject) -> None:
    tree = copy.deepcopy(BASE)
    for path in data.draw(st.lists(st.sampled_from([p for p in places(BASE) if p]), min_size=1, max_size=3)):
        holder = tree
        for step in path[:-1]:
            holder = holder.get(step, {}) if isinstance(holder, dict) else {}
        if isinstance(holder, dict):
            action = data.draw(st.sampled_from(["replace", "remove", "rename", "add"]))
            value = data.draw(values)
            if action != "add":
                old = holder.pop(path[-1], None)
            if action != "remove":
                holder["extra" if action in ("add", "rename") else path[-1]] = old if action == "rename" else value
    file = folder / "any.yaml"
    file.write_text(json.dumps(tree), encoding="utf-8")
    variant = data.draw(st.sampled_from(["", "more", "more,over", "most"]))
    for problem in problems_of(file, variant):
        assert problem.place.startswith((str(folder), "--variant")) or ".yaml:" in problem.place


def problems_of(file: Path, variant: str) -> tuple[Problem, ...]:
    try:
        load_scenario(file, variant)
    except InputError as error:
        return error.problems
    return ()
