"""--lang and --font: which language a command speaks, and with which letters it draws."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from small import write_scenario

from vbp_sim.cli import group
from vbp_sim.cli.common import guarded, lang_option
from vbp_sim.report.words.language import LANGUAGES, language, of_machine


def vbp(*args: object) -> int:
    return guarded(lambda: group.main([str(a) for a in args], prog_name="vbp", standalone_mode=False))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("language")
    scenario = write_scenario(folder, replications=2)
    assert vbp("run", scenario, "--out", folder / "run", "--no-figures", "-q", "--workers", 1) == 0
    return folder / "run"


def test_a_run_is_told_in_the_language_that_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scenario = write_scenario(tmp_path, replications=2)
    for code, word in (("zh", "约定采购量完成率"), ("en", "purchased selected volume")):
        assert vbp("run", scenario, "--out", tmp_path / "run", "--no-figures", "--lang", code, "--workers", 1) == 0
        told = capsys.readouterr()
        assert word in told.out
        assert ("已写入" in told.err) == (code == "zh")
        assert language() == "en"


def test_charts_and_reports_follow_the_option_then_the_environment(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert vbp("plot", run, "timeline", "--out", tmp_path / "t.svg", "--lang", "zh") == 0
    assert "个批次" in capsys.readouterr().err
    monkeypatch.setenv("VBP_LANG", "zh")
    assert vbp("report", run, "--out", tmp_path / "r.html", "-q") == 0
    assert '<html lang="zh-Hans">' in (tmp_path / "r.html").read_text(encoding="utf-8")
    assert vbp("report", run, "--out", tmp_path / "r.html", "-q", "--lang", "en") == 0
    assert '<html lang="en">' in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_a_story_is_told_in_the_language_that_is_asked_for(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert vbp("trace", run, "alpha", "--lang", "zh") == 0
    told = capsys.readouterr().out
    assert "发布采购文件" in told
    assert "采购文件发布" in told
    assert "最高有效申报价" in told
    assert not re.search(r"selected|document|[{}]", told)
    assert vbp("trace", run, "alpha", "--json", "--lang", "en") == 0
    line = next(line for line in json.loads(capsys.readouterr().out) if line["kind"] == "document")
    assert (line["text"], line["said"]) == ('[{"id":"document"}]', "tender document published")


def test_a_comparison_is_told_in_chinese(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scenario = write_scenario(tmp_path, replications=2, variants={"grow": {"changes": {"demand": {"growth": 0.5}}}})
    words = ("compare", scenario, "--variants", "grow", "--out", tmp_path / "c", "--workers", 1, "--lang", "zh")
    assert vbp(*words) == 0
    told = capsys.readouterr()
    assert told.out.splitlines()[0].split() == ["指标", "基准", "grow", "差异"]
    assert "各方案使用相同随机数" in told.err


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LC_MESSAGES": "zh_TW"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
    ],
)
def test_the_machine_says_its_language(variables: dict[str, str], code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VBP_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert of_machine() == code


def test_an_unknown_language_or_font_is_wrong_input(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert vbp("report", run, "--lang", "fr") == 2
    assert "'en', 'zh'" in capsys.readouterr().err
    assert vbp("plot", run, "timeline", "--font", "No Such Sans") == 2
    assert "No Such Sans" in capsys.readouterr().err


def test_what_no_font_has_is_named_once(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(run, tmp_path / "run")
    manifest = tmp_path / "run" / "manifest.json"
    content = json.loads(manifest.read_text("utf-8")) | {"variant": "集采💊💊"}
    manifest.write_text(json.dumps(content), encoding="utf-8")
    assert vbp("plot", tmp_path / "run", "timeline", "-q") == 0
    assert capsys.readouterr().err == "no font here has 💊; ? stands for them; --font names another font\n"


def test_the_option_knows_every_language() -> None:
    import click

    @lang_option
    def command() -> None: ...

    option = command.__click_params__[0]  # type: ignore[attr-defined]
    assert isinstance(option.type, click.Choice)
    assert tuple(option.type.choices) == tuple(LANGUAGES)
