"""The brief: one page that begins with the answer, of a run or a comparison, in both languages."""

from __future__ import annotations

import dataclasses
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest
import study_making as making
import synthetic

from vbp_sim.errors import InputError
from vbp_sim.report.answer import answer
from vbp_sim.report.compared import Compared
from vbp_sim.report.pages import brief, pages
from vbp_sim.report.pages.grid import signs
from vbp_sim.report.sources import Source
from vbp_sim.report.words.language import speaking

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Source]:
    base = tmp_path_factory.mktemp("briefs")
    made = making.comparison(base / "comparison")
    names = [f"variant-{i}" for i in range(12)]
    content = {**made.content, "variants": names, "titles": dict.fromkeys(names, "A policy with a long title " * 4)}
    by = {id: dict.fromkeys(names, next(iter(own.values()))) for id, own in made.differences.items()}
    changes = {name: {f"laws.national.changes.payment.part_{i}": ("0", "1") for i in range(9)} for name in names}
    wide = dataclasses.replace(made, content=content, differences=by, changes=changes)
    return {"run": synthetic.write(base / "run", 3), "comparison": made, "wide comparison": wide}


@pytest.mark.parametrize("kind", ["run", "comparison"])
def test_the_answer_comes_first(sources: dict[str, Source], kind: str) -> None:
    page = brief.render(sources[kind])
    head = re.search(r"<h1><bdi>(.*?)</bdi></h1>", page, re.DOTALL)
    assert head is not None
    source, first = sources[kind], re.search(r"<li><strong>(.*?)</strong>", page)
    if isinstance(source, Compared):
        assert unescape(head[1]) == signs(answer(source))
    else:
        assert first is None or first[1] in head[1]
    assert page.count("<svg") == 1
    assert "vbp run" in page or "vbp compare" in page


def test_a_study_has_no_brief(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="of a run or a comparison"):
        brief.render(making.analysed(tmp_path / "study"))


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", ["run", "comparison", "wide comparison"])
def test_a_brief_prints_to_one_page(sources: dict[str, Source], kind: str, language: str, tmp_path: Path) -> None:
    file, paper = tmp_path / "brief.html", tmp_path / "brief.pdf"
    with speaking(language):
        pages.write(sources[kind], file, short=True)
    flags = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-pdf-header-footer")
    subprocess.run(
        [str(CHROMIUM), *flags, f"--user-data-dir={tmp_path / 'profile'}", f"--print-to-pdf={paper}", file.as_uri()],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", paper.read_bytes())) == 1
