"""The catalogue of messages: every message in every language, with the same places."""

from __future__ import annotations

import string

import pytest
import yaml

from vbp_sim.report.words.language import LANGUAGES, areas, language, messages, restate, say, speaking, term, told
from vbp_sim.rules.library import law, law_ids, rule_ids, rule_set
from vbp_sim.runs.load import shipped
from vbp_sim.scenario.parts import Frozen
from vbp_sim.scenario.reference import whole_page


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


def test_what_is_shipped_has_a_title_in_chinese() -> None:
    titles = [*(rule_set(id).title for id in rule_ids()), *(law(id).title for id in law_ids())]
    for file in sorted(shipped().glob("*.yaml")):
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        titles += [content[key] for key in ("title", "description") if key in content]
    for file in [*shipped().glob("*.yaml"), *shipped().glob("experiments/*.yaml")]:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        titles += [content["title"], *(variant["title"] for variant in content.get("variants", {}).values())]
    with speaking("zh"):
        assert [title for title in titles if restate("shipped", title) == title] == []


def test_nearly_every_parameter_is_explained_in_chinese() -> None:
    """What is not stays English, and the page says so; a few are a gap to close, many are a mistake."""
    whole_page()  # knows every model
    meanings = {field.description for part in _parts(Frozen) for field in part.model_fields.values()} - {None}
    assert len(meanings) > 250
    with speaking("zh"):
        left = {meaning for meaning in meanings if meaning and restate("parameters", meaning) == meaning}
    assert len(left) / len(meanings) < 0.05, left


def _parts(kind: type[Frozen]) -> set[type[Frozen]]:
    found = {kind}
    for part in kind.__subclasses__():
        if part.__module__.startswith(("vbp_sim.scenario.", "vbp_sim.rules.", "vbp_sim.agents.")):
            found |= _parts(part)
    return found


def test_one_thing_and_several_things() -> None:
    assert (told("counts.drug", 1), told("counts.drug", 1234)) == ("1 drug", "1,234 drugs")
    with speaking("zh"):
        assert told("counts.drug", 1) == "1个品种"
    assert term("levels", "tertiary") == "tertiary"
    assert term("levels", "unheard of") == "unheard of"
