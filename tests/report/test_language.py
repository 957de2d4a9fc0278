"""The catalogue of messages: every message in every language, with the same places."""

from __future__ import annotations

import string

import pytest

from vbp_sim.report.language import LANGUAGES, areas, language, messages, say, speaking


@pytest.mark.parametrize("area", areas())
def test_every_message_is_there_in_every_language_with_the_same_places(area: str) -> None:
    for name, texts in messages(area).items():
        assert set(texts) == set(LANGUAGES), f"{area}.{name}"
        places = {code: {f for _, f, _, _ in string.Formatter().parse(text) if f} for code, text in texts.items()}
        assert len(set(map(frozenset, places.values()))) == 1, f"{area}.{name}: {places}"
        assert all(text.strip() for text in texts.values()), f"{area}.{name} is empty"


def test_the_language_ends_with_its_block() -> None:
    with speaking("zh"):
        assert language() == "zh"
        assert say("words.yuan") == "元"
    assert say("words.yuan") == "yuan"


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="no messages in 'fr'"), speaking("fr"):
        pass
