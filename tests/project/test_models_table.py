"""The table of closed forms and signs in docs/models.md names every one of them, and tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"(?m)^\| ([VT]\d+)(?: to ([VT]\d+))? \|.*`(tests/[\w/]+\.py)::(test_\w+)` \|$")
ROWS = ROW.findall((ROOT / "docs" / "models.md").read_text(encoding="utf-8"))


def test_every_closed_form_and_sign_has_a_row() -> None:
    assert {first for first, *_ in ROWS} == {f"V{i}" for i in range(1, 26)} | {f"T{i}" for i in range(1, 33)}


@pytest.mark.parametrize(("file", "test"), [(file, test) for *_, file, test in ROWS], ids=lambda name: name)
def test_the_test_of_a_row_exists(file: str, test: str) -> None:
    assert re.search(rf"(?m)^def {test}\(", (ROOT / file).read_text(encoding="utf-8"))
