"""The examples at the head of the files of rules and models are what YAML may say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from pydantic import TypeAdapter

import vbp_sim
from vbp_sim.scenario.parts import HOMES, Part, discover

#: kinds whose key in YAML has another name
KINDS = {"reporting": "review", "second_chance": "second-chance"}
EXAMPLES = {
    file.stem: yaml.safe_load(found[1])
    for home in HOMES
    for file in sorted((Path(vbp_sim.__file__).parents[1] / home.replace(".", "/")).rglob("*.py"))
    if (found := re.search(r"(?m)^Example: `(.*)`\.$", file.read_text(encoding="utf-8")))
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_can_be_read(name: str) -> None:
    discover()
    ((key, values),) = EXAMPLES[name].items()
    parts = Part.registry[KINDS.get(key, key)]
    named = next(part for part in parts if part.part_name() == values[part.tag])
    made = TypeAdapter(named).validate_python(values)
    assert made.model_dump(include=set(values), mode="json") == values


def test_most_files_have_one() -> None:
    assert len(EXAMPLES) >= 25
