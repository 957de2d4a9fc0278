"""What is wrong with an input is said in the reader's language: every text that the source may say has Chinese."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from told import HOLE, Source

from vbp_sim.report.words.language import messages, restate, speaking
from vbp_sim.runs.purchases import COLUMNS
from vbp_sim.scenario.market_columns import FILES

Vbp = Callable[..., tuple[int, str, str]]

#: words that stand in no code, path or name: where one is left, a text is not in Chinese
ENGLISH = re.compile(r"\b(a|an|are|be|has|here|in|is|it|no|not|of|or|the|to|was|were|with)\b")
#: what is quoted is code or a name
QUOTED = re.compile("`[^`]*`|“[^”]*”|'[^']*'|--[a-z-]+( [a-z,+]+)?")


def english(text: str) -> bool:
    """Whether a text that was said in Chinese is not, or not wholly."""
    return text.isascii() or bool(ENGLISH.search(QUOTED.sub("", text)))


SOURCE = Source()


def test_every_mistake_is_told_in_chinese() -> None:
    told = [(text.partition(":\n")[0], place) for text, place in SOURCE.told() if "intake/gather.py" not in place]
    said = {line: place for text, place in told for line in text.split("\n    ")}
    sentences = {text: place for text, place in said.items() if " " in text.strip(f"{HOLE} ;,.:-")}
    assert len(sentences) > 600
    with speaking("zh"):
        left = {f"{place}: {text}" for text, place in sentences.items() if english(restate("errors", text))}
    assert not left, sorted(left)


def test_every_note_of_an_import_is_told_in_chinese() -> None:
    said = dict(SOURCE.notes())
    assert len(said) > 40
    with speaking("zh"):
        left = {f"{place}: {text}" for text, place in said.items() if english(restate("intake", text))}
    assert not left, sorted(left)


def test_every_column_that_a_file_must_have_is_explained_in_chinese() -> None:
    columns = [column for each in (*FILES.values(), COLUMNS) for column in each if column.required]
    with speaking("zh"):
        for column in columns:
            assert not english(restate("errors", f"{column.holds} is wanted: {column.description}"))


@pytest.mark.parametrize("area", ["errors", "intake"])
def test_no_message_hides_behind_an_earlier_one(area: str) -> None:
    with speaking("zh"):
        for texts in messages(area).values():
            shown = texts["en"].format_map(Anything())
            assert restate(area, shown) == texts["zh"].format_map(Anything()), shown


class Anything(dict[str, str]):
    """A value for every place of a message, one that no message fits."""

    def __missing__(self, name: str) -> str:
        return f"«{name}»"


@pytest.mark.parametrize(
    ("words", "place", "what", "remedy"),
    [
        (("run", "pilot-2018", "--draws", "usse"), "--draws", "没有文件“usse”", "是否应为“use”？"),
        (("run", "pilot-2018", "--draws", "none.yaml"), "--draws", "没有文件“none.yaml”", "可用：bids, use；"),
        (("run", "pilot-2018", "--replications", "9000000"), "--replications", "须不大于 100,000", ""),
        (("run", "pilot-2018", "--observed", "none.csv"), "--observed none.csv", "没有该文件", "请核对"),
        (("run", "pilot-2018", "--plugin", "none.py"), "--plugin none.py", "没有文件“none.py”", "请核对"),
        (("run", "pilot-2018", "--variant", "single-winer"), "--variant single-winer", "没有方案", "“single-winner”"),
        (("compare", "pilot-2018", "--variants", "a+two-winners"), "--variants a", "没有方案", "可用："),
        (("compare", "pilot-2018", "--policies", "backup"), "--policies backup", "没有此名称的政策", "可用："),
        (("backtest", "--market", "pilto", "--rules", "batch-2"), "--market pilto", "没有该市场文件夹", "可用："),
        (("backtest", "--market", "batch-2", "--rules", "bach-2"), "--rules bach-2", "没有此名称的采购规则", "batch-2"),
        (("backtest", "--targets", "pilto"), "--targets pilto", "没有该文件", "“pilot”"),
        (("backtest", "--targets", "pilot", "--draws", "usse"), "--draws usse", "没有此名称的参数抽样", "“use”"),
        (("replay", "batch-2", "--rules", "bach-2"), "--rules bach-2", "没有此名称的采购规则", "“batch-2”"),
        (("new", "x", "--market", "batch-2", "--rules", "bach-2"), "--rules bach-2", "没有采购规则", "“batch-2”"),
        (("show", "laws", "law-20199"), "law law-20199", "没有此名称的地方政策", "“law-2019”"),
        (("run", "pilot-2018", "--set", "demand.growht=1"), "--set demand.growht", "没有键“growht”", "“growth”"),
        (("run", "nowhere"), "nowhere", "没有该文件，也没有此名称的随附情景", "也可写 .yaml 文件的路径"),
        (("trace", "nowhere"), "nowhere", "没有该结果文件夹", "用 `vbp run SCENARIO` 生成"),
    ],
)  # fmt: skip
def test_a_mistake_has_its_place_and_chinese_words(
    vbp: Vbp, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], place: str, what: str, remedy: str
) -> None:
    monkeypatch.setenv("VBP_LANG", "zh")
    code, _, err = vbp(*words)
    assert code == 2
    assert err.startswith(f"{place}: ")
    assert what in err
    assert remedy in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run",), "错误：缺少参数 SCENARIO"),
        (("run", "x", "--sed", "1"), "错误：没有选项 --sed；是否应为"),
        (("run", "x", "--seed", "-1"), "错误：“--seed”取值有误：-1 不在范围 x>=0 内"),
        (("run", "x", "--seed", "one"), "错误：“--seed”取值有误：“one”不是整数"),
        (("rnu",), "错误：没有命令“rnu”；是否应为“run”？"),
        (("backtest",), "错误：须给出 --market 和 --rules"),
        (("sweep", "expand", "x"), "错误：请说明增加什么"),
    ],
)
def test_a_wrong_command_is_told_in_chinese(
    vbp: Vbp, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str
) -> None:
    monkeypatch.setenv("VBP_LANG", "zh")
    code, _, err = vbp(*words)
    assert code == 2
    assert err.startswith("用法：")
    assert said in err
    assert "查看说明。" in err


def test_the_language_option_holds_for_mistakes_beside_it(vbp: Vbp) -> None:
    for words in (("run", "--lang", "zh"), ("run", "x", "--sed", "1", "--lang=zh"), ("run", "nowhere", "--lang", "zh")):
        assert "没有" in vbp(*words)[2] or "缺少" in vbp(*words)[2]
    assert "Missing argument" in vbp("run")[2]


def test_all_that_is_wrong_with_a_market_is_told_in_chinese(
    vbp: Vbp, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VBP_LANG", "zh")
    assert vbp("new", "mine", "--dir", tmp_path)[0] == 0
    folder = next((tmp_path / "mine/markets").iterdir())
    file = folder / "drugs.csv"
    header, first, *rest = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join([header, first, first, *(row.split(",")[0] for row in rest)]), encoding="utf-8")
    code, _, err = vbp("check", folder)
    assert code == 2
    assert "出现两次，首次在第 2 行" in err
    assert "该行有 1 格，表头有" in err
    assert err.rstrip().endswith("2处错误")
    assert not [line for line in err.splitlines() if line.startswith("    ") and english(line)]
