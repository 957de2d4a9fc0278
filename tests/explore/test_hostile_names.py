"""Names that attack or annoy come out as text, work as choices, and are harmless in files."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

sys.path.append(str(Path(__file__).parents[1] / "report"))
import synthetic

from vbp_sim.errors import visible

NASTY = {
    "<script>document.title='hit'</script>": 3.0,
    "=cmd|' /C calc'!A0": 5.0,
    "long" * 75: 7.0,
    "💊 عقار": 9.0,
    "a&drug=b#c?d/../e": 1.0,
    "\u202eevil\u202c": 4.0,
    '"><img src=x onerror="document.title=\'hit\'">': 2.0,
}


@pytest.fixture(scope="module")
def nasty(serve: Callable[[Path], Any], tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("nasty") / "run"
    names = {"scenario": "<script>alert(1)</script>" + "wide" * 75, "title": "مرحبا <b>" + "title" * 60}
    synthetic.write(folder, 2, drugs=NASTY, failed=(), **names)
    return serve(folder)


@pytest.mark.parametrize("name", NASTY, ids=range(len(NASTY)))
def test_a_hostile_name_can_be_chosen_and_stays_text(nasty: Any, name: str) -> None:
    shown = visible(name)  # as pages name it
    answer = nasty.get(f"/?drug={quote(shown, safe='')}&chart=price-by-drug&chart=bids-ladder")
    assert answer.status == 200
    assert "Something went wrong" not in answer.text
    text = answer.text.replace('<script src="/page.js"></script>', "")
    assert "<script" not in text
    assert "<img" not in text
    assert text.count("<svg") == 2


def test_hostile_names_are_harmless_in_tables(nasty: Any) -> None:
    text = nasty.get("/chart/price-by-drug.csv").body.decode("utf-8-sig")
    assert "'=cmd|" in text
    assert "\n=cmd" not in text


def test_a_hostile_title_is_text(nasty: Any) -> None:
    assert "&lt;b&gt;titletitle" in nasty.get().text
