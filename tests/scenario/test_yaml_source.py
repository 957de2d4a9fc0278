"""YAML is read with places, and only in its plain form."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vbp_sim.errors import InputError
from vbp_sim.scenario.tree import plain
from vbp_sim.scenario.yaml_source import MAX_DEPTH, parse, read


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1), ("-7", -7), ("0", 0), ("1e3", 1000.0), ("0.10", 0.1), ("1.", 1.0), (".5", 0.5),
        ("true", True), ("False", False), ("null", None), ("~", None), ("", None),
        ("no", "no"), ("NO", "NO"), ("yes", "yes"), ("on", "on"), ("2018-12-06", "2018-12-06"),
        ("12:30", "12:30"), ("'010'", "010"), ('"1"', "1"), (".inf", ".inf"), ("阿托伐他汀", "阿托伐他汀"),
    ],
)  # fmt: skip
def test_scalars_follow_yaml_1_2(text: str, value: object) -> None:
    found = plain(parse(f"a: {text}", "x.yaml"))["a"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("text", ["010", "-007", "0x1F", "0o17", "1_000", "00.5"])
def test_numbers_with_two_meanings_must_be_quoted(text: str) -> None:
    assert "quote it" in message(f"a: {text}")
    assert plain(parse(f'a: "{text}"', "x.yaml")) == {"a": text}


def test_every_key_and_value_knows_its_place() -> None:
    node = parse("a:\n  中文: [1, 22]\n", "x.yaml").value["a"].value["中文"]
    assert (node.key_line, node.key_column, node.line, node.column) == (2, 3, 2, 7)
    assert node.value[1].place() == "x.yaml:2:11"


def test_whole_number_keys_become_text() -> None:
    assert plain(parse("{1: a, 2: b}", "x.yaml")) == {"1": "a", "2": "b"}


def message(text: str) -> str:
    with pytest.raises(InputError) as caught:
        parse(text, "x.yaml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: &x 1\nb: 2", "x.yaml:1:4: anchors and aliases are not read (here 'x')"),
        ("a: *x", "x.yaml:1:4: anchors and aliases"),
        ("a: !!python/object:os.system x", "x.yaml:1:4: tags are not read"),
        ("a: ! x", "tags are not read"),
        ("a: 1\n---\nb: 2", "x.yaml:2:1: a second document"),
        ("a: 1\nb: 2\na: 3", "x.yaml:3:1: the key 'a' stands twice in this map, first in line 1"),
        ("1.5: a", "keys are text, '1.5' is not"),
        ("true: a", "keys are text, 'true' is not"),
        ("[a]: b", "a map or a list cannot be a key"),
        ("a:\n\tb: 1", "x.yaml:2:1: a tab"),
        ("a: \x07", "x.yaml:1:4: a control character (U+0007)"),
        ("a: [1, 2", "this is not YAML"),
        ("a: b: c", "x.yaml:1:5: this is not YAML"),
        ("", "there is nothing in it"),
        ("a: 1e999", "too long or too large"),
        (f"a: {'9' * 5000}", "too long or too large"),
        ("[" * (MAX_DEPTH + 5), f"more than {MAX_DEPTH} levels"),
    ],
)
def test_refused_with_place_and_reason(text: str, said: str) -> None:
    assert said in message(text)


def test_an_alias_bomb_stops_at_its_first_anchor() -> None:
    bomb = 'a0: &a0 ["x"]\n' + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12))
    assert message(bomb).startswith("x.yaml:1:5: anchors and aliases")


def test_twenty_thousand_brackets_do_not_overflow_the_stack() -> None:
    assert "levels inside each other" in message("[" * 20_000)


def test_all_problems_that_do_not_stop_the_reading_are_named_at_once() -> None:
    said = message("a: 010\nb: 1\nb: 2\nc: 0x10\n")
    assert [line for line in ("x.yaml:1:4", "x.yaml:3:1", "x.yaml:4:4") if line in said] == [
        "x.yaml:1:4", "x.yaml:3:1", "x.yaml:4:4",
    ]  # fmt: skip


def test_the_caret_stands_under_the_value_behind_wide_characters() -> None:
    with pytest.raises(InputError) as caught:
        parse("名字: 010", "x.yaml")
    last = str(caught.value).splitlines()[-2:]
    assert last[0].index("010") + 2 == last[1].index("^")  # each of the two characters takes two columns


def test_byte_order_mark_is_read_and_other_encodings_are_refused(tmp_path: Path) -> None:
    (tmp_path / "bom.yaml").write_bytes(b"\xef\xbb\xbfa: 1")
    assert plain(read(tmp_path / "bom.yaml")) == {"a": 1}
    (tmp_path / "gbk.yaml").write_bytes("a: 1\nb: 中".encode("gbk"))
    with pytest.raises(InputError, match=r"gbk.yaml:2:4: this is not UTF-8"):
        read(tmp_path / "gbk.yaml")


def test_folders_missing_files_and_large_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text("a: 1")
    with pytest.raises(InputError, match="this is a folder"):
        read(tmp_path)
    with pytest.raises(InputError, match=r"no such file\s+did you mean 'small.yaml'"):
        read(tmp_path / "smal.yaml")
    (tmp_path / "large.yaml").write_text("# " + "x" * 2_000_000)
    with pytest.raises(InputError, match="larger than 2 MB"):
        read(tmp_path / "large.yaml")
    (tmp_path / "list.yaml").write_text("- 1")
    with pytest.raises(InputError, match="is wanted at the top"):
        read(tmp_path / "list.yaml")


words = st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn", "Zl", "Zp")), max_size=8)
plain_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=12,
)


@given(plain_values)
def test_json_is_read_as_what_it_says(value: object) -> None:
    assert plain(parse(json.dumps({"a": value}, ensure_ascii=False), "x.yaml")) == {"a": value}
