"""The examples in the rules' files are what YAML may say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import TypeAdapter

import vbp_sim.rules
from vbp_sim.scenario.parts import Part, discover

FOLDER = Path(vbp_sim.rules.__file__).parent
EXAMPLES = {
    file.stem: yaml.safe_load(found[1])
    for file in sorted(FOLDER.rglob("*.py"))
    if (found := re.search(r"(?m)^Example: `(.*)`\.$", file.read_text(encoding="utf-8")))
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_can_be_read(name: str) -> None:
    discover()
    ((kind, values),) = EXAMPLES[name].items()
    kind = {"reporting": "review", "second_chance": "second-chance"}.get(kind, kind)
    named = next(part for part in Part.registry[kind] if part.part_name() == values["rule"])
    made: Any = TypeAdapter(named).validate_python(values)
    assert made.rule == values["rule"]


def test_most_files_have_one() -> None:
    assert len(EXAMPLES) >= 22
