"""Rule sets that make no sense are refused, with the place of the mistake."""

from pathlib import Path

import pytest

from vbp_sim.errors import InputError
from vbp_sim.rules.library import DATA, rule_set
from vbp_sim.rules.ruleset import RuleSet
from vbp_sim.scenario.load import load_part

WRONG = {
    "K(n) falls": (
        "shortlist: {rule: table, places_by_firms: [1, 2, 1]}",
        "K(n) falls from 2 at n = 2 to 1 at n = 3",
    ),
    "more places than firms": (
        "shortlist: {rule: table, places_by_firms: [2]}",
        "K(1) is 2; it must be from 1 to 1",
    ),
    "share over 1": ('share: {table: {"1": 1.5}}', "share.table.1: must be at most 1, here is 1.5"),
    "share in per cent": ('share: {table: {"1": 65}}', "did you mean 0.65?"),
    "share falls": ('share: {table: {"2": 0.1}}', "it must never fall"),
    "gap in a table": ("share: {rule: by-incumbency, incumbent: 2, newcomer: 0.5}", "at most 1"),
    "revival without a selection": (
        "selection: {ratio: null, cut: null, low_lines: {}, revival: {rule: highest-selected}}",
        "",
    ),
    "unknown rule": ("backup: {rule: drft}", "there is no rule 'drft'"),
    "unknown key": ("selection: {ratoi: 2}", "did you mean 'ratio'?"),
    "lines of classes crossed": (
        "grading: {rule: by-lines, a_line: 0.9, b_line: 0.5}",
        "is above the line of class B",
    ),
    "evidence of nothing": ('evidence: {shares: "S | x"}', "there is no section 'shares'"),
    "evidence without a code": ('evidence: {share: "sure"}', "CODE | source | note"),
}


@pytest.mark.parametrize("name", WRONG)
def test_message_has_place_and_what_is_allowed(name: str, tmp_path: Path) -> None:
    text, said = WRONG[name]
    file = tmp_path / "mine.yaml"
    base = "batch-10" if name != "revival without a selection" else "insulin-2021"
    file.write_text(f"extends: {base}\n{text}\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_part(file, RuleSet, DATA)
    message = str(caught.value)
    assert said in message
    assert "mine.yaml:2:" in message
    if name == "revival without a selection":
        assert "revival cannot stand without a first selection" in message


def test_unknown_rule_set_names_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'batch-10'"):
        rule_set("bach-10")


def test_a_hypothetical_rule_set_in_ten_lines(tmp_path: Path) -> None:
    """As in docs/rules.md: extends one, replaces a part, keeps the rest."""
    file = tmp_path / "mine.yaml"
    file.write_text("extends: batch-10\nselection:\n  ratio: 1.5\n  revival: {rule: none}\n", encoding="utf-8")
    rules, _ = load_part(file, RuleSet, DATA)
    assert rules.selection.ratio == 1.5  # type: ignore[attr-defined]
    assert rules.shortlist == rule_set("batch-10").shortlist
