"""Facts and the sentences made of them: what is written can be read back, and everything can be said."""

from __future__ import annotations

import ast
import string
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import vbp_sim
from vbp_sim.facts import FACTS, fact, joined, read
from vbp_sim.report.words.language import LANGUAGES, messages, speaking
from vbp_sim.report.words.sentences import said

WRITTEN = [(area, id, names) for area, facts in FACTS.items() for id, names in facts.items()]
NUMBERS = st.integers(-(10**15), 10**15) | st.floats(allow_nan=False, allow_infinity=False) | st.booleans()
#: firms with quotes, lines, brackets and Chinese names, as markets may have them
TEXTS = st.text(max_size=30) | st.sampled_from(['"Qilu", {firm}', "a\nb", "齐鲁制药", '[{"id":"won"}]', "\\", "{0}"])
BID = fact("bid", rank=2, n=3, places=1, bid=Decimal("0.5"))
LOST = joined(BID, fact("times", times=1.2, lowest=0.41), fact("under", cut=0.65), fact("lost"))


@pytest.mark.parametrize(("area", "id", "names"), WRITTEN)
def test_every_fact_has_a_message_with_exactly_its_values(area: str, id: str, names: tuple[str, ...]) -> None:
    for code in LANGUAGES:
        places = [place for _, place, _, _ in string.Formatter().parse(messages(area)[id][code]) if place]
        assert sorted(places) == sorted(names)


def test_every_message_of_facts_is_of_one_that_is_written_somewhere() -> None:
    """Limits are declared for the parts that say what they leave out; a note is for rules of one's own."""
    used: set[str] = set()
    for file in sorted(Path(vbp_sim.__file__).parent.rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        imported = any(isinstance(n, ast.ImportFrom) and n.module == "vbp_sim.facts" for n in ast.walk(tree))
        used |= {
            n.value for n in ast.walk(tree) if imported and isinstance(n, ast.Constant) and isinstance(n.value, str)
        }
    for area in ("happenings", "reasons"):
        assert set(messages(area)) == set(FACTS[area])
        assert set(FACTS[area]) - used == ({"note"} if area == "reasons" else set())


def test_ids_are_different_in_all_areas() -> None:
    assert len({id for _, id, _ in WRITTEN}) == len(WRITTEN)


def test_what_is_not_declared_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="the fact 'up' is not declared"):
        fact("up")
    with pytest.raises(ValueError, match="'down' takes days, and was given weeks"):
        fact("down", weeks=2)
    with pytest.raises(ValueError, match="'gives_up' takes no values, and was given days"):
        fact("gives_up", days=2)
    with pytest.raises(ValueError, match="nan is no number"):
        fact("down", days=float("nan"))


def test_the_form_is_canonical() -> None:
    same = [
        fact("source_down", name="x", days=days, firms=2) for days in (3, 3.0, np.int64(3), np.float64(3), Decimal(3))
    ]
    assert set(same) == {'[{"id":"source_down","name":"x","days":3,"firms":2}]'}
    assert fact("source_down", firms=2, days=3, name="x") == same[0]
    assert fact("over_line", line=Decimal("0.100000")) == '[{"id":"over_line","line":0.1}]'


@given(TEXTS, NUMBERS)
def test_what_is_written_is_read_back(name: str, number: float) -> None:
    text = joined(fact("as_one", firm=name), "", fact("over_line", line=number))
    first, second = read(text)
    assert first == ("as_one", {"firm": name})
    assert second == ("over_line", {"line": number})
    assert joined(fact("as_one", firm=name), fact("over_line", line=number)) == text == joined(text)
    for code in LANGUAGES:
        with speaking(code):
            assert name in said(fact("replacement", firm=name))


@given(st.text(max_size=40))
def test_other_words_are_said_as_they_are(words: str) -> None:
    """Sentences of older runs, and notes of rules of one's own."""
    assert read(words) == ()
    assert said(words) == words
    if words:
        assert said(joined(LOST, words)) == f"{said(LOST)}, {words}"


def test_a_fact_of_a_later_version_is_shown_as_it_is() -> None:
    for text in ('[{"id":"strike","days":3}]', '[{"id":', '[{"id":1}]', '[{"id":"down"}] and more'):
        assert said(text) == text


def test_a_reason_is_said_in_both_languages() -> None:
    text = joined(LOST, fact("over_line", line=0.4), fact("revival", price=0.3, accepted=False))
    assert said(text) == (
        "rank 2 of 3, K = 1, 0.5 is 1.20 x the lowest 0.41 and 65% under the ceiling: not selected, over the line 0.4; "
        "revival at 0.3 refused"
    )
    with speaking("zh"):
        assert said(text) == (
            "第2名（共3个有效报价，入围名额1），报价0.5元，为最低价0.41元的1.20倍，"
            "比最高有效申报价低65%：未中选，高于中选线0.4元；复活价0.3元，未接受"
        )


def test_prices_are_said_without_exponents() -> None:
    assert said(fact("above", bid=Decimal("0.00001"), ceiling=123456789)) == (
        "no valid bid: 0.00001 is above the ceiling 123456789"
    )


def test_firms_are_called_by_their_names() -> None:
    known = {"qilu": "齐鲁制药"}
    with speaking("zh"):
        assert said(fact("replacement", firm="qilu"), lambda kind, id: known[id]) == "齐鲁制药成为主供企业"
