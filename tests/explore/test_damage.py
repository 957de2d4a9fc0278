"""A study that is damaged or changed while it is looked at: the page says which file, the terminal nothing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from exploring import Answer, Site, started


@pytest.fixture
def copied(studies: dict[str, Path], tmp_path: Path) -> Callable[[str], tuple[Path, Site]]:
    def one(study: str) -> tuple[Path, Site]:
        shutil.copytree(studies[study], tmp_path / study)
        return tmp_path / study, started(tmp_path / study)

    return one


def told(answer: Answer, file: Path) -> bool:
    return "The study cannot be read" in answer.text and str(file) in answer.text


#: files of each study, and pages that read them
FILES = {
    "run": {"tables/use.parquet": "/chart/monthly-use.csv", "manifest.json": "/", "summary.json": "/metrics.csv"},
    "compared": {"comparison.json": "/", "replications.csv": "/metrics.csv", "runs/*/manifest.json": "/"},
    "sweep": {"plan.json": "/", "ledger.sqlite": "/table.csv"},
}


@pytest.mark.parametrize("study", FILES)
def test_a_damaged_file_is_named(copied: Any, study: str) -> None:
    folder, site = copied(study)
    for file, target in FILES[study].items():
        damaged = next(folder.glob(file))
        whole = damaged.read_bytes()
        damaged.write_bytes(b"{" * 3000)
        answer = site.get(target)
        assert (answer.status, told(answer, damaged)) == (500, True), file
        damaged.write_bytes(whole)
        assert site.get(target).status == 200
    assert site.ended() == (130, "interrupted")


def test_a_chart_that_cannot_be_drawn_leaves_the_rest_of_the_page(copied: Any) -> None:
    folder, site = copied("run")
    (folder / "tables" / "use.parquet").unlink()
    answer = site.get()
    assert (answer.status, told(answer, folder / "tables" / "use.parquet")) == (200, True)
    assert answer.text.count("<svg role=") == 1
    assert site.ended() == (130, "interrupted")


@pytest.mark.parametrize("study", ["run", "compared", "sweep"])
def test_a_study_that_is_gone_is_told_and_may_come_back(copied: Any, study: str) -> None:
    folder, site = copied(study)
    folder.rename(folder.with_name("away"))
    answer = site.get()
    assert (answer.status, told(answer, folder)) == (500, True)
    folder.with_name("away").rename(folder)
    assert site.get().status == 200
    assert site.ended() == (130, "interrupted")


def test_a_run_that_was_made_again_is_shown_as_it_is(copied: Any) -> None:
    folder, site = copied("run")
    assert "A small" in site.get().text
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (folder / "manifest.json").write_text(json.dumps({**manifest, "title": "Another study"}), encoding="utf-8")
    assert "Another study" in site.get().text
    site.process.kill()


def test_a_link_that_comes_later_is_refused_too(copied: Any, tmp_path: Path) -> None:
    folder, site = copied("sweep")
    (tmp_path / "elsewhere.json").write_text("{}", encoding="utf-8")
    (folder / "sensitivity.json").symlink_to(tmp_path / "elsewhere.json")
    assert told(site.get(), folder / "sensitivity.json")
    assert site.ended() == (130, "interrupted")
