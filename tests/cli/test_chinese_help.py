"""Help in the reader's language: nearly every text of commands and options has a Chinese message."""

from __future__ import annotations

import json
from collections.abc import Callable

import click
import pytest

from vbp_sim.cli import COMMANDS, group
from vbp_sim.report.words.language import restate, speaking
from vbp_sim.report.words.words import width


def texts(command: click.Command) -> list[str]:
    """Paragraphs of the help of a command, its options and its own commands."""
    found = [" ".join(part.split()) for part in (command.help or "").split("\n\n")]
    found += [" ".join(p.help.split()) for p in command.params if isinstance(p, click.Option) and p.help]
    for below in command.commands.values() if isinstance(command, click.Group) and command is not group else ():
        found += texts(below)
    return [text for text in found if text]


def help_of(monkeypatch: pytest.MonkeyPatch, language: str, *words: str) -> str:
    monkeypatch.setenv("VBP_LANG", language)
    monkeypatch.setenv("COLUMNS", "80")
    with speaking(language):
        return _help_of(*words)


def _help_of(*words: str) -> str:
    command: click.Command = group
    context = command.make_context("vbp", [], resilient_parsing=True)
    for word in words:
        assert isinstance(command, click.Group)
        found = command.get_command(context, word)
        assert found is not None
        command, context = found, found.make_context(word, [], parent=context, resilient_parsing=True)
    return command.get_help(context)


def test_nearly_every_help_is_explained_in_chinese() -> None:
    context = click.Context(group)
    commands = [group.get_command(context, name) for name in COMMANDS]
    said = {*texts(group), *COMMANDS.values(), *(text for one in commands if one for text in texts(one))}
    assert len(said) > 150
    with speaking("zh"):
        left = {text for text in said if restate("help", text) == text}
    assert len(left) / len(said) < 0.1, left


def test_help_follows_the_language_and_keeps_its_width(monkeypatch: pytest.MonkeyPatch) -> None:
    for words in ((), ("run",), ("sweep",), ("sweep", "run")):
        shown = help_of(monkeypatch, "zh", *words)
        assert "用法：" in shown
        assert "选项：" in shown
        assert max(map(width, shown.splitlines())) <= 80
    assert "运行情景，写出结果文件夹。" in help_of(monkeypatch, "zh")
    assert "[x>=1]" in help_of(monkeypatch, "zh", "run")
    assert "Usage:" in help_of(monkeypatch, "en", "run")


def test_every_model_and_rule_is_explained_in_chinese(vbp: Callable[..., tuple[int, str, str]]) -> None:
    _, out, _ = vbp("list", "models", "--json", "--lang", "zh")
    rows = json.loads(out)
    assert len(rows) > 90
    assert [row for row in rows if row["meaning"].isascii()] == []


def test_check_speaks_chinese(vbp: Callable[..., tuple[int, str, str]]) -> None:
    _, out, err = vbp("check", "pilot-2018", "--lang", "zh")
    assert "pilot-2018：无误（1个批次、5个方案、11个地区" in out
    assert "阿托伐他汀" in err
