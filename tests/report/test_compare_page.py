"""The report of a comparison: differences as they were found, inputs that differ, texts that stay texts."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small import write_scenario

from vbp_sim.cli import group
from vbp_sim.cli.common import guarded
from vbp_sim.errors import InputError
from vbp_sim.report.charts import catalogue
from vbp_sim.report.compared import Compared
from vbp_sim.report.comparison import decimals_of, finer
from vbp_sim.report.pages import compare_page
from vbp_sim.runs.metrics import METRICS
from vbp_sim.studies.paired import Difference

VARIANTS: dict[str, Any] = {
    "grow": {"changes": {"demand": {"growth": 0.5}}},
    "greedy": {"changes": {"laws": {"national": {"changes": {"retention": {"rule": "linear", "most": 0.0}}}}}},
}


def vbp(*args: object) -> int:
    return guarded(lambda: group.main([str(a) for a in args], prog_name="vbp", standalone_mode=False))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("compared")
    scenario = write_scenario(base, variants=VARIANTS, replications=3, title="<b>bold</b> & more")
    out = base / "out"
    assert vbp("compare", scenario, "--variants", "grow,greedy", "--out", out, "--workers", 1, "--report", "-q") == 0
    return out


def test_report_command_knows_a_comparison(folder: Path, tmp_path: Path) -> None:
    assert vbp("report", folder, "--out", tmp_path / "r.html", "-q") == 0
    source = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert source == (folder / "report.html").read_text(encoding="utf-8")
    assert "<b>bold" not in source
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; more" in source
    assert source.count('<svg role="img"') == 2
    assert source.count("<script") == 1
    assert "of them marked" in source
    assert "http://" not in source.replace("http://www.w3.org/", "")


def test_inputs_that_differ_are_named_also_when_the_folder_was_moved(folder: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(folder, moved)
    content = json.loads((moved / "comparison.json").read_text("utf-8"))
    content["runs"] = {name: f"/nowhere/{Path(place).name}" for name, place in content["runs"].items()}
    (moved / "comparison.json").write_text(json.dumps(content), encoding="utf-8")
    for place in (folder, moved):
        changes = Compared.open(place).changes
        assert changes["grow"] == {"demand.growth": ("0.0", "0.5")}
        assert changes["greedy"]["laws.national.changes.retention.rule"][1] == "linear"


def test_charts_hold_the_differences_that_were_found(folder: Path) -> None:
    found = Compared.open(folder)
    for name in ("variants-shares", "variants-amounts"):
        data = catalogue.draw(name, found).data
        for metric, variant, shown in zip(data["metric"], data["variant"], data["difference"], strict=True):
            np.testing.assert_equal(shown, found.differences[metric][variant].mean)
    assert set(catalogue.draw("variants-shares", found).data["unit"]) == {"share"}


def test_clear_differences_come_first_and_are_judged(folder: Path) -> None:
    source = compare_page.render(Compared.open(folder))
    head = source[source.index('id="clear-head"') : source.index('id="charts-head"')]
    assert "change of the use of tendered drugs against before" in head
    assert "↑ higher" in head


def test_what_is_no_comparison_is_refused(tmp_path: Path) -> None:
    (tmp_path / "comparison.json").write_text('{"program": "other"}', encoding="utf-8")
    with pytest.raises(InputError, match="is not a comparison of vbp_sim"):
        Compared.open(tmp_path)
    (tmp_path / "comparison.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="is not JSON"):
        Compared.open(tmp_path)


def test_a_page_says_what_changed_values_mean_and_the_command(folder: Path) -> None:
    found = Compared.open(folder)
    source = compare_page.render(found)
    assert found.meanings["demand.growth"] in source
    assert "vbp compare" in source
    assert f"--seed {found.content['seed']} --replications {found.content['replications']}" in source


def test_a_clear_difference_is_not_written_as_zero() -> None:
    metric = METRICS["completion"]
    small = Difference(1.92, 1.9203, 0.0003, 0.0002, 0.0004, 20, 0.5)
    assert finer(metric, small, 0.01) == 2
    assert finer(metric, dataclasses.replace(small, low=-0.0002), 0.01) == decimals_of(metric) == 1
    assert finer(metric, dataclasses.replace(small, low=1e-12), 0.01) == 4


def test_the_headline_holds_clear_differences_of_each_variant(folder: Path) -> None:
    source = compare_page.render(Compared.open(folder))
    head = source[source.index('id="out-head"') : source.index('id="asked-head"')]
    assert 0 < head.count("<li>") <= compare_page.CARDS
    assert "grow: " in head
    assert "95% interval" in head
